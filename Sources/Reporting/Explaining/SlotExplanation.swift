// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What became of one slot of the schedule on every device that it means, and why.
package struct SlotExplanation: Sendable {
  package enum Standing: Sendable, Hashable {
    case sealed(revision: Int), provisional
    /// The readings are gone; what was sealed of the day stands, but not slot by slot.
    case gone
  }

  package struct Row: Sendable {
    package var device: Device
    package var place: String
    /// Of a bulletin.
    package var bulletin: SlotOutcome?
    /// Of a meeting.
    package var meeting: AttendanceOutcome?
    /// Where the readings are gone: the day's figures of the schedule, by name.
    package var sealed: [String: Int64] = [:]
  }

  /// Why a device that the slot names was not reached.
  package enum Missed: Sendable, Hashable {
    case notRegistered, otherKind(String), otherCommune(String), notInService
  }

  package var language: Language
  /// In force.
  package var slot: Slot
  /// What is kept of its versions, oldest first.
  package var versions: [Slot]
  package var standing: Standing
  package var knownUntil: Milliseconds
  /// In the order of the places' and the devices' names.
  package var rows: [Row]
  package var notReached: [(id: String, why: Missed)]
  package var unknownUnits: [String]
  /// The period that was asked about, if the slot does not start in it.
  package var outside: Interval?

  /// - Parameters:
  ///   - period: of the report that is asked about; nil means the slot's day.
  /// - Returns: nil if there is no such slot.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], commune: String, slot id: String, period: Interval? = nil,
    language: Language = .vi, progress: (Double) -> Void = { _ in }
  ) throws -> SlotExplanation? {
    let versions = try store.slotVersions(commune: commune, id: id)
    guard let slot = versions.last else { return nil }
    let registry = try store.registry()
    let reading = try SlotReading(store: store, profiles: profiles, registry: registry, slot: slot)
    let devices = reading.reached
    let (rows, standing, known) = try reading.rows(
      period: period, words: Words(language: language), progress: progress)
    let list = ScheduleList(slots: [slot], registry: registry, unit: nil).lines.first
    return SlotExplanation(
      language: language, slot: slot, versions: versions, standing: standing, knownUntil: known,
      rows: rows,
      notReached: notReached(slot, devices, registry, list?.unknownDevices ?? []),
      unknownUnits: list?.unknownUnits ?? [],
      outside: period.flatMap { $0.contains(slot.interval.start) ? nil : $0 })
  }

  private static func notReached(
    _ slot: Slot, _ reached: [Device], _ registry: Registry, _ unknown: [String]
  ) -> [(id: String, why: Missed)] {
    let ids = Set(reached.map(\.id))
    let named = registry.devices.filter { slot.devices.contains($0.id) && !ids.contains($0.id) }
    return named.map { device in
      if device.kind != slot.kind.rawValue { return (device.id, .otherKind(device.kind)) }
      if device.commune != slot.commune { return (device.id, .otherCommune(device.commune)) }
      return (device.id, .notInService)
    } + unknown.map { ($0, .notRegistered) }
  }
}

/// Reads what tells of a slot.
struct SlotReading {
  let store: Store
  let profile: Profile?
  let registry: Registry
  let slot: Slot
  let schedule: Schedule
  private let placements: Placements
  private let plans: ServicePlans
  /// The devices that the slot means.
  let reached: [Device]
  private let day: Int64

  init(store: Store, profiles: [Profile], registry: Registry, slot: Slot) throws {
    (self.store, self.registry, self.slot) = (store, registry, slot)
    profile = profiles.first { $0.kind == slot.kind.rawValue }
    let day = LocalTime.day(of: slot.interval.start)
    let placements = try Placements.read(from: store, registry: registry)
    let schedule = try Schedule.read(ofDay: day, from: store, places: UnitPaths(placements))
    plans = try ServicePlans(
      store: store, registry: registry, profiles: profiles, placements: placements,
      period: SealedDay.interval(ofDay: day))
    self.placements = placements
    self.day = day
    self.schedule = schedule
    reached = registry.devices.filter { device in
      schedule.slots(of: device).contains { $0.id == slot.id }
    }
  }

