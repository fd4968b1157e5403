// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

extension Report {
  /// Reads a store (read-only is enough, and it may be written meanwhile) and reports on a period.
  ///
  /// Sealed days are summed from their sheets, so that memory is bounded by the devices in scope
  /// and their outages. What is not sealed, and what a period takes of a part of a day, is computed
  /// from readings: those of the stretch and two days around it, of some devices at a time.
  ///
  /// - Parameters:
  ///   - unit: code of a unit: only devices in it and below it; nil means all.
  ///   - kind: only this kind of device; nil means all.
  ///   - settings: nil means those in force in the store.
  ///   - previous: the period that the targets are compared with; nil compares with nothing.
  ///   - targets: nil means those in force in the store.
  ///   - contents: what the form that it is made for shows.
  ///   - sinceRevision: also what later revisions of sealed days changed.
  ///   - progress: called with the share of the work done, 0 to 1.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], period: Interval, previous: Interval? = nil,
    unit: String? = nil, kind: String? = nil, language: Language = .vi,
    settings: UptimeSettings? = nil, targets: ProgrammeTargets? = nil,
    contents: ReportContents = .all, sinceRevision: Int? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> Report {
    let registry = try store.registry()
    let placements = try Placements.read(from: store, registry: registry)
    let plans = try ServicePlans(store: store, registry: registry, profiles: profiles)
    func makeScope(of period: Interval) -> ReportScope {
      ReportScope(
        registry: registry, profiles: profiles, plans: plans, placements: placements,
        period: period, unit: unit, kind: kind)
    }
    let scope = makeScope(of: period)
    let settings = try settings ?? .inForce(in: store)
    var reading = try PeriodReading(
      store: store, scope: scope, period: period, settings: settings,
      drawsStrips: contents.contains(.strips))
    let comparesWithPrevious = previous != nil && contents.contains(.programme)
    let share = comparesWithPrevious ? 0.5 : 1
    try reading.read { progress($0 * share) }
    var report = assemble(
      reading.sums.kinds, scope: scope, period: period, knownUntil: reading.knownUntil,
      language: language, settings: settings)
    report.seal = reading.cover
    report.provenance = try ReportProvenance(store, sealed: reading.sealedWhole)
    try report.seal.compare(with: store, scope: scope, settings: .inForce(in: store))
    report.alerts = AlertAccount(
      try store.alerts(from: period.start, to: period.end),
      of: Set(scope.devices.map(\.number)), period: period, now: report.knownUntil)
    report.recordedCauses = Dictionary(
      grouping: try store.recordedCauses(from: .min, to: .max), by: \.device)
    report.quality.quarantine = try quarantineCounts(in: store)
    report.quality.inboxAddresses = try store.inbox().count
    if let sinceRevision {
      report.changes = try RevisionChanges(
        store: store, period: period, since: sinceRevision,
        devices: Set(scope.devices.map(\.number)))
    }
    guard contents.contains(.programme) else { return report }
    let targets = try targets ?? .inForce(in: store)
    let before = try reportBefore(
      previous, store: store, targets: targets, scope: makeScope(of:), settings: settings
    ) { progress(share + $0 * (1 - share)) }
    report.addProgramme(
      targets, scope: scope, before: before, placements: placements, unit: unit, kind: kind,
      systems: registry.systems)
    return report
  }

  /// Most frequent reason first.
  private static func quarantineCounts(in store: Store) throws -> [DataQuality.QuarantineCount] {
    var counts: [String: Int64] = [:]
    for summary in try store.quarantine() {
      counts[summary.reason, default: 0] += Int64(summary.count)
    }
    return counts.map { DataQuality.QuarantineCount(reason: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }
}

extension SealCover {
  /// Adds the devices that are judged by something else today than when the last day was sealed.
  mutating func compare(
    with store: Store, scope: ReportScope, settings: UptimeSettings
  ) throws(StoreError) {
    guard let through, let day = try store.sealedDays().last(where: { $0.day == through }) else {
      return
    }
    let hashes = try store.sealedInputHashes(of: day)
    let schedule = try Schedule.read(
      ofDay: through, from: store, places: UnitPaths(try store.registry()))
    for device in scope.devices {
      guard let hash = hashes[device.number], let profile = scope.profiles[device.kind] else {
        continue
      }
      let terms = scope.terms(
        of: device, profile: profile, settings: settings, schedule: schedule.ofDay(device))
      if hash != terms.inputHash(ofDay: through) { changedDevices.insert(device.number) }
    }
  }
}
