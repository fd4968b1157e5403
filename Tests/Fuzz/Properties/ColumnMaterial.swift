// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Columns of any shape out of bytes of any kind; the same bytes make the same columns.
enum ColumnMaterial {
  private static let metricCountMax: UInt8 = 6
  private static let wordSizeMax: UInt8 = 9

  static func columns(from bytes: [UInt8]) -> ReadingColumns {
    var source = ByteSource(bytes)
    let names = (0..<source.byte() % (metricCountMax + 1)).map { _ in source.word() }
    var columns = ReadingColumns(
      kind: source.word(), profileVersion: Int(Int64(bitPattern: source.pattern())),
      metricNames: names)
    while !source.isEmpty {
      columns.device.append(Int64(bitPattern: source.pattern()))
      columns.channel.append(Channel.allCases[Int(source.byte() % 4)])
      columns.flags.append(ReadingFlags(rawValue: UInt16(truncatingIfNeeded: source.pattern())))
      columns.receivedAt.append(Int64(bitPattern: source.pattern()))
      columns.eventTime.append(Int64(bitPattern: source.pattern()))
      columns.session.append(UInt16(truncatingIfNeeded: source.pattern()))
      columns.packetID.append(UInt16(truncatingIfNeeded: source.pattern()))
      columns.payloadHash.append(source.pattern())
      columns.sentTime.append(source.value())
      for metric in columns.metrics.indices { columns.metrics[metric].append(source.value()) }
    }
    return columns
  }

  /// Hands out bytes, and zeros when they are at an end.
  private struct ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// One to nine bytes: small numbers are common, and so are those near the ends of a range.
    mutating func pattern() -> UInt64 {
      let shape = byte()
      var value: UInt64 = 0
      for _ in 0..<shape & 0x07 { value = value << 8 | UInt64(byte()) }
      if shape & 0x08 != 0 { value = value << 8 | UInt64(byte()) }
      return shape & 0x10 == 0 ? value : ~value
    }

    mutating func word() -> String {
      let size = byte() % (wordSizeMax + 1)
      return String(decoding: (0..<size).map { _ in byte() }, as: UTF8.self)
    }

    mutating func value() -> Value {
      switch byte() % 8 {
      case 0: .absent
      case 1: .integer(Int64(bitPattern: pattern()))
      case 2: .unsigned(pattern())
      case 3: .number(Double(Int16(truncatingIfNeeded: pattern())) / 100)
      case 4: .number(Double(bitPattern: pattern()))
      case 5: .number(Double(Int64(bitPattern: pattern())) / 1e9)
      case 6: .flag(byte() % 2 == 1)
      default: .word(word())
      }
    }
  }
}
