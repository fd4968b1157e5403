// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("Hot blocks that sealed days have replaced")
struct SealedRetentionTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  /// So many readings, received one after the other from `instant` on.
  private func commit(_ count: Int, from instant: Milliseconds) throws {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper"])
    for offset in 0..<count { columns.appendReading(device: 7, at: instant + Int64(offset)) }
    var batch = CommitBatch()
    batch.blocks = [columns]
    try store.commit(batch)
  }

  private var ids: [Int64] { get throws { try store.blocks().map(\.0) } }

  @Test("go when they were looked at, every checkpoint has them behind it, and enough newer stand")
  func dropped() throws {
    // The newest 65,536 readings stay, in whole blocks; so blocks 1, 2 and 3 may go, in this order.
    for block in 0..<3 { try commit(10, from: Int64(block) * 100) }
    for block in 3..<20 { try commit(4_096, from: Int64(block) * 10_000) }
    func drop(_ instant: Milliseconds, countMax: Int = 100) throws -> Int {
      try store.dropSealedBlocks(receivedBefore: instant, countMax: countMax)
    }
    #expect(try drop(.max / 2) == 0, "nothing was looked at by a seal")
    try store.noteScanned(throughBlock: 20)
    #expect(try drop(.max / 2) == 0, "without a checkpoint a start needs every block")
    for _ in 0..<2 { try store.saveCheckpoint([1], afterBlock: 20, at: 0) }
    #expect(try drop(100) == 1, "the second was received later")
    #expect(try ids.first == 2)
    #expect(try store.sealedBlocksDropped() == 49)
    #expect(try drop(.max / 2, countMax: 1) == 1)
    #expect(try drop(.max / 2) == 2)
    #expect(try ids == Array(5...20))
    #expect(try drop(.max / 2) == 0, "a broker may send the newest ones again")
    #expect(try store.readingCount() == 65_536)
  }

  @Test("stay behind one that must stay, whatever their own times say")
  func order() throws {
    try commit(10, from: 5_000)
    try commit(10, from: 100)
    for block in 1...16 { try commit(4_096, from: Int64(block) * 10_000) }
    try store.noteScanned(throughBlock: 18)
    for _ in 0..<2 { try store.saveCheckpoint([1], afterBlock: 18, at: 0) }
    #expect(try store.dropSealedBlocks(receivedBefore: 1_000, countMax: 100) == 0)
    #expect(try store.dropSealedBlocks(receivedBefore: 6_000, countMax: 100) == 2)
  }

  @Test("a day's sealed readings go after their limit, its figures and hash stay")
  func sealedReadings() throws {
    for day in [10, 11] as [Int64] {
      var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper"])
      columns.appendReading(device: 7, at: LocalTime.start(ofDay: day) + 5)
      let block = SealedBlock(day: day, device: 7, readings: columns, duplicateCount: 0)
      let figures = SealedFigures(device: 7, inputHash: 1, text: "up=5", intervals: "up:0")
      try store.stage([
        StagedDay(day: day, generation: 1, blocks: [block], figures: [figures])
      ])
      _ = try store.publish(
        SealedDay(
          day: day, revision: 1, generation: 1, throughBlock: 0, sealedAt: 0, isFinal: true),
        sheets: [], cause: "sealed", differences: [])
    }
    let limit = LocalTime.start(ofDay: 11)
    #expect(try store.dropSealedReadings(endedBefore: limit, countMax: 9) == 1)
    #expect(try store.dropSealedReadings(endedBefore: limit, countMax: 9) == 0)
    #expect(try store.readingsGoneBeforeDay() == 11)
    let days = try store.sealedDays()
    #expect(days.map(\.readingCount) == [1, 1])
    #expect(try store.sealedDevices(of: days[0]).isEmpty)
    #expect(try store.sealedFigures(of: days[0])[7]?.text == "up=5")
    #expect(try store.sealedFigures(of: days[0])[7]?.intervals == "up:0")
    #expect(try store.sealedBlock(of: days[1], device: 7)?.readings.count == 1)
  }

  @Test("a store that an older nhip wrote has figures without intervals")
  func olderFormat() throws {
    let figures = SealedFigures(device: 7, inputHash: 1, text: "up=5", intervals: "up:0")
    try store.stage([StagedDay(day: 10, generation: 1, blocks: [], figures: [figures])])
    let day = try store.publish(
      SealedDay(
        day: 10, revision: 1, generation: 1, throughBlock: 0, sealedAt: 0, isFinal: true),
      sheets: [], cause: "sealed", differences: [])
    try store.write("test") {
      try $0.execute(sql: "ALTER TABLE sealed_figure DROP COLUMN intervals")
    }
    let older = try Store(path: home.path, access: .readOnly)
    defer { older.close() }
    #expect(
      try older.sealedFigures(of: day)[7]
        == SealedFigures(device: 7, inputHash: 1, text: "up=5"))
  }

  @Test("what was staged and not published is seen by nobody, and goes")
  func unpublished() throws {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper"])
    columns.appendReading(device: 7, at: LocalTime.start(ofDay: 10) + 5)
    let block = SealedBlock(day: 10, device: 7, readings: columns, duplicateCount: 0)
    try store.stage([StagedDay(day: 10, generation: 1, blocks: [block], figures: [])])
    #expect(try store.sealedDays().isEmpty)
    try store.dropUnpublishedSeals()
    let count = try store.read("test") {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM sealed_block")
    }
    #expect(count == 0)
  }
}
