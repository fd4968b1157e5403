// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

extension Report {
  /// Reads a store (read-only is enough, and it may be written meanwhile) and reports on a period.
  ///
  /// Memory is bounded by the readings of the devices in scope within the period and two days on
  /// either side; one block is decoded at a time.
  ///
  /// - Parameters:
  ///   - unit: code of a unit: only devices in it and below it; nil means all.
  ///   - kind: only this kind of device; nil means all.
  ///   - settings: nil means those in force in the store.
  ///   - progress: called once a block with the share of the store read, 0 to 1.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], period: Interval, unit: String? = nil,
    kind: String? = nil, language: Language = .vi, settings: UptimeSettings? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> Report {
    let scope = ReportScope(
      registry: try store.registry(), profiles: profiles, period: period, unit: unit, kind: kind)
    let (accounts, observed) = try Accounts.read(
      from: store, scope: scope, period: period, progress: progress)
    var report = assemble(
      accounts: accounts, scope: scope, period: period, observed: observed, language: language,
      settings: try settings ?? .inForce(in: store))
    report.alerts = AlertAccount(
      try store.alerts(from: period.start, to: period.end),
      of: Set(scope.devices.map(\.number)), period: period, now: report.knownUntil)
    report.quality.quarantine = try quarantineCounts(in: store)
    report.quality.inboxAddresses = try store.inbox().count
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

extension Explanation {
  /// Explains one device's uptime over a period.
  ///
  /// - Parameters:
  ///   - device: registry number of the device.
  ///   - settings: nil means those in force in the store.
  ///   - progress: called once a block with the share of the store read, 0 to 1.
  /// - Returns: nil if the registry has no such device, or no profile for its kind.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], device number: Int64, period: Interval,
    language: Language = .vi, settings: UptimeSettings? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws -> Explanation? {
    var registry = try store.registry()
    registry.devices.removeAll { $0.number != number }
    let scope = ReportScope(
      registry: registry, profiles: profiles, period: period, unit: nil, kind: nil)
    guard let device = scope.devices.first, let profile = scope.profiles[device.kind] else {
      return nil
    }
    let (accounts, observed) = try Accounts.read(
      from: store, scope: scope, period: period, progress: progress)
    guard let account = accounts[number] else { return nil }
    let knownUntil = observed.intervals.last?.end ?? accounts.lastReceivedAt ?? period.start
    let availability = Report.judge(
      account.history, device: device, profile: profile, period: period, now: knownUntil,
      observed: observed, settings: try settings ?? .inForce(in: store))
    var explanation = assemble(
      account: account, device: device, profile: profile, availability: availability,
      knownUntil: knownUntil, language: language)
    explanation.alerts = try store.alerts(from: period.start, to: period.end).filter {
      $0.device == number
    }
    return explanation
  }
}

extension Accounts {
  /// Reads what a report of `period` needs, and when we could hear.
  static func read(
    from store: Store, scope: ReportScope, period: Interval, progress: (Double) -> Void
  ) throws -> (Accounts, IntervalSet) {
    let window = Report.window(around: period)
    let observed = IntervalSet(try store.observed(from: 0, to: .max))
    var accounts = Accounts(devices: scope.devices, profiles: scope.profiles, period: period)
    let newest = try store.lastBlock()
    try store.forEachBlock(eventTimeFrom: window.start, to: window.end, afterBlock: 0) {
      progress(Double($0) / Double(max(1, newest)))
      accounts.add($1, window: window)
    }
    // A device silent for longer than the window: look for its last word before, its next after.
    let silentBefore = accounts.numbers { $0.firstHeard.map { $0 >= period.start } ?? true }
    if !silentBefore.isEmpty {
      let before = Interval(start: .min, end: window.start)
      try store.forEachBlock(eventTimeFrom: nil, to: before.end, afterBlock: 0) {
        accounts.addHistory($1, window: before, of: silentBefore)
      }
    }
    let silentAfter = accounts.numbers { $0.lastHeard.map { $0 < period.end } ?? true }
    if !silentAfter.isEmpty, (observed.intervals.last?.end ?? 0) > window.end {
      let after = Interval(start: window.end, end: .max)
      try store.forEachBlock(eventTimeFrom: after.start, to: nil, afterBlock: 0) {
        accounts.addHistory($1, window: after, of: silentAfter)
      }
    }
    return (accounts, observed)
  }
}
