// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry

@testable import FleetSimulator

let dayStart: Milliseconds = 1_795_194_000_000  // 2026-11-21, 00:00 at UTC+7.

/// A commune over a local day with everything that can go wrong in it.
func rainyDay(seed: UInt64, communes: Int = 1, hours: Int64 = 24) -> FleetPlan {
  FleetPlan(
    devices: FleetPlan.communes(communes, seed: seed), seed: seed, start: dayStart,
    duration: hours * 3_600_000, faults: .day)
}

func object(_ payload: [UInt8]) throws -> [String: Any] {
  let parsed = try JSONSerialization.jsonObject(with: Data(payload))
  guard let object = parsed as? [String: Any] else {
    throw CocoaError(.propertyListReadCorrupt)
  }
  return object
}

/// `ts` in milliseconds, in whichever form it was sent.
func sentTime(_ object: [String: Any]) throws -> Milliseconds {
  if let number = object["ts"] as? NSNumber { return number.int64Value }
  guard let text = object["ts"] as? String else { throw CocoaError(.propertyListReadCorrupt) }
  let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  return Milliseconds((try style.parse(text).timeIntervalSince1970 * 1_000).rounded())
}

extension SimulatedMessage {
  var channel: Channel? { topic.split(separator: "/").last.flatMap { Channel(name: $0) } }
}
