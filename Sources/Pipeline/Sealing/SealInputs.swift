// SPDX-License-Identifier: Apache-2.0

import Analysis
import Reporting
import Storage
import Telemetry

/// What a seal looks at besides readings: devices, profiles, settings, and when we could hear.
struct SealInputs {
  let devices: [Int64: Device]
  let profiles: [String: Profile]
  let settings: UptimeSettings
  let places: UnitPaths
  private let plans: PlansBySpan
  let observed: IntervalSet
  let gaps: ObservationGaps

  init(store: Store, profiles: [Profile]) throws {
    let registry = try store.registry()
    let placements = try Placements.read(from: store, registry: registry)
    places = UnitPaths(placements)
    devices = Dictionary(registry.devices.lazy.map { ($0.number, $0) }) { _, last in last }
    self.profiles = Dictionary(profiles.map { ($0.kind, $0) }) { _, last in last }
    settings = try .inForce(in: store)
    plans = PlansBySpan(
      ServicePlans(
        entries: try store.calendarEntries(), registry: registry, placements: placements),
      store: store, devices: registry.devices, profiles: profiles)
    observed = IntervalSet(try store.observed(from: 0, to: .max))
    // What the broker kept for us depends on our own record alone.
    gaps = ObservationGaps(observed: try store.ownObserved(from: 0, to: .max))
  }

  func profile(of device: Int64) -> Profile? {
    devices[device].flatMap { profiles[$0.kind] }
  }

  /// Nil if nothing can be said: no registered device, no profile, or nothing to count.
  ///
  /// - Parameter schedule: read for the day.
  func figures(
    of block: SealedBlock?, device number: Int64, day: Int64, schedule: Schedule
  ) throws -> SealedFigures? {
    guard let device = devices[number], let profile = profiles[device.kind] else { return nil }
    let terms = DeviceTerms(
      device: device, profile: profile,
      plan: try plans.plans(ofDay: day).plan(of: device, profile: profile),
      settings: settings, schedule: schedule.ofDay(day, device))
    return DayFigures.compute(block, terms: terms, day: day, observed: observed)
  }

  /// Over the times in which we could hear, as far as the day's figures look at them.
  func observedHash(ofDay day: Int64) -> Int64 {
    let interval = SealedDay.interval(ofDay: day)
    let scope = Interval(
      start: interval.start, end: interval.end + DayFigures.knowledgeAfter)
    let words = observed.clipped(to: scope).intervals.flatMap {
      [UInt64(bitPattern: $0.start), UInt64(bitPattern: $0.end)]
    }
    return Int64(bitPattern: PayloadHash.of(words))
  }

  /// Whether the device kept a reading while nobody could reach it.
  func isBacklog(_ columns: ReadingColumns, _ row: Int, eventTime: Milliseconds) -> Bool {
    guard let profile = profile(of: columns.device[row]) else {
      return columns.flags[row].contains(.backlog)
    }
    return columns.channel[row] == .backlog
      || gaps.isKeptByDevice(
        eventTime: eventTime, receivedAt: columns.receivedAt[row],
        offlineAfter: profile.offlineAfter)
  }
}
