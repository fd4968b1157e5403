// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport

/// Columns of every shape: short and long runs, mixed types, awkward numbers and words.
enum RandomColumns {
  static func make(
    rowCountMax: Int, using generator: inout SeededGenerator
  ) -> ReadingColumns {
    let metricCount = Int.random(in: 0...6, using: &generator)
    var columns = ReadingColumns(
      kind: word(&generator), profileVersion: Int.random(in: -2...2_000, using: &generator),
      metricNames: (0..<metricCount).map { _ in word(&generator) })
    let styles = (0...metricCount).map { _ in Int.random(in: 0...7, using: &generator) }
    for _ in 0..<Int.random(in: 0...rowCountMax, using: &generator) {
      columns.device.append(Int64(bitPattern: pattern(&generator)))
      columns.channel.append(Channel.allCases.randomElement(using: &generator) ?? .telemetry)
      columns.flags.append(ReadingFlags(rawValue: .random(in: 0...(.max), using: &generator)))
      columns.receivedAt.append(Int64(bitPattern: pattern(&generator)))
      columns.eventTime.append(Int64(bitPattern: pattern(&generator)))
      columns.session.append(.random(in: 0...(.max), using: &generator))
      columns.packetID.append(.random(in: 0...(.max), using: &generator))
      columns.payloadHash.append(generator.next())
      columns.sentTime.append(value(styles[metricCount], &generator))
      for metric in 0..<metricCount {
        columns.metrics[metric].append(value(styles[metric], &generator))
      }
    }
    return columns
  }

  private static func pattern(_ generator: inout SeededGenerator) -> UInt64 {
    let edges: [UInt64] = [0, 1, .max, 1 << 63, (1 << 63) - 1, 1_795_251_427_638]
    return Bool.random(using: &generator)
      ? edges.randomElement(using: &generator) ?? 0
      : generator.next() >> UInt64.random(in: 0...63, using: &generator)
  }

  private static func value(_ style: Int, _ generator: inout SeededGenerator) -> Value {
    switch style == 7 ? Int.random(in: 0...6, using: &generator) : style {
    case 0: .absent
    case 1: .integer(Int64(bitPattern: pattern(&generator)))
    case 2: .unsigned(pattern(&generator))
    case 3: .number(Double(Int.random(in: -9_999...9_999, using: &generator)) / 100)
    case 4: .number(awkward(&generator))
    case 5: .flag(Bool.random(using: &generator))
    default: .word(word(&generator))
    }
  }

  private static func awkward(_ generator: inout SeededGenerator) -> Double {
    let edges: [Double] = [
      -0.0, 0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0.1,
      1e-10, 9_007_199_254_740_992, Double(bitPattern: 0x7FF4_0000_0000_0001),
      Double(bitPattern: 0xFFF8_0000_0000_1234),
    ]
    return Bool.random(using: &generator)
      ? edges.randomElement(using: &generator) ?? 0 : Double(bitPattern: generator.next())
  }

  private static func word(_ generator: inout SeededGenerator) -> String {
    ["", "playing", "paper_low", "thôn", "tổ dân phố", "🔊", "a\u{0}b"]
      .randomElement(using: &generator) ?? ""
  }
}

extension RandomColumns {
  /// What one device may have sent on one day, and much that no device would.
  static func makeDay(
    rowCountMax: Int, using generator: inout SeededGenerator
  ) -> ReadingColumns {
    var columns = make(rowCountMax: rowCountMax, using: &generator)
    let device = columns.device.first ?? 0
    for row in columns.device.indices {
      columns.device[row] = device
      columns.packetID[row] = 0
    }
    // Half of the days are plausible in their times, so that all predictions are met.
    guard Bool.random(using: &generator) else { return columns }
    let period = Int64.random(in: 0...90_000, using: &generator)
    let form = Int.random(in: 0...4, using: &generator)
    columns.sentTime.removeAll()
    for row in columns.device.indices {
      let jitter = Int64.random(in: 0...2_000, using: &generator)
      let instant = 1_795_132_800_000 + Int64(row) * period + jitter
      columns.eventTime[row] = instant
      columns.receivedAt[row] = instant + Int64.random(in: 20...400, using: &generator)
      if Bool.random(using: &generator) { columns.payloadHash[row] = 0 }
      let sent: Value =
        switch form {
        case 0: .integer(instant)
        case 1: .integer(instant / 1_000)
        case 2: .number(Double(instant) / 1_000)
        case 3: .word(LocalTime.universal(instant))
        default: row % 7 == 0 ? .absent : .integer(instant * 1_000 + jitter)
        }
      columns.sentTime.append(sent)
    }
    return columns
  }
}
