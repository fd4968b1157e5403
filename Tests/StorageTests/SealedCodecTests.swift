// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("The codec of sealed days")
struct SealedCodecTests {
  @Test("a day without readings comes back")
  func empty() throws {
    let columns = ReadingColumns(kind: "kiosk", profileVersion: 3, metricNames: ["app", ""])
    #expect(try columns.sealedAndOpened() == columns)
  }

  @Test("a thousand random days of every mixture of types come back bit for bit")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("sealed round trip seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for index in 0..<1_000 {
      let columns = RandomColumns.makeDay(rowCountMax: 24, using: &generator)
      #expect(try columns.sealedAndOpened() == columns, "seed \(seed), case \(index)")
    }
  }

  @Test("long random days come back, so that what was learnt long ago may be forgotten")
  func longDays() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("sealed long days seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<4 {
      let columns = RandomColumns.makeDay(rowCountMax: 1_500, using: &generator)
      #expect(try columns.sealedAndOpened() == columns, "seed \(seed)")
    }
  }

  @Test("extreme values come back bit for bit", arguments: [1, 2, 300])
  func extremes(rowCount: Int) throws {
    let values: [Value] = [
      .integer(.min), .integer(.max), .integer(0), .integer(-1), .unsigned(.max),
      .unsigned(1 << 63), .number(.nan), .number(.infinity), .number(-.infinity), .number(-0.0),
      .number(.greatestFiniteMagnitude), .number(.leastNonzeroMagnitude), .number(0.1),
      .number(Double(bitPattern: 0xFFF8_0000_0000_1234)), .flag(true), .flag(false), .absent,
      .word(""), .word("tổ dân phố"), .word("🔊"), .word("a\u{0}b"),
    ]
    for offset in values.indices {
      var columns = ReadingColumns(
        kind: "wifi-ap", profileVersion: 1, metricNames: ["same", "two", "all"])
      for row in 0..<rowCount {
        columns.appendPlain(at: row % 2 == 0 ? .min : .max)
        columns.metrics[0].append(values[offset])
        columns.metrics[1].append(values[(offset + row % 2) % values.count])
        columns.metrics[2].append(values[(offset + row) % values.count])
      }
      #expect(try columns.sealedAndOpened() == columns, "value \(values[offset])")
    }
  }

  @Test("times as text come back in every spelling, sorted or not, also beside other words")
  func timesAsText() throws {
    let texts: [(Milliseconds) -> String] = [
      { LocalTime.universal($0) },
      { LocalTime.universal($0 / 1_000 * 1_000).replacing(".000Z", with: "Z") },
      { LocalTime.universal($0 + LocalTime.offset).replacing("Z", with: "+07:00") },
      { $0 % 180_000 == 0 ? "n/a" : LocalTime.universal($0) },
      { LocalTime.universal($0).lowercased() },
    ]
    for (index, text) in texts.enumerated() {
      for stride: Int64 in [60_000, -60_000, 0] {
        var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: [])
        for row in 0..<200 {
          let instant = 1_795_251_427_638 + Int64(row) * stride
          columns.appendPlain(at: instant)
          columns.sentTime.bits.removeLast()
          columns.sentTime.tags.removeLast()
          columns.sentTime.append(.word(text(instant)))
        }
        let bytes = SealedCodec.encode(columns)
        #expect(try columns.opened(bytes) == columns, "spelling \(index), stride \(stride)")
        if index < 3 { #expect(bytes.count < 200, "spelling \(index), stride \(stride)") }
      }
    }
  }

  @Test("a day whose every value follows from the one before takes under 60 bytes")
  func plainDay() throws {
    var columns = ReadingColumns(
      kind: "wifi-ap", profileVersion: 1, metricNames: ["seq", "up", "ok", "type", "copy"])
    for row in 0..<1_440 {
      columns.appendPlain(at: 1_795_251_427_638 + Int64(row) * 60_000)
      columns.metrics[0].append(.integer(Int64(row)))
      columns.metrics[1].append(.integer(Int64(row) * 60 + 4_321))
      columns.metrics[2].append(.flag(true))
      columns.metrics[3].append(.word("4g"))
      columns.metrics[4].append(.integer(Int64(row)))
    }
    let bytes = SealedCodec.encode(columns)
    #expect(bytes.count < 60)
    #expect(try columns.opened(bytes) == columns)
  }

  @Test("every truncation and every flipped bit of a sealed day is refused")
  func damage() {
    let seed = UInt64.random(in: 0...(.max))
    print("sealed damage seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<6 {
      let columns = RandomColumns.makeDay(rowCountMax: 12, using: &generator)
      let bytes = SealedCodec.encode(columns)
      for length in bytes.indices {
        #expect(throws: BlockError.self) { try columns.opened(Array(bytes[..<length])) }
      }
      for bit in 0..<bytes.count * 8 {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: BlockError.self, "seed \(seed), bit \(bit)") {
          try columns.opened(damaged)
        }
      }
    }
  }

  @Test("damaged content behind a good checksum never crashes the decoder")
  func hostileContent() {
    let seed = UInt64.random(in: 0...(.max))
    print("sealed hostile content seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<120 {
      let columns = RandomColumns.makeDay(rowCountMax: 8, using: &generator)
      let whole = SealedCodec.encode(columns)
      for _ in 0..<20 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let index = Int.random(in: 1..<bytes.count - 3, using: &generator)
          bytes[index] = .random(in: 0...(.max), using: &generator)
        }
        do { _ = try columns.opened(Self.checksummed(bytes)) } catch { refused += 1 }
      }
    }
    #expect(refused > 0)
  }

  @Test("random bytes behind a good checksum never crash the decoder")
  func hostileBytes() {
    let seed = UInt64.random(in: 0...(.max))
    print("sealed hostile bytes seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let columns = RandomColumns.makeDay(rowCountMax: 1, using: &generator)
    var refused = 0
    for _ in 0..<3_000 {
      let count = Int.random(in: 5...80, using: &generator)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...(.max), using: &generator) }
      bytes[0] = SealedCodec.formatVersion
      do { _ = try columns.opened(Self.checksummed(bytes)) } catch { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("another format version, too few bytes and another number of metrics are named")
  func refusals() {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: [])
    columns.appendPlain(at: 0)
    var bytes = SealedCodec.encode(columns)
    let other = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["app"])
    #expect(throws: BlockError.implausible("the number of metrics")) { try other.opened(bytes) }
    bytes[0] = 9
    #expect(throws: BlockError.unknownFormat(9)) { try columns.opened(bytes) }
    #expect(throws: BlockError.truncated) { try columns.opened([]) }
  }

  private static func checksummed(_ bytes: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes(Array(bytes.dropLast(SealedCodec.checksumSizeBytes)))
    writer.fixed32(Checksum.crc32(writer.output[...]))
    return writer.output
  }
}

extension ReadingColumns {
  fileprivate func opened(_ bytes: [UInt8]) throws -> ReadingColumns {
    try SealedCodec.decode(
      bytes, device: device.first ?? 0, kind: kind, profileVersion: profileVersion,
      metricNames: metricNames)
  }

  fileprivate func sealedAndOpened() throws -> ReadingColumns {
    try opened(SealedCodec.encode(self))
  }

  /// One reading without its metrics.
  fileprivate mutating func appendPlain(at instant: Milliseconds) {
    device.append(42)
    channel.append(.telemetry)
    flags.append([])
    receivedAt.append(instant &+ 40)
    eventTime.append(instant)
    sentTime.append(.integer(instant))
    session.append(1)
    packetID.append(0)
    payloadHash.append(0)
  }
}
