// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("The block codec")
struct BlockCodecTests {
  @Test("columns without readings come back")
  func empty() throws {
    let columns = ReadingColumns(kind: "wifi-ap", profileVersion: 3, metricNames: ["clients", ""])
    #expect(try BlockCodec.decode(BlockCodec.encode(columns)) == columns)
  }

  @Test("two thousand random columns come back bit for bit")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("block round trip seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for index in 0..<2_000 {
      let columns = RandomColumns.make(rowCountMax: 24, using: &generator)
      let decoded = try BlockCodec.decode(BlockCodec.encode(columns))
      #expect(decoded == columns, "seed \(seed), case \(index)")
    }
  }

  @Test("a full batch of 4,096 readings comes back at both compression levels")
  func fullBatch() throws {
    var columns = ReadingColumns(kind: "wifi-ap", profileVersion: 1, metricNames: ["a", "b"])
    for row in 0..<4_096 { columns.appendReading(device: Int64(row % 700), at: Int64(row) * 15) }
    for level: Int32 in [1, 6] {
      #expect(try BlockCodec.decode(BlockCodec.encode(columns, level: level)) == columns)
    }
  }

  @Test("every truncation and every flipped bit of a block is refused")
  func damage() {
    let seed = UInt64.random(in: 0...(.max))
    print("block damage seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<6 {
      let bytes = BlockCodec.encode(RandomColumns.make(rowCountMax: 8, using: &generator))
      for length in bytes.indices {
        #expect(throws: BlockError.self) { try BlockCodec.decode(Array(bytes[..<length])) }
      }
      for bit in 0..<bytes.count * 8 {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: BlockError.self, "seed \(seed), bit \(bit)") {
          try BlockCodec.decode(damaged)
        }
      }
    }
  }

  @Test("a block of format 1, which compressed the hashes too, is still read")
  func formatOne() throws {
    let hexadecimal =
      "0169010000b72fb03c78016d8c3d4ec33014c7ed9734894a800971029018a880815b20212e6039c9" +
      "ab6a29fea8ed34cdc8820467e0020c1c818a81918113b02338047153a40e7878fefdfeef236dc554" +
      "9c7203709868550b8591c3393406a66d549a269228638fd2c4c22c2ec7b840e599ef0cee145a7b66" +
      "913badd2b2167deeb2468939ab7897d9252b3a8f2ef31b485aae5863b2f085f57100eb3d932e0f58" +
      "6be79829fd5aacb3865585dcb5bc129a6daeef0dd6785187c9fd4195160ec370aeb0bf5630a9959f" +
      "1d93f03ebe6edf57b3d7a7f4ee0f427a7f103f9cac5eaee8cd774eae8f7e286cb5815080503e9f1f" +
      "e9928c80103aba989c4dce498f4022a06fc99a06a7906dd990fd5b7f01ead76a40d6a457c2"
    let digits = hexadecimal.compactMap(\.hexDigitValue).map(UInt8.init)
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    let columns = try BlockCodec.decode(bytes)
    #expect(columns.kind == "wifi-ap")
    #expect(columns.eventTime == [1_795_107_600_963, 1_795_107_660_963])
    #expect(columns.payloadHash == [0x4dbd_be29_8a04_1589, 0xec25_5000_0ceb_5201])
    let clients = try #require(columns.metricNames.firstIndex(of: "clients"))
    #expect(columns.metrics[clients][0] == .integer(4))
    #expect(try BlockCodec.decode(BlockCodec.encode(columns)) == columns)
  }

  @Test("damaged content behind good checksums never crashes the decoder")
  func hostileContent() {
    let seed = UInt64.random(in: 0...(.max))
    print("hostile content seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<5_000 {
      var encoder = BlockEncoder(RandomColumns.make(rowCountMax: 6, using: &generator))
      var plain = encoder.encode()
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        guard let index = plain.indices.randomElement(using: &generator) else { break }
        plain[index] = .random(in: 0...(.max), using: &generator)
      }
      var decoder = BlockDecoder(plain, hasHashesLast: true)
      do { _ = try decoder.decode() } catch { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("a count that the bytes cannot hold is refused before anything is allocated")
  func hostileCount() {
    var writer = ByteWriter()
    writer.text("wifi-ap")
    writer.zigzag(1)
    writer.varint(.max)
    var decoder = BlockDecoder(writer.output, hasHashesLast: true)
    #expect(throws: BlockError.implausible("the number of readings")) { try decoder.decode() }
  }
}

extension ReadingColumns {
  /// One reading with plausible values: every metric an integer or a short decimal.
  mutating func appendReading(device: Int64, at instant: Milliseconds) {
    self.device.append(device)
    channel.append(.telemetry)
    flags.append([])
    receivedAt.append(instant + 40)
    eventTime.append(instant)
    sentTime.append(.integer(instant))
    session.append(1)
    packetID.append(UInt16(truncatingIfNeeded: count))
    payloadHash.append(UInt64(bitPattern: device &* 0x9E37_79B9 &+ instant))
    for metric in metrics.indices {
      metrics[metric].append(metric % 2 == 0 ? .integer(instant % 97) : .number(71.5))
    }
  }
}
