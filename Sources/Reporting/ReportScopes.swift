// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The registry, its history and the calendars, read once for the scopes of a period and of the one
/// that it is compared with.
struct ReportScopes {
  let registry: Registry
  let placements: Placements
  private let plans: ServicePlans
  private let profiles: [Profile]
  private let unit: String?
  private let kind: String?

  /// - Parameters:
  ///   - unit: code of the unit that the report is restricted to; nil for all.
  ///   - kind: the only kind of device; nil for all.
  ///   - device: registry number of the only device; nil for all.
  init(
    store: Store, profiles: [Profile], period: Interval, previous: Interval? = nil,
    unit: String? = nil, kind: String? = nil, device: Int64? = nil
  ) throws {
    (self.profiles, self.unit, self.kind) = (profiles, unit, kind)
    var registry = try store.registry()
    if let device { registry.devices.removeAll { $0.number != device } }
    self.registry = registry
    placements = try Placements.read(from: store, registry: registry)
    plans = try ServicePlans(
      store: store, registry: registry, profiles: profiles, placements: placements,
      period: Interval(
        start: min(period.start, previous?.start ?? period.start),
        end: max(period.end, previous?.end ?? period.end)))
  }

  func scope(of period: Interval) -> ReportScope {
    ReportScope(
      registry: registry, profiles: profiles, plans: plans, placements: placements,
      period: period, unit: unit, kind: kind)
  }
}

extension Report {
  /// Sums a period and turns the sums into a report: what all reports and explanations begin with.
  static func read(
    _ period: Interval, _ scope: ReportScope, from store: Store, settings: UptimeSettings,
    language: Language = .vi, drawsStrips: Bool = false, progress: (Double) -> Void
  ) throws -> (report: Report, reading: PeriodReading) {
    var reading = try PeriodReading(
      store: store, scope: scope, period: period, settings: settings, drawsStrips: drawsStrips)
    try reading.read(progress: progress)
    var report = assemble(
      reading.sums.kinds, scope: scope, period: period, knownUntil: reading.knownUntil,
      language: language, settings: settings)
    report.seal = reading.cover
    return (report, reading)
  }
}
