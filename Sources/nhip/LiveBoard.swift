// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Telemetry

/// What a person watches while the pipeline runs: rate, who is silent, what was set aside, and the
/// newest alerts and anomalies.
final class LiveBoard {
  private static let silentShown = 5
  private static let alertsShown = 8
  private let names: [Int64: String]
  private let allowances: [Int64: Milliseconds]
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var before: (at: Milliseconds, messages: UInt64)?
  private var linesShown = 0
  /// `{id}-{version}` of what was printed already, where no picture is redrawn.
  private var printed: Set<String> = []

  /// - Parameter registry: the store's, since only there devices have their numbers.
  init(registry: Registry, profiles: [Profile]) {
    let byKind = Dictionary(uniqueKeysWithValues: profiles.map { ($0.kind, $0.offlineAfter) })
    names = Dictionary(uniqueKeysWithValues: registry.devices.map { ($0.number, $0.name) })
    allowances = Dictionary(
      uniqueKeysWithValues: registry.devices.compactMap { device in
        byKind[device.kind].map { (device.number, $0) }
      })
  }

  func show(_ status: EngineStatus?, at now: Milliseconds) {
    guard let status else { return }
    let rate = before.map {
      Double(status.counters.messages - $0.messages) * 1_000 / Double(max(1, now - $0.at))
    }
    before = (now, status.counters.messages)
    let silent = status.devices.filter { device in
      device.isOffline
        || now - (device.lastHeard ?? 0) > allowances[device.number, default: 180_000]
    }
    let counters = status.counters
    let up = status.devices.count - silent.count
    let perSecond = String(format: "%.1f", rate ?? 0)
    var lines = [
      "\(perSecond) messages/s, \(counters.messages) in all; "
        + "\(up) devices up, \(silent.count) down; \(status.openAlertCount) alerts open",
      "redelivered \(counters.redelivered), inbox \(counters.inbox), "
        + "quarantine \(counters.quarantined)",
    ]
    for device in silent.prefix(Self.silentShown) {
      let name = names[device.number] ?? "\(device.number)"
      let silence = device.lastHeard.map { "silent for \((now - $0) / 1_000) s" }
      lines.append("  \(silence ?? "never heard"): \(name)")
    }
    let alerts = status.recentAlerts.reversed()
    lines += alerts.prefix(Self.alertsShown).map(line)
    draw(lines, news: alerts.filter { printed.insert("\($0.id)-\($0.version)").inserted })
  }

  /// `23:24:44 high  firing    Wi-Fi Thôn 1: Access point offline: silent since …`
  private func line(_ alert: Alert) -> String {
    let at = alert.resolvedAt ?? alert.acknowledgement?.at ?? alert.firedAt
    let time = LocalTime.text(at).suffix(8)
    let words = [alert.severity.rawValue, alert.state.rawValue].map {
      $0.padding(toLength: 12, withPad: " ", startingAt: 0)
    }
    let name = names[alert.device] ?? "\(alert.device)"
    return "  \(time) \(words.joined())\(name): \(alert.sentence.en)"
  }

  /// Over the last picture on a terminal; anywhere else a line a second and every new alert once.
  private func draw(_ lines: [String], news: [Alert]) {
    let erase = isTerminal && linesShown > 0 ? "\u{1B}[\(linesShown)A\u{1B}[J" : ""
    let shown = isTerminal ? lines : [lines[0]] + news.reversed().map(line)
    linesShown = shown.count
    let text = erase + shown.joined(separator: "\n") + "\n"
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
