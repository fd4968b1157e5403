// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The facts behind sections I and V of a report, read as the report reads them.
struct ProgrammeReading {
  let report: Report
  let facts: ProgrammeFacts
  /// Of the period before; nil if the store knows nothing of it.
  let previous: ProgrammeFacts?
  let targets: ProgrammeTargets
  let settings: UptimeSettings

  /// - Parameters:
  ///   - previous: the period that the targets are compared with; nil compares with nothing.
  ///   - unit: code of the unit that the report is restricted to; nil for all.
  ///   - targets: nil means those in force in the store.
  /// - Throws: `StoreError`.
  init(
    store: Store, profiles: [Profile], period: Interval, previous: Interval?, unit: String?,
    targets: ProgrammeTargets?, progress: (Double) -> Void
  ) throws {
    let registry = try store.registry()
    let placements = try Placements.read(from: store, registry: registry)
    let plans = try ServicePlans(store: store, registry: registry, profiles: profiles)
    func makeScope(of period: Interval) -> ReportScope {
      ReportScope(
        registry: registry, profiles: profiles, plans: plans, placements: placements,
        period: period, unit: unit, kind: nil)
    }
    settings = try .inForce(in: store)
    self.targets = try targets ?? .inForce(in: store)
    let scope = makeScope(of: period)
    var reading = try PeriodReading(
      store: store, scope: scope, period: period, settings: settings)
    let share = previous == nil ? 1.0 : 0.5
    try reading.read { progress($0 * share) }
    var report = Report.assemble(
      reading.sums.kinds, scope: scope, period: period, knownUntil: reading.knownUntil,
      language: .vi, settings: settings)
    report.seal = reading.cover
    self.report = report
    let before = try Report.reportBefore(
      previous, store: store, targets: self.targets, scope: makeScope(of:), settings: settings
    ) { progress(share + $0 * (1 - share)) }
    func facts(_ report: Report, _ scope: ReportScope) -> ProgrammeFacts {
      ProgrammeFacts(
        report, hierarchy: scope.hierarchy, placements: placements, scope: unit,
        systems: registry.systems)
    }
    self.facts = facts(report, scope)
    self.previous = before.map { facts($0.report, $0.scope) }
  }
}
