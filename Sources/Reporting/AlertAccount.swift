// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The alerts of a report's devices that were open at some moment of its period.
package struct AlertAccount: Sendable {
  /// What one rule told.
  package struct RuleLine: Sendable, Hashable {
    package var rule: String
    package var title: Title
    package var severity: AlertRule.Severity
    package var count = 0
    /// Still open at the end of knowledge.
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
  init(_ alerts: [Alert], of numbers: Set<Int64>, period: Interval, now: Milliseconds) {
    let inScope = alerts.filter { numbers.contains($0.device) }
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

// MARK: Forms

extension AlertAccount {
  /// Headings and rows of both tables, the same on paper, on a screen and in a terminal.
  struct Table {
    var headings: [(text: String, isNumber: Bool)]
    var rows: [[String]]
  }

  func ruleTable(_ words: Words, _ format: LocalFormat) -> Table {
    Table(
      headings: [
        (words.severityHeading, false), (words.alert, false), (words.alertCount, true),
        (words.alertOpenCount, true), (words.alertDeviceCount, true), (words.alertHours, true),
      ],
      rows: rules.map { line in
        [
          words.severity(line.severity), words.title(line.title), format.count(line.count),
          format.count(line.openCount), format.count(line.devices.count),
          format.hours(line.duration),
        ]
      })
  }

  func listTable(
    names: [Int64: String], _ words: Words, _ format: LocalFormat
  ) -> Table {
    Table(
      headings: [
        (words.from, false), (words.to, false), (words.severityHeading, false),
        (words.device, false), (words.alert, false),
      ],
      rows: listed.map { alert in
        [
          format.instant(alert.since),
          alert.resolvedAt.map(format.instant) ?? words.alertState(alert.state),
          words.severity(alert.severity), names[alert.device] ?? "\(alert.device)",
          "\(words.title(alert.title)): \(words.title(alert.summary))",
        ]
      })
  }
}

extension Report {
  var deviceNames: [Int64: String] {
    Dictionary(devices.map { ($0.device.number, $0.name) }) { first, _ in first }
  }
}

extension TextReport {
  static func alerts(_ report: Report, _ words: Words, _ format: LocalFormat) -> String {
    let account = report.alerts
    var text = "\(words.alerts)\n"
    guard account.count > 0 else { return text + "\(words.noAlerts)\n" }
    text += render(account.ruleTable(words, format)) + "\n"
    text += render(account.listTable(names: report.deviceNames, words, format))
    if account.count > account.listed.count {
      text += words.moreAlerts(account.count - account.listed.count) + "\n"
    }
    return text
  }

  private static func render(_ table: AlertAccount.Table) -> String {
    var text = TextTable(table.headings.map { ($0.text, $0.isNumber ? .right : .left) })
    for row in table.rows { text.append(row) }
    return text.render()
  }
}

extension HTMLReport {
  static func alerts(_ report: Report, _ words: Words, _ format: LocalFormat) -> String {
    let account = report.alerts
    var html = "<section class=\"wide\">\n<h2>\(escaped(words.alerts))</h2>\n"
    guard account.count > 0 else {
      return html + "<p>\(escaped(words.noAlerts))</p>\n</section>\n"
    }
    html += render(account.ruleTable(words, format))
    html += render(account.listTable(names: report.deviceNames, words, format))
    if account.count > account.listed.count {
      let more = words.moreAlerts(account.count - account.listed.count)
      html += "<p class=\"note\">\(escaped(more))</p>\n"
    }
    return html + "</section>\n"
  }

  private static func render(_ table: AlertAccount.Table) -> String {
    func style(_ isNumber: Bool) -> String { isNumber ? " class=\"n\"" : "" }
    let heads = table.headings.map {
      "<th scope=\"col\"\(style($0.isNumber))>\(escaped($0.text))</th>"
    }
    let rows = table.rows.map { row in
      let cells = zip(table.headings, row).map { heading, cell in
        "<td data-label=\"\(escaped(heading.text))\"\(style(heading.isNumber))>"
          + "\(escaped(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    return "<table class=\"alerts\">\n<thead><tr>\(heads.joined())</tr></thead>\n"
      + "<tbody>\n\(rows.joined())</tbody>\n</table>\n"
  }
}
