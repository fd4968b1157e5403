// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry
import TestSupport
import Testing

@testable import Storage

/// Two stores with the same commits: one whose small blocks are merged now and then, and one that
/// is left alone and so says what readers have to see.
@Suite("Merging small blocks")
struct MergingTests {
  let homes: [TemporaryStore]
  let merged: Store
  let plain: Store

  init() throws {
    homes = [try TemporaryStore(), try TemporaryStore()]
    merged = try Store(path: homes[0].path, access: .readWrite)
    plain = try Store(path: homes[1].path, access: .readWrite)
  }

  private static func limits(_ random: inout SeededGenerator) -> MergeLimits {
    var limits = MergeLimits()
    limits.blockCount = .random(in: 2...40, using: &random)
    limits.readingCount = .random(in: 1...80, using: &random)
    limits.smallReadingCount = .random(in: 1...9, using: &random)
    return limits
  }

  private static let kinds = [
    ("kiosk", ["paper", "seq"]), ("wifi-ap", ["clients", "up", "fw"]), ("lan-sensor", []),
  ]

  /// Blocks of up to three kinds; now and then a kind has got other columns.
  private static func batch(_ random: inout SeededGenerator) -> CommitBatch {
    var batch = CommitBatch()
    for (kind, names) in kinds where Bool.random(using: &random) {
      let source = RandomColumns.make(
        rowCountMax: random.next() % 10 == 0 ? 30 : 4, using: &random)
      var columns = ReadingColumns(
        kind: kind, profileVersion: random.next() % 40 == 0 ? 2 : 1, metricNames: names)
      for row in 0..<source.count {
        columns.append(
          row, of: source,
          positions: names.indices.map { $0 < source.metrics.count ? $0 : nil })
        // No range of time goes as far.
        if columns.eventTime[row] == .max { columns.eventTime[row] = 0 }
      }
      batch.blocks.append(columns)
    }
    return batch
  }

  private func commit(_ batch: CommitBatch) throws {
    for store in [merged, plain] { try store.commit(batch) }
  }

