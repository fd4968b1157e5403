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
    let scopes = try ReportScopes(
      store: store, profiles: profiles, period: period, previous: previous, unit: unit)
    settings = try .inForce(in: store)
    self.targets = try targets ?? .inForce(in: store)
    let scope = scopes.scope(of: period)
    let share = previous == nil ? 1.0 : 0.5
    let reading: PeriodReading
    (report, reading) = try Report.read(period, scope, from: store, settings: settings) {
      progress($0 * share)
    }
    let before = try Report.reportBefore(
      previous, store: store, observed: reading.observed, targets: self.targets, scopes: scopes,
      settings: settings
    ) { progress(share + $0 * (1 - share)) }
    func facts(_ report: Report, _ scope: ReportScope) -> ProgrammeFacts {
      ProgrammeFacts(
        report, hierarchy: scope.hierarchy, placements: scopes.placements, scope: unit,
        systems: scopes.registry.systems)
    }
    self.facts = facts(report, scope)
    self.previous = before.map { facts($0.report, $0.scope) }
  }
}
