// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Telemetry

/// What a person watches while the pipeline runs: rate, who is silent, what was set aside.
final class LiveBoard {
  private static let silentShown = 8
  private let names: [Int64: String]
  private let allowances: [Int64: Milliseconds]
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var before: (at: Milliseconds, messages: UInt64)?
  private var linesShown = 0

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
      now - (device.lastHeard ?? 0) > allowances[device.number, default: 180_000]
    }
    let counters = status.counters
    let up = status.devices.count - silent.count
    let perSecond = String(format: "%.1f", rate ?? 0)
    var lines = [
      "\(perSecond) messages/s, \(counters.messages) in all; "
        + "\(up) devices up, \(silent.count) down",
      "redelivered \(counters.redelivered), inbox \(counters.inbox), "
        + "quarantine \(counters.quarantined)",
    ]
    for device in silent.prefix(Self.silentShown) {
      let name = names[device.number] ?? "\(device.number)"
      let silence = device.lastHeard.map { "silent for \((now - $0) / 1_000) s" }
      lines.append("  \(silence ?? "never heard"): \(name)")
    }
    draw(lines)
  }

  /// Over the last picture on a terminal; one line a second anywhere else.
  private func draw(_ lines: [String]) {
    let erase = isTerminal && linesShown > 0 ? "\u{1B}[\(linesShown)A\u{1B}[J" : ""
    let shown = isTerminal ? lines : [lines[0]]
    linesShown = shown.count
    let text = erase + shown.joined(separator: "\n") + "\n"
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
