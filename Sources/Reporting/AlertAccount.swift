// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The alerts of a report's devices that were open at some moment of its period, as they were at
/// its end: what became of them later belongs to the next report, and must not change this one.
package struct AlertAccount: Sendable {
  /// What one rule told.
  package struct RuleLine: Sendable, Hashable {
    package var rule: String
    package var title: Title
    package var severity: AlertRule.Severity
    package var count = 0
    /// Still open at the end of the period, or of knowledge if that comes first.
    package var openCount = 0
    package var devices: Set<Int64> = []
    /// Summed over alerts, each cut to the period.
    package var duration: Milliseconds = 0
  }

  /// More alerts than these are counted and not listed: a report is read by people.
  package static let listedMax = 30

  /// The gravest first.
  package private(set) var rules: [RuleLine] = []
  /// Open ones, then the newest; at most `listedMax`.
  package private(set) var listed: [Alert] = []
  package private(set) var count = 0

  package init() {}

  /// - Parameters:
  ///   - alerts: of any device; those out of scope are left out.
  ///   - now: the end of knowledge.
  ///   - sealedAt: nothing that nhip came to know after it is part of the report; nil if the
  ///     period is not sealed.
  init(
    _ alerts: [Alert], of numbers: Set<Int64>, period: Interval, now: Milliseconds,
    sealedAt: Milliseconds?
  ) {
    let inScope = alerts.filter { numbers.contains($0.device) }
      .filter { $0.firedAt <= sealedAt ?? .max }
      .map { $0.asOf(period.end) }
    count = inScope.count
    var lines: [String: RuleLine] = [:]
    for alert in inScope {
      var line =
        lines[alert.rule]
        ?? RuleLine(rule: alert.rule, title: alert.title, severity: alert.severity)
      line.count += 1
      if alert.isOpen { line.openCount += 1 }
      line.devices.insert(alert.device)
      let start = max(alert.since, period.start)
      let end = min(alert.resolvedAt ?? now, period.end)
      line.duration += max(0, end - start)
      lines[alert.rule] = line
    }
    rules = lines.values.sorted {
      (AlertList.rank($0.severity), -$0.count, $0.rule)
        < (AlertList.rank($1.severity), -$1.count, $1.rule)
    }
    let open = AlertList.sorted(inScope.filter(\.isOpen))
    let over = inScope.filter { !$0.isOpen }.sorted { ($1.since, $1.id) < ($0.since, $0.id) }
    listed = Array((open + over).prefix(Self.listedMax))
  }
}

extension Report {
  var deviceNames: [Int64: String] {
    Dictionary(devices.map { ($0.device.number, $0.name) }) { first, _ in first }
  }
}

extension Alert {
  /// As it was at an instant, whatever became of it later.
  fileprivate func asOf(_ instant: Milliseconds) -> Alert {
    var alert = self
    if let end = resolvedAt, end >= instant { alert.resolvedAt = nil }
    if let taken = acknowledgement, taken.at >= instant { alert.acknowledgement = nil }
    if alert.resolvedAt == nil {
      alert.state = alert.acknowledgement == nil ? .firing : .acknowledged
    }
    return alert
  }
}
