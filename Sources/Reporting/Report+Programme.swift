// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

extension Report {
  /// Fills in the programme's targets and the ranking.
  ///
  /// - Parameters:
  ///   - before: the report on the period before, with its scope; nil compares with nothing.
  ///   - kind: the only kind of device that the report is about; targets of other kinds, and the
  ///     ranking, which looks at all, are left out then.
  mutating func addProgramme(
    _ targets: ProgrammeTargets, scope: ReportScope, before: (report: Report, scope: ReportScope)?,
    placements: Placements, unit: String?, kind: String?, systems: [InformationSystem]
  ) {
    let facts = ProgrammeFacts(
      self, hierarchy: scope.hierarchy, placements: placements, scope: unit, systems: systems)
    let previous = before.map {
      ProgrammeFacts(
        $0.report, hierarchy: $0.scope.hierarchy, placements: placements, scope: unit,
        systems: systems)
    }
    let told = targets.indicators.filter { kind == nil || $0.parameters.kind == kind }
    indicators = facts.results(of: told, previous: previous)
    guard kind == nil else { return }
    rankings = facts.rankings(
      targets.ranking, availabilityTarget: settings.targetPartsPerMillion)
  }

  /// A report on the period before, if targets are to be compared and the store knows of it.
  static func reportBefore(
    _ previous: Interval?, store: Store, targets: ProgrammeTargets,
    scope: (Interval) -> ReportScope, settings: UptimeSettings, progress: (Double) -> Void
  ) throws -> (report: Report, scope: ReportScope)? {
    guard let previous, !targets.indicators.isEmpty, let known = try store.span(),
      previous.end > known.start
    else { return nil }
    let scope = scope(previous)
    var reading = try PeriodReading(
      store: store, scope: scope, period: previous, settings: settings, drawsStrips: false)
    try reading.read(progress: progress)
    let report = assemble(
      reading.sums.kinds, scope: scope, period: previous, knownUntil: reading.knownUntil,
      language: .vi, settings: settings)
    return (report, scope)
  }
}
