// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Proposed gaps of our uplink, each with its evidence and the command that confirms it.
package enum UplinkProposal {
  /// Devices named of each.
  static let deviceCountMax = 20

  package static func text(
    _ candidates: [UplinkGaps.Candidate], devices: [Device], store: String
  ) -> String {
    guard !candidates.isEmpty else { return "no window looks like a gap of our own uplink" }
    let ids = Dictionary(devices.map { ($0.number, $0.id) }) { _, last in last }
    return candidates.map { candidate in
      let named = candidate.devices.prefix(deviceCountMax).map { ids[$0] ?? "\($0)" }
      let more = candidate.devices.count - named.count
      let interval = candidate.interval
      return """
        \(LocalTime.text(interval.start)) – \(LocalTime.text(interval.end)): \
        \(candidate.devices.count) of \(candidate.heardBefore) devices heard before, of providers \
        \(candidate.providers.joined(separator: ", ")), fell silent together and had been running \
        all along: \(named.joined(separator: ", "))\(more > 0 ? " and \(more) more" : "")
          \(confirmation(of: interval, store: store))
        """
    }.joined(separator: "\n")
  }

  /// The command that confirms a gap, whoever proposes it.
  package static func confirmation(of interval: Interval, store: String) -> String {
    "nhip observed confirm --from \(LocalTime.universal(interval.start)) "
      + "--to \(LocalTime.universal(interval.end)) --note \"...\" --store \(store)"
  }
}
