// SPDX-License-Identifier: Apache-2.0

import Analysis
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

  /// A report on the period before, if targets are to be compared and the store knows enough of it.
  ///
  /// - Parameter observed: when nhip could hear.
  static func reportBefore(
    _ previous: Interval?, store: Store, observed: IntervalSet, targets: ProgrammeTargets,
    scopes: ReportScopes, settings: UptimeSettings, progress: (Double) -> Void
  ) throws -> (report: Report, scope: ReportScope)? {
    guard let previous, !targets.indicators.isEmpty,
      try isComparable(previous, store: store, observed: observed)
    else { return nil }
    let scope = scopes.scope(of: previous)
    let (report, _) = try read(previous, scope, from: store, settings: settings, progress: progress)
    return (report, scope)
  }

  /// A difference from a period of which nhip heard less than half would be taken for progress.
  private static func isComparable(
    _ previous: Interval, store: Store, observed: IntervalSet
  ) throws(StoreError) -> Bool {
    let earliest = observed.isEmpty ? try store.span()?.start : observed.intervals.first?.start
    guard let known = earliest else { return false }
    return known <= previous.start + previous.duration / 2
  }
}
