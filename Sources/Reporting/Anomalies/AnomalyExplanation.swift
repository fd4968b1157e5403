// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Why one anomaly was told: what its reading was compared with, the readings around it, what
/// people said of it and of its like.
package struct AnomalyExplanation: Sendable {
  /// So many readings of the metric around the anomaly are shown.
  static let readingsMax = 20
  /// … of which so many lie before it.
  private static let readingsBefore = 12
  /// They are looked for so far around it.
  private static let reach: Milliseconds = 12 * LocalTime.hourLength

  package struct Reading: Sendable, Hashable {
    package var at: Milliseconds
    package var value: Double
  }

  package var language: Language
  package var alert: Alert
  package var facts: AnomalyFacts
  /// Nil if the registry no longer knows it.
  package var device: Device?
  /// Nil if the profile has no such metric any more.
  package var metric: Metric?
  /// Ascending by event time; of a counter its totals.
  package var readings: [Reading]
  /// Verdicts on this anomaly, withdrawn ones too.
  package var feedback: [AnomalyFeedback]
  /// What the like of it must exceed to be told now; nil if nobody dismissed one.
  package var thresholdNow: Double?

  /// - Returns: nil if the store has no such anomaly.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], anomaly id: String, language: Language,
    now: Milliseconds
  ) throws -> AnomalyExplanation? {
    guard let alert = try store.alert(id: id), let facts = AnomalyFacts(alert) else { return nil }
    let device = try store.registry().devices.first { $0.number == alert.device }
    let profile = profiles.first { $0.kind == device?.kind }
    let metric = profile?.metrics.first { $0.name == facts.metric }
    let all = try store.anomalyFeedback()
    let threshold = facts.channel.flatMap { channel in
      FeedbackThresholds(all).threshold(
        device: alert.device, metric: facts.metric ?? "", channel: channel,
        isAbove: facts.isAbove ?? true, at: now)
    }
    return AnomalyExplanation(
      language: language, alert: alert, facts: facts, device: device, metric: metric,
      readings: try readings(of: alert, metric: facts.metric ?? "", in: store),
      feedback: all.filter { $0.alert == id }, thresholdNow: threshold)
  }

  /// From sealed days and from blocks, each instant once, the nearest to the anomaly.
  private static func readings(
    of alert: Alert, metric: String, in store: Store
  ) throws -> [Reading] {
    let span = Interval(start: alert.since - reach, end: alert.since + reach)
    var values: [Milliseconds: Double] = [:]
    func add(_ block: ReadingColumns, _ rows: some Sequence<Int>) {
      guard let column = block.metricNames.firstIndex(of: metric) else { return }
      for row in rows where span.contains(block.eventTime[row]) {
        guard block.flags[row].isDisjoint(with: [.retained, .offlineMark]),
          let value = block.metrics[column][row].double, value.isFinite
        else { continue }
        values[block.eventTime[row]] = value
      }
    }
    let days = LocalTime.day(of: span.start)...LocalTime.day(of: span.end - 1)
    for day in try store.sealedDays() where days.contains(day.day) {
      guard let block = try store.sealedBlock(of: day, device: alert.device) else { continue }
      add(block.readings, block.readings.eventTime.indices)
    }
    try store.forEachBlockRows(eventTimeFrom: span.start, to: span.end, afterBlock: 0) {
      _, columns, rows in
      add(columns, rows.filter { columns.device[$0] == alert.device })
    }
    let ascending = values.keys.sorted()
    let first = ascending.firstIndex { $0 >= alert.since } ?? ascending.count
    let start = max(0, first - readingsBefore)
    let shown = ascending[start..<min(ascending.count, start + readingsMax)]
    return shown.map { Reading(at: $0, value: values[$0] ?? 0) }
  }
}
