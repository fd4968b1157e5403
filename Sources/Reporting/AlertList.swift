// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Alerts for the terminal and for programs.
package enum AlertList {
  /// The gravest first, then the newest; anomalies behind the others of their rank, those that lie
  /// farthest from their usual first.
  package static func sorted(_ alerts: [Alert]) -> [Alert] {
    alerts.map { ($0, AnomalyFacts($0).map { -($0.severity ?? 0) } ?? -.infinity) }
      .sorted { left, right in
        (rank(left.0.severity), left.1, -left.0.since, left.0.id)
          < (rank(right.0.severity), right.1, -right.0.since, right.0.id)
      }
      .map(\.0)
  }

  static func rank(_ severity: AlertRule.Severity) -> Int {
    AlertRule.Severity.allCases.firstIndex(of: severity) ?? AlertRule.Severity.allCases.count
  }

  package static func text(_ alerts: [Alert], devices: [Device], language: Language) -> String {
    let words = Words(language: language)
    guard !alerts.isEmpty else { return words.noAlerts + "\n" }
    let format = LocalFormat(words: words)
    let names = Dictionary(uniqueKeysWithValues: devices.map { ($0.number, $0) })
    var table = TextTable([
      (words.alertID, .left), (words.severityHeading, .left), (words.stateHeading, .left),
      (words.device, .left), (words.from, .left), (words.to, .left), (words.alert, .left),
    ])
    for alert in sorted(alerts) {
      let device = names[alert.device]
      table.append([
        alert.id, words.severity(alert.severity), words.alertState(alert.state),
        device.map { $0.name.isEmpty ? $0.id : $0.name } ?? "\(alert.device)",
        format.instant(alert.since), alert.resolvedAt.map(format.instant) ?? "",
        words.title(alert.sentence),
      ])
    }
    return table.render()
  }

  /// One object a line (``JSONLines``), in the order of the text.
  package static func json(_ alerts: [Alert], devices: [Device]) -> [String] {
    let ids = Dictionary(uniqueKeysWithValues: devices.map { ($0.number, $0.id) })
    return JSONLines.of(sorted(alerts).map { Line($0, deviceID: ids[$0.device] ?? "") })
  }

  private struct Line: Encodable {
    var id, rule, severity, state, device, commune: String
    var version: Int
    var since, firedAt: Milliseconds
    var resolvedAt, acknowledgedAt: Milliseconds?
    var acknowledgedBy, note: String?
    var title, summary: [String: String]

    init(_ alert: Alert, deviceID: String) {
      (id, rule, device, commune) = (alert.id, alert.rule, deviceID, alert.commune)
      (severity, state) = (alert.severity.rawValue, alert.state.rawValue)
      (version, since, firedAt) = (alert.version, alert.since, alert.firedAt)
      resolvedAt = alert.resolvedAt
      acknowledgedAt = alert.acknowledgement?.at
      (acknowledgedBy, note) = (alert.acknowledgement?.by, alert.acknowledgement?.note)
      title = ["vi": alert.title.vi, "en": alert.title.en]
      summary = ["vi": alert.summary.vi, "en": alert.summary.en]
    }
  }
}
