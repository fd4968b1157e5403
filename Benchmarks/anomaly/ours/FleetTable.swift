// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation

/// What the detector pages on made-up metrics, as lines to read.
struct FleetTable {
  let options: Options

  func show() {
    let fleet = SyntheticFleet(
      constants: options.constants, seed: 800_000 + options.seed, deviceCount: options.devices)
    let months = SyntheticMetric.months * options.devices
    print("false alarms in 100 device-months of 4 metrics, \(months) months of each kind")
    for (kind, rates) in fleet.falseAlarms() {
      let channels = Judgement.Channel.allCases.compactMap { channel in
        rates[channel].map { "\(channel) \(Int($0))" }
      }
      print(
        "  " + kind.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0),
        Int(rates.values.reduce(0, +)), channels.joined(separator: ", "))
    }
    print("found of faults of 1–2.2, 2.2–4.6, 4.6–10 usual deviations; median minutes")
    for fault in SyntheticFleet.Fault.allCases {
      let cells = fleet.recall(fault).map { recall in
        let delays = recall.delays.sorted()
        let median = delays.isEmpty ? "–" : "\(delays[delays.count / 2])"
        return "\(recall.found)/\(recall.injected) \(median)"
      }
      let name = fault.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
      print("  \(name) \(cells.joined(separator: "   "))")
    }
  }
}
