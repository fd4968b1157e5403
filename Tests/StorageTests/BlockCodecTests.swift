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
      var decoder = BlockDecoder(plain)
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
    var decoder = BlockDecoder(writer.output)
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
