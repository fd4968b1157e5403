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
    let scopes = try ReportScopes(
      store: store, profiles: profiles, period: period, previous: previous, unit: unit, kind: kind)
    let scope = scopes.scope(of: period)
    let settings = try settings ?? .inForce(in: store)
    let comparesWithPrevious = previous != nil && contents.contains(.programme)
    let share = comparesWithPrevious ? 0.5 : 1
    var (report, reading) = try read(
      period, scope, from: store, settings: settings, language: language,
      drawsStrips: contents.contains(.strips)
    ) { progress($0 * share) }
    report.provenance = try ReportProvenance(store, sealed: reading.sealedWhole)
    try report.seal.compare(with: store, scope: scope, settings: .inForce(in: store))
    let alerts = try store.alerts(from: period.start, to: period.end)
    report.alerts = AlertAccount(
      alerts, of: Set(scope.devices.map(\.number)), period: period, now: report.knownUntil,
      sealedAt: report.seal.isWhole ? report.seal.sealedAt : nil)
    report.incidents = IncidentAccount(
      try store.incidentsAsTold(from: period.start, to: period.end),
      members: try store.incidentMembers(from: period.start, to: period.end),
      of: Set(scope.devices.map(\.number)), period: period,
      sealedAt: report.seal.isWhole ? report.seal.sealedAt : nil)
    if contents.contains(.pictures) {
      report.pictures = try report.pictures(of: alerts, from: store, scope: scope)
    }
    report.recordedCauses = Dictionary(
      grouping: try store.recordedCauses(from: .min, to: .max), by: \.device)
    report.quality.take(try store.shelved(on: period.localDays))
    if let sinceRevision {
      report.changes = try RevisionChanges(
        store: store, period: period, since: sinceRevision,
        devices: Set(scope.devices.map(\.number)))
    }
    guard contents.contains(.programme) else { return report }
    let targets = try targets ?? .inForce(in: store)
    let before = try reportBefore(
      previous, store: store, observed: reading.observed, targets: targets, scopes: scopes,
      settings: settings
    ) { progress(share + $0 * (1 - share)) }
    report.addProgramme(
      targets, scope: scope, before: before, placements: scopes.placements, unit: unit, kind: kind,
      systems: scopes.registry.systems)
    return report
  }
}

extension DataQuality {
  /// Most frequent reason first.
  fileprivate mutating func take(_ shelved: ShelvedCounts) {
    quarantine = shelved.quarantined.map { QuarantineCount(reason: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    inboxMessages = shelved.inbox
    undatedMessages = shelved.undated
    undatedThrough = shelved.undatedThrough
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
      ofDay: through, from: store, places: scope.unitPaths)
    for device in scope.devices {
      guard let hash = hashes[device.number], let profile = scope.profiles[device.kind] else {
        continue
      }
      let terms = scope.terms(
        of: device, profile: profile, settings: settings, schedule: schedule.ofDay(through, device))
      if hash != terms.inputHash(ofDay: through) { changedDevices.insert(device.number) }
    }
  }
}
