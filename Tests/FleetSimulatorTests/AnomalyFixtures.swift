// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

@testable import FleetSimulator

/// The fixed start of `nhip simulate`: a Friday, no holiday for six weeks.
let anomalyStart: Milliseconds = 1_795_107_600_000

func anomalyPlan(
  seed: UInt64, communes: Int = 1, days: Int64 = 10, rates: AnomalyRates = .all,
  interval: Milliseconds = 600_000
) -> FleetPlan {
  FleetPlan(
    anomalies: AnomalyPlan(
      fleet: AnomalyFleet(communes: communes, seed: seed), start: anomalyStart,
      duration: days * 86_400_000, rates: rates, reportInterval: interval))
}

/// Only faults of values, so that the same instants are reported with and without them.
var valueFaultsOnly: AnomalyRates {
  var rates = AnomalyRates.calm
  rates.valueFaultDays = 1
  rates.separation = 6 * 3_600_000
  rates.degradingShare = 0.2
  return rates
}

/// One reading as a listener understands it.
struct HeardReading {
  var at: Milliseconds
  var sentAt: Milliseconds
  /// By metric.
  var values: [String: Double]
}

/// Where each metric stands in a payload.
private let places: [String: [String: [String]]] = [
  "wifi-ap": ["clients": ["clients"], "wan_rtt_ms": ["wan", "rtt_ms"], "rx_bytes": ["rx_bytes"]],
  "loudspeaker": [
    "mains_v": ["mains_v"], "net_rsrp_dbm": ["net", "rsrp_dbm"], "batt_pct": ["batt_pct"],
    "net_mb_month": ["net", "mb_month"],
  ],
  "video-endpoint": [
    "rx_loss_pct": ["rx", "loss_pct"], "rx_jitter_ms": ["rx", "jitter_ms"], "rtt_ms": ["rtt_ms"],
    "mos": ["mos"],
  ],
  "lan-sensor": [
    "cpnet_rtt_ms": ["link", "cpnet", "rtt_ms"], "internet_rtt_ms": ["link", "internet", "rtt_ms"],
    "hosts": ["hosts"], "new_hosts": ["new_hosts"],
  ],
  "kiosk": ["paper_pct": ["paper_pct"]],
]

/// Every live reading of the devices of these kinds, by position, in order, without the copies.
func readings(of plan: FleetPlan, kinds: Set<String>) throws -> [Int: [HeardReading]] {
  var found: [Int: [HeardReading]] = [:]
  var seen: Set<[UInt8]> = []
  for message in plan.messages() where message.channel == .telemetry {
    let kind = plan.devices[message.deviceIndex].kind
    guard kinds.contains(kind),
      seen.insert(Array(message.topic.utf8) + message.payload).inserted
    else { continue }
    let payload = try object(message.payload)
    var values: [String: Double] = [:]
    for (metric, path) in places[kind] ?? [:] {
      var part: Any? = payload
      for step in path { part = (part as? [String: Any])?[step] }
      values[metric] = (part as? NSNumber)?.doubleValue
    }
    found[message.deviceIndex, default: []].append(
      HeardReading(at: message.publishedAt, sentAt: try sentTime(payload), values: values))
  }
  return found
}

let everyKind = Set(SimulatedKind.allCases.map(\.rawValue))

func scaled(_ value: Double, _ scale: String) -> Double {
  scale == "linear" ? value : log1p(max(0, value))
}
