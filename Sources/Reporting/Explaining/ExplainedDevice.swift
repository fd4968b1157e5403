// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// One device of a store with everything that a report over a period judges it by.
struct ExplainedDevice {
  let store: Store
  let scope: ReportScope
  let placements: Placements
  let device: Device
  let profile: Profile
  let settings: UptimeSettings
  let observed: IntervalSet
  /// Every sealed day, ascending.
  let days: [SealedDay]
  /// Sealed days before this one have lost their readings.
  let gone: Int64
  let parts: PeriodParts
  /// The device as the report has it, at each place it stood, and how far that is sealed.
  private(set) var reports: [DeviceReport] = []
  private(set) var cover = SealCover()
  private(set) var knownUntil: Milliseconds

  /// - Parameter settings: nil means those in force in the store.
  /// - Returns: nil if the registry has no such device in the period, or no profile for its kind.
  /// - Throws: `StoreError`.
  init?(
    store: Store, profiles: [Profile], device number: Int64, period: Interval,
    settings: UptimeSettings?, progress: (Double) -> Void
  ) throws {
    let scopes = try ReportScopes(
      store: store, profiles: profiles, period: period, device: number)
    placements = scopes.placements
    scope = scopes.scope(of: period)
    guard let device = scope.devices.first, let profile = scope.profiles[device.kind] else {
      return nil
    }
    self.store = store
    self.device = device
    self.profile = profile
    self.settings = try settings ?? .inForce(in: store)
    observed = IntervalSet(try store.observed(from: 0, to: .max))
    days = try store.sealedDays()
    gone = try store.readingsGoneBeforeDay()
    parts = PeriodParts(period: period, days: days, gone: gone)
    let (report, _) = try Report.read(
      period, scope, from: store, settings: self.settings, language: .en, progress: progress)
    knownUntil = report.knownUntil
    cover = report.seal
    reports = report.devices.sorted {
      ($0.placement.days?.lowerBound ?? .min) < ($1.placement.days?.lowerBound ?? .min)
    }
  }

  /// The readings that a sealed day was computed from; nil if they are gone.
  func account(of day: SealedDay) throws(StoreError) -> DeviceAccount? {
    guard day.day >= gone else { return nil }
    var account = DeviceAccount(
      profile: profile, and: ScheduleReadings.metricNames(for: profile))
    if let block = try store.sealedBlock(of: day, device: device.number) {
      account.add(block, rows: block.readings.eventTime.indices)
    }
    return account
  }

  /// The readings that a report computes a stretch from, and the end of knowledge.
  func account(
    of stretch: Interval, progress: (Double) -> Void = { _ in }
  ) throws -> (DeviceAccount, Milliseconds) {
    let (accounts, known) = try Accounts.read(
      from: store, devices: [device], profiles: scope.profiles, period: stretch, days: days,
      gone: gone, observed: observed, progress: progress)
    let empty = DeviceAccount(profile: profile, and: ScheduleReadings.metricNames(for: profile))
    return (accounts[device.number] ?? empty, known)
  }

  /// A stretch cut at local midnights.
  static func localDays(of stretch: Interval) -> [Interval] {
    stretch.localDays.compactMap { SealedDay.interval(ofDay: $0).intersection(stretch) }
  }

  /// Where a device stood, in words: the unit, then the site if it has a name of its own.
  func place(_ placement: Placement, _ words: Words) -> String {
    let day = placement.days?.upperBound ?? parts.lastDay ?? 0
    let site = placements.site(placement.site, onDay: day)
    let position = placement.unit.isEmpty ? nil : scope.hierarchy.position(of: placement.unit)
    let unit = position.map { scope.hierarchy.nodes[$0].unit.name } ?? words.unknownUnit
    guard let site else { return unit }
    return "\(unit), \(site.name.isEmpty ? site.code : site.name)"
  }
}

extension PeriodParts {
  /// The last local day of the period.
  var lastDay: Int64? {
    let ends = [
      sealed.last?.interval.end, readings.last?.end, kept.last?.interval.end,
    ].compactMap(\.self)
    return ends.max().map { LocalTime.day(of: $0 - 1) }
  }
}