  @Test("readers see the same blocks in the same order, whatever they ask for")
  func random() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("merging seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var steps = 0
    for _ in 0..<400 {
      try commit(Self.batch(&random))
      while random.next() % 6 == 0 {
        if try merged.mergeBlocks(Self.limits(&random)) { steps += 1 }
      }
    }
    #expect(steps > 10, "seed \(seed)")
    #expect(try rowCount(merged) < rowCount(plain) * 3 / 4, "seed \(seed)")
    #expect(try merged.lastBlock() == plain.lastBlock())
    #expect(try merged.readingCount() == plain.readingCount())
    #expect(try damage(merged) == [])
    let all = try plain.blocks()
    let times = all.flatMap(\.1.eventTime)
    for _ in 0..<60 {
      let from = Bool.random(using: &random) ? times.randomElement(using: &random) : nil
      let to = Bool.random(using: &random) ? times.randomElement(using: &random) : nil
      let after = Int64.random(in: 0...Int64(all.count), using: &random)
      let expected = try plain.blocks(from: from, to: to, after: after)
      let found = try merged.blocks(from: from, to: to, after: after)
      #expect(found.map(\.0) == expected.map(\.0), "seed \(seed)")
      // Not written out: it would be megabytes.
      let isSame = found.map(\.1) == expected.map(\.1)
      #expect(isSame, "seed \(seed)")
      let ids = (0..<9).map { _ in Int64.random(in: 1...Int64(all.count), using: &random) }
      var chosen: [(Int64, ReadingColumns)] = []
      try merged.forEachBlockRows(ids: Set(ids)) { chosen.append(($0, $1.slice($2))) }
      let wanted = all.filter { Set(ids).contains($0.0) }
      #expect(chosen.map(\.0) == wanted.map(\.0), "seed \(seed)")
      let isAsWanted = chosen.map(\.1) == wanted.map(\.1)
      #expect(isAsWanted, "seed \(seed)")
      let count = Int.random(in: 1...times.count, using: &random)
      let before = try merged.blockBefore(newestReadings: count)
      #expect(try before <= plain.blockBefore(newestReadings: count), "seed \(seed)")
      #expect(
        try merged.blocks(after: before).reduce(0) { $0 + $1.1.count } >= count, "seed \(seed)")
    }
  }

  @Test("a reader on its way misses and repeats nothing when blocks are merged meanwhile")
  func meanwhile() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("merging meanwhile seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 { try commit(Self.batch(&random)) }
    let expected = try plain.blocks()
    #expect(expected.count > Store.blockCountMax, "more than is read at once")
    var found: [(Int64, ReadingColumns)] = []
    try merged.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, columns in
      found.append((id, columns))
      if random.next() % 20 == 0 {
        try merged.commit(Self.batch(&random))
        _ = try merged.mergeBlocks(Self.limits(&random))
      }
    }
    #expect(found.map(\.0) == expected.map(\.0), "seed \(seed)")
    let isSame = found.map(\.1) == expected.map(\.1)
    #expect(isSame, "seed \(seed)")
  }

  @Test("fewer than a step takes wait, and a large or a damaged block stays as it is")
  func boundaries() throws {
    var limits = MergeLimits()
    limits.blockCount = 4
    limits.smallReadingCount = 2
    for instant in 1...3 as ClosedRange<Milliseconds> {
      try merged.commit(TemporaryStore.batch(instant))
    }
    #expect(try !merged.mergeBlocks(limits))
    #expect(try rowCount(merged) == 3)
    try merged.commit(TemporaryStore.batch(4, 5, 6))
    for instant in 7...14 as ClosedRange<Milliseconds> {
      try merged.commit(TemporaryStore.batch(instant))
    }
    try merged.write("test") { try $0.execute(sql: "UPDATE block SET bytes = x'01' WHERE id = 7") }
    while try merged.mergeBlocks(limits) {}
    let ids = try merged.read("test") { try Int64.fetchAll($0, sql: "SELECT id FROM block") }
    #expect(ids == [3, 4, 6, 7, 11, 12])
    #expect(try damage(merged) == [7])
  }

  @Test("every step is a transaction, so that a kill leaves all of it or nothing")
  func killed() throws {
    var limits = MergeLimits()
    limits.blockCount = 8
    for instant in 1...64 as ClosedRange<Milliseconds> {
      try commit(TemporaryStore.batch(instant, instant + 1))
    }
    let expected = try plain.blocks().map(\.1)
    // The step's last statement fails, as if the process had ended there.
    try merged.write("test") { db in
      try db.execute(
        sql: """
          CREATE TRIGGER fail BEFORE INSERT ON store WHEN NEW.name = 'merged_through_block'
          BEGIN SELECT RAISE(ABORT, 'killed'); END
          """)
    }
    #expect(throws: StoreError.self) { try merged.mergeBlocks(limits) }
    #expect(try rowCount(merged) == 64)
    try merged.write("test") { try $0.execute(sql: "DROP TRIGGER fail") }
    for step in 1...8 {
      #expect(try merged.mergeBlocks(limits))
      #expect(try rowCount(merged) == 64 - step * 7)
      #expect(try merged.blocks().map(\.1) == expected)
    }
    #expect(try !merged.mergeBlocks(limits))
  }

  @Test("what stands beside a merged block is checked like that of any other")
  func verified() throws {
    var limits = MergeLimits()
    limits.blockCount = 4
    for instant in 1...4 as ClosedRange<Milliseconds> {
      try merged.commit(TemporaryStore.batch(instant))
    }
    _ = try merged.mergeBlocks(limits)
    #expect(try damage(merged) == [])
    for column in ["reading_count", "event_time_min", "event_time_max", "received_at_max"] {
      try merged.write("test") { try $0.execute(sql: "UPDATE block SET \(column) = \(column) + 1") }
      #expect(try damage(merged) == [4], "\(column)")
      try merged.write("test") { try $0.execute(sql: "UPDATE block SET \(column) = \(column) - 1") }
    }
  }

  @Test("retention takes a merged block once all of it is old and behind every checkpoint")
  func retention() throws {
    var limits = MergeLimits()
    limits.blockCount = 4
    for instant in 1...9 as ClosedRange<Milliseconds> {
      try merged.commit(TemporaryStore.batch(instant * 100))
    }
    while try merged.mergeBlocks(limits) {}
    let kept = RetentionLimits(raw: 100, quarantine: 100, inbox: 100, alerts: 100)
    for _ in 0..<2 { try merged.saveCheckpoint([1], afterBlock: 7, at: 0) }
    #expect(try merged.applyRetention(kept, at: 540, rowCountMax: 9) == 0)
    #expect(try merged.applyRetention(kept, at: 541, rowCountMax: 9) == 1)
    #expect(try merged.blocks().map(\.0) == [5, 6, 7, 8, 9])
    #expect(try merged.applyRetention(kept, at: 2_000, rowCountMax: 9) == 0)
  }

  private func rowCount(_ store: Store) throws -> Int {
    try store.read("test") { try Int.fetchOne($0, sql: "SELECT count(*) FROM block") ?? 0 }
  }

  private func damage(_ store: Store) throws -> [Int64] {
    var found: [Int64] = []
    _ = try store.checkBlocks(progress: { _ in }, damage: { id, _ in found.append(id) })
    return found
  }
}