  /// Rows in order, how far the day is sealed, and the end of knowledge.
  func rows(
    period: Interval?, words: Words, progress: (Double) -> Void
  ) throws -> ([SlotExplanation.Row], SlotExplanation.Standing, Milliseconds) {
    let observed = IntervalSet(try store.observed(from: 0, to: .max))
    let days = try store.sealedDays()
    let gone = try store.readingsGoneBeforeDay()
    var rows: [SlotExplanation.Row] = []
    let sealed = days.first { $0.day == day }
    let end = SealedDay.interval(ofDay: day).end
    var known = observed.intervals.last?.end ?? end
    func row(_ device: Device) -> SlotExplanation.Row {
      let place = placements.placement(of: device, onDay: day)
      let unit = placements.versions.unit(place.unit, at: end - 1)?.name ?? words.unknownUnit
      let site = placements.site(place.site, onDay: day).map {
        ", \($0.name.isEmpty ? $0.code : $0.name)"
      }
      return SlotExplanation.Row(device: device, place: unit + (site ?? ""))
    }
    var standing = SlotExplanation.Standing.provisional
    if let sealed {
      standing = sealed.day < gone ? .gone : .sealed(revision: sealed.revision)
      known = min(known, end + DayFigures.knowledgeAfter)
      for (position, device) in reached.enumerated() {
        progress(Double(position) / Double(reached.count))
        var row = row(device)
        if sealed.day < gone {
          let figures = try store.sealedFigures(of: sealed, device: device.number)
          for pair in figures?.pairs ?? [] { row.sealed[pair.name] = Int64(pair.value) }
        } else if let profile {
          var account = DeviceAccount(
            profile: profile, and: ScheduleReadings.metricNames(for: profile))
          if let block = try store.sealedBlock(of: sealed, device: device.number) {
            account.add(block, rows: block.readings.eventTime.indices)
          }
          judge(&row, account, profile, observed, known)
        }
        rows.append(row)
      }
    } else if let profile {
      let stretch = stretch(of: period, days: days, gone: gone)
      let (accounts, read) = try Accounts.read(
        from: store, devices: reached, profiles: [profile.kind: profile], period: stretch,
        days: days, gone: gone, observed: observed, progress: progress)
      known = read
      for device in reached {
        var row = row(device)
        if let account = accounts[device.number] { judge(&row, account, profile, observed, known) }
        rows.append(row)
      }
    }
    rows.sort { left, right in
      left.place == right.place
        ? LocalFormat.precedes(left.device.id, right.device.id)
        : LocalFormat.precedes(left.place, right.place)
    }
    return (rows, standing, known)
  }

  /// The stretch that a report of the period reads: what lies far behind the slot may tell of it.
  private func stretch(of period: Interval?, days: [SealedDay], gone: Int64) -> Interval {
    let own = SealedDay.interval(ofDay: day)
    guard let period else { return own }
    return PeriodParts(period: period, days: days, gone: gone).readings.first {
      $0.contains(slot.interval.start)
    } ?? own
  }

  private func judge(
    _ row: inout SlotExplanation.Row, _ account: DeviceAccount, _ profile: Profile,
    _ observed: IntervalSet, _ known: Milliseconds
  ) {
    let readings = ScheduleReadings(readings: account.readings, profile: profile)
    let slots = schedule.ofDay(day, row.device).slots
    let plan = plans.plan(of: row.device, profile: profile)
    func isMaintained(_ slot: Slot) -> Bool { plan.work(during: slot.interval) != .none }
    switch slot.kind {
    case .loudspeaker:
      row.bulletin = Fulfilment.outcomes(
        readings: readings, slots: slots, observed: observed, knownUntil: known,
        isMaintained: isMaintained
      ).first { $0.slot.id == slot.id }
    case .videoEndpoint:
      row.meeting = Attendance.outcomes(
        readings: readings, slots: slots, observed: observed, knownUntil: known,
        isMaintained: isMaintained
      ).first { $0.slot.id == slot.id }
    }
  }
}
