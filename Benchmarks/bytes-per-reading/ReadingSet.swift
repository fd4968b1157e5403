// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// Made-up days of access points, one reading a minute, from a seed.
///
/// Both variants: `ts` is the whole minute + the device's phase + jitter, uniform on 0 … 2,000 ms,
/// in integer milliseconds; `seq` and `up` count on; `wan.rtt_ms` is uniform on 20 values and
/// `wan.loss_pct` on 11; `wan.up` is true.
struct ReadingSet {
  enum Variant: String, CaseIterable {
    /// Nothing else is random: `clients` and `temp` are sine waves over the day, the bytes grow by
    /// a fixed amount a client, every message takes 40 ms to the broker. Of the sets tried, this
    /// one comes closest to what was published of the set of goal P3.
    case smooth
    /// `clients` and `temp` wander (−1, 0 or +1 a minute, each as likely), the bytes grow by a
    /// random amount a client (uniform on 6,000 values; up is a random eighth to quarter of
    /// down, in 4,096 steps), and a message takes 20 ms + a uniform delay of 41 values.
    case lively
  }

  static let metricNames = [
    "seq", "up", "clients", "rx_bytes", "tx_bytes", "wan_up", "wan_rtt_ms", "wan_loss_pct",
    "temp",
  ]
  /// 2026-11-20, midnight in UTC.
  static let start: Milliseconds = 1_795_132_800_000

  let variant: Variant
  let minuteCount: Int

  /// Bits a reading that the generator draws at random: what no codec can avoid.
  var entropyBits: Double {
    let common = log2(2_001.0) + log2(20.0) + log2(11.0)
    switch variant {
    case .smooth: return common
    case .lively: return common + 2 * log2(3.0) + log2(6_000.0) + log2(4_096.0) + log2(41.0)
    }
  }

  func readings(device: Int, seed: UInt64) -> ReadingColumns {
    var random = Draws(seed: seed &+ UInt64(device) &* 0x9E37_79B9_7F4A_7C15)
    var columns = ReadingColumns(
      kind: "wifi-ap", profileVersion: 1, metricNames: Self.metricNames)
    var (clients, temperature) = (10, 450)
    var received: UInt64 = UInt64(device) * 1_000_003
    var sent: UInt64 = UInt64(device) * 500_009
    for minute in 0..<minuteCount {
      let wave = sin(Double(minute) / 1_440 * 2 * .pi)
      let ts = Self.start + Int64(minute) * 60_000 + Int64(random.below(2_001))
      let roundTrip = 20 + random.below(20)
      let loss = random.below(11)
      var delay = 40
      switch variant {
      case .smooth:
        clients = 10 + device % 5 + Int((8 * wave).rounded(.down))
        temperature = 450 + Int((50 * wave).rounded())
        received += UInt64(clients) * 12_345
        sent += UInt64(clients) * 12_345 / 8
      case .lively:
        clients = min(60, max(0, clients + random.below(3) - 1))
        temperature = min(700, max(200, temperature + random.below(3) - 1))
        let each = UInt64(clients) * 60 * UInt64(2_000 + random.below(6_000))
        received += each
        sent += each * UInt64(4_096 + random.below(4_096)) / 32_768
        delay = 20 + random.below(41)
      }
      columns.device.append(Int64(device))
      columns.channel.append(.telemetry)
      columns.flags.append([])
      columns.session.append(0)
      columns.packetID.append(0)
      columns.payloadHash.append(0)
      columns.eventTime.append(ts)
      columns.sentTime.append(.integer(ts))
      columns.receivedAt.append(ts + Int64(delay))
      let values: [Value] = [
        .integer(Int64(minute)), .integer(Int64(1_000 + minute * 60 + device * 7)),
        .integer(Int64(clients)), .integer(Int64(received)), .integer(Int64(sent)), .flag(true),
        .integer(Int64(roundTrip)), .number(Double(loss) / 10), .number(Double(temperature) / 10),
      ]
      for (metric, value) in values.enumerated() { columns.metrics[metric].append(value) }
    }
    return columns
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed, the same set, on every machine.
private struct Draws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed.multipliedFullWidth(by: UInt64(bound)).high)
  }
}
