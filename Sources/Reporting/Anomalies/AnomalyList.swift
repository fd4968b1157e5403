// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Anomalies for the terminal and for programs, each with what people said of it.
package struct AnomalyList: Sendable {
  package struct Entry: Sendable {
    package var alert: Alert
    package var facts: AnomalyFacts
    /// The last word on it, if it was not taken back.
    package var verdict: AnomalyFeedback?
  }

  /// The most severe first; what somebody dismissed comes after everything else.
  package private(set) var entries: [Entry]

  /// - Parameters:
  ///   - alerts: of any kind; those that are no anomalies are left out.
  ///   - feedback: of any alerts, ascending by id, withdrawn rows too.
  package init(_ alerts: [Alert], feedback: [AnomalyFeedback]) {
    let verdicts = Dictionary(
      feedback.lazy.filter(\.isInForce).map { ($0.alert, $0) }
    ) { _, last in last }
    entries = alerts.compactMap { alert in
      AnomalyFacts(alert).map {
        Entry(alert: alert, facts: $0, verdict: verdicts[alert.id])
      }
    }.sorted { Self.rank($0) < Self.rank($1) }
  }

  private static func rank(_ entry: Entry) -> (Int, Double, Milliseconds, String) {
    (
      entry.verdict?.verdict == .dismissed ? 1 : 0, -(entry.facts.severity ?? 0),
      -entry.alert.since, entry.alert.id
    )
  }

  package func text(devices: [Device], language: Language) -> String {
    let words = Words(language: language)
    guard !entries.isEmpty else { return words.noAnomalies + "\n" }
    let format = LocalFormat(words: words)
    let names = Dictionary(uniqueKeysWithValues: devices.map { ($0.number, $0) })
    var table = TextTable([
      (words.alertID, .left), (words.anomalySeverity, .right), (words.stateHeading, .left),
      (words.opinionHeading, .left), (words.device, .left), (words.from, .left),
      (words.to, .left), (words.anomaly, .left),
    ])
    for entry in entries {
      let (alert, device) = (entry.alert, names[entry.alert.device])
      table.append([
        alert.id, entry.facts.timesUsual.map { format.number($0, decimals: 0) } ?? "–",
        words.alertState(alert.state), words.verdict(entry.verdict),
        device.map { $0.name.isEmpty ? $0.id : $0.name } ?? "\(alert.device)",
        format.instant(alert.since), alert.resolvedAt.map(format.instant) ?? "",
        words.title(alert.sentence),
      ])
    }
    return table.render()
  }

  /// One object a line (``JSONLines``), in the order of the text.
  package func json(devices: [Device]) -> [String] {
    let ids = Dictionary(uniqueKeysWithValues: devices.map { ($0.number, $0.id) })
    return JSONLines.of(entries.map { Line($0, deviceID: ids[$0.alert.device] ?? "") })
  }

  private struct Line: Encodable {
    var id, rule, state, device, commune: String
    var since, firedAt: Milliseconds
    var resolvedAt: Milliseconds?
    var metric, unit, channel: String?
    var value, expected, lower, upper, usualDeviation, novelty, severity: Double?
    var isAbove: Bool?
    var localHour, readingCount: Int?
    var verdict, verdictBy, verdictNote: String?
    var verdictAt: Milliseconds?
    var summary: [String: String]

    init(_ entry: Entry, deviceID: String) {
      let (alert, facts) = (entry.alert, entry.facts)
      (id, rule, device, commune) = (alert.id, alert.rule, deviceID, alert.commune)
      state = alert.state.rawValue
      (since, firedAt, resolvedAt) = (alert.since, alert.firedAt, alert.resolvedAt)
      (metric, unit, channel) = (facts.metric, facts.unit, facts.channel)
      (value, expected, lower, upper) = (facts.value, facts.expected, facts.lower, facts.upper)
      usualDeviation = facts.usualDeviation
      (novelty, severity) = (facts.novelty, facts.severity)
      (isAbove, localHour, readingCount) = (facts.isAbove, facts.localHour, facts.readingCount)
      verdict = entry.verdict?.verdict.rawValue
      (verdictBy, verdictNote) = (entry.verdict?.enteredBy, entry.verdict?.note)
      verdictAt = entry.verdict?.enteredAt
      summary = ["vi": alert.sentence.vi, "en": alert.sentence.en]
    }
  }
}
