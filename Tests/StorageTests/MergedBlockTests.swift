// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("Merged blocks")
struct MergedBlockTests {
  private static func make(
    using generator: inout SeededGenerator
  ) -> (merged: MergedBlock, blocks: [(Int64, ReadingColumns)]) {
    var merged = MergedBlock()
    var blocks: [(Int64, ReadingColumns)] = []
    var id = Int64.random(in: 1...9, using: &generator)
    for _ in 0..<Int.random(in: 1...12, using: &generator) {
      let columns = RandomColumns.make(rowCountMax: 6, using: &generator)
      guard columns.count > 0, merged.append(columns, id: id) else { continue }
      blocks.append((id, columns))
      id += Int64.random(in: 1...3, using: &generator)
    }
    return (merged, blocks)
  }

  @Test("a thousand random ones come back, and every block in them bit for bit")
  func roundTrip() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("merged block round trip seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    for index in 0..<1_000 {
      let (merged, blocks) = Self.make(using: &generator)
      guard let last = blocks.last else { continue }
      let decoded = try MergedBlock(encoded: merged.encoded(), id: last.0)
      #expect(decoded.members.map(\.id) == blocks.map(\.0), "seed \(seed), case \(index)")
      #expect(decoded.readingCount == blocks.reduce(0) { $0 + $1.1.count })
      for (member, block) in zip(decoded.members, blocks) {
        #expect(
          decoded.sets[member.set].slice(member.rows) == block.1, "seed \(seed), case \(index)")
      }
    }
  }

  @Test("a kind whose columns have changed is not mixed with what it was")
  func otherColumns() {
    var merged = MergedBlock()
    for (id, version, names) in [(1, 1, ["a"]), (2, 1, ["a", "b"]), (3, 2, ["a"])] {
      var columns = ReadingColumns(kind: "kiosk", profileVersion: version, metricNames: names)
      columns.appendReading(device: 1, at: 5)
      #expect(merged.append(columns, id: Int64(id)) == (id == 1))
    }
    #expect(merged.members.count == 1)
  }

  @Test("a block that stands alone is its only member, under the number of its row")
  func alone() throws {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["a"])
    columns.appendReading(device: 1, at: 5)
    let block = try MergedBlock(encoded: BlockCodec.encode(columns), id: 42)
    #expect(block.members == [.init(id: 42, set: 0, rows: 0..<1)])
    #expect(block.sets == [columns])
  }

  @Test("every truncation, every flipped bit and another number of the row are refused")
  func damage() {
    var generator = SeededGenerator(seed: 7)
    var made = Self.make(using: &generator)
    while made.blocks.isEmpty { made = Self.make(using: &generator) }
    let bytes = made.merged.encoded()
    let id = made.blocks.last?.0 ?? 0
    #expect(throws: BlockError.implausible("the number of the last block")) {
      try MergedBlock(encoded: bytes, id: id + 1)
    }
    for length in bytes.indices {
      #expect(throws: BlockError.self) { try MergedBlock(encoded: Array(bytes[..<length]), id: id) }
    }
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: BlockError.self, "bit \(bit)") {
        try MergedBlock(encoded: damaged, id: id)
      }
    }
  }

  @Test("damaged content behind good checksums never crashes the decoder")
  func hostile() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("hostile merged block seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<5_000 {
      let (merged, blocks) = Self.make(using: &generator)
      guard let last = blocks.last else { continue }
      var plain = try BlockCodec.unwrapped(merged.encoded())
      let framed = plain.count - 8 * merged.readingCount
      // The frame is at both ends; what lies between is a block's, which has tests of its own.
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let fromEnd = Bool.random(using: &generator)
        let offset = Int.random(in: 0..<min(12, framed), using: &generator)
        plain[fromEnd ? framed - 1 - offset : offset] = .random(
          in: 0...(.max), using: &generator)
      }
      let bytes = BlockCodec.wrapped(
        plain, version: MergedBlock.formatVersion, storedSize: 0)
      do {
        let block = try MergedBlock(encoded: bytes, id: last.0)
        for member in block.members { _ = block.sets[member.set].slice(member.rows) }
      } catch { refused += 1 }
    }
    #expect(refused > 1_000)
  }
}
