// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("Checkpoints")
struct CheckpointTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
  }

  private func change(_ sql: String) throws {
    try store.write("test") { try $0.execute(sql: sql) }
  }

  private func count(_ table: String) throws -> Int {
    try store.read("test") { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  private var damaged: [Int64] {
    get throws {
      var found: [Int64] = []
      try store.checkCheckpoints { id, _ in found.append(id) }
      return found
    }
  }

  @Test("the newest two are kept, and a damaged one is passed over")
  func newest() throws {
    #expect(try store.latestCheckpoint() == nil)
    for block in 1...3 {
      try store.saveCheckpoint([UInt8(block)], afterBlock: Int64(block), at: 0)
    }
    #expect(try store.latestCheckpoint()?.afterBlock == 3)
    #expect(try damaged == [])
    try change("UPDATE checkpoint SET bytes = x'00' WHERE after_block = 3")
    #expect(try store.latestCheckpoint()?.bytes == [2])
    #expect(try damaged == [3])
    try change("UPDATE checkpoint SET bytes = x'00'")
    #expect(try store.latestCheckpoint() == nil)
    #expect(try damaged == [2, 3])
  }

  @Test("parts come back in their order, each with its own place in the log")
  func parts() throws {
    var writer = try CheckpointWriter(store: store)
    for part in 0..<5 as Range<UInt8> {
      try writer.append(Array(repeating: part, count: Int(part)), afterBlock: 10 - Int64(part))
    }
    #expect(try store.latestCheckpoint() == nil, "nobody sees a part before the last")
    try writer.finish(at: 7)
    var seen: [(bytes: [UInt8], afterBlock: Int64)] = []
    let afterBlock = try store.forEachCheckpointPart { seen.append(($0, $1)) }
    #expect(afterBlock == 6, "the state of every device goes as far as that of the first")
    #expect(seen.map(\.bytes.count) == [0, 1, 2, 3, 4])
    #expect(seen.map(\.afterBlock) == [10, 9, 8, 7, 6])
  }

  @Test(
    "damage to any part, or its absence, leaves the checkpoint before it",
    arguments: [
      "UPDATE checkpoint_part SET bytes = x'07' WHERE checkpoint = 2 AND part = 1",
      "DELETE FROM checkpoint_part WHERE checkpoint = 2 AND part = 2",
      "UPDATE checkpoint_part SET part = 9 - part WHERE checkpoint = 2",
      "UPDATE checkpoint SET part_count = 2 WHERE id = 2",
      "UPDATE checkpoint SET part_count = 0 WHERE id = 2",
      "UPDATE checkpoint SET after_block = 9 WHERE id = 2",
      "UPDATE checkpoint SET bytes = substr(bytes, 1, 24) WHERE id = 2",
    ])
  func damagedPart(sql: String) throws {
    for checkpoint in 1...2 as ClosedRange<Int64> {
      var writer = try CheckpointWriter(store: store)
      for part in 0..<3 as Range<UInt8> {
        try writer.append([UInt8(checkpoint), part], afterBlock: checkpoint * 10)
      }
      try writer.finish(at: 0)
    }
    #expect(try store.latestCheckpoint()?.bytes == [2, 0, 2, 1, 2, 2])
    try change(sql)
    // Without parts, the row is read as one of the first formats: as a state that nobody knows.
    if sql.contains("part_count = 0") {
      #expect(try store.latestCheckpoint()?.bytes.count == 36)
      return
    }
    #expect(try store.latestCheckpoint()?.bytes == [1, 0, 1, 1, 1, 2])
    #expect(try damaged == [2])
  }

  @Test("one that is killed after any part leaves the one before, and its parts go in small steps")
  func killed() throws {
    for partCount in 0...6 {
      var whole = try CheckpointWriter(store: store)
      for part in 0..<4 as Range<UInt8> { try whole.append([part], afterBlock: 1) }
      try whole.finish(at: 0)
      var writer = try CheckpointWriter(store: store)
      for part in 0..<partCount { try writer.append([UInt8(part), 9], afterBlock: 2) }
      // No row names them: this is all that a kill leaves.
      #expect(try store.latestCheckpoint()?.bytes == [0, 1, 2, 3])
      #expect(try damaged == [])
    }
    var before = try count("checkpoint_part")
    for _ in 0..<4 {
      var writer = try CheckpointWriter(store: store)
      for _ in 0..<20 {
        try writer.append([5], afterBlock: 3)
        let now = try count("checkpoint_part")
        #expect(before + 1 - now <= CheckpointWriter.loosePartCountMax)
        before = now
      }
      try writer.finish(at: 0)
    }
    let kept = try count("checkpoint_part")
    #expect(kept == 60, "those of the two that are kept, and of the one before")
    #expect(try store.latestCheckpoint()?.bytes.count == 20)
  }

  @Test("one of an older format, in a single value, is still read, also by who cannot migrate")
  func singleValue() throws {
    let state = [UInt8](1...200)
    try store.write("test") { db in
      try db.execute(
        sql: "INSERT INTO checkpoint (after_block, at, checksum, bytes) VALUES (4, 0, ?, ?)",
        arguments: [Int64(Checksum.crc32(state[...])), Data(state)])
    }
    #expect(try store.latestCheckpoint()?.bytes == state)
    #expect(try store.latestCheckpoint()?.afterBlock == 4)
    try change("DROP TABLE checkpoint_part; ALTER TABLE checkpoint DROP COLUMN part_count")
    store.close()
    let reader = try Store(path: home.path, access: .readOnly)
    defer { reader.close() }
    #expect(try reader.latestCheckpoint()?.bytes == state)
    try reader.checkCheckpoints { id, what in Issue.record("\(id): \(what)") }
  }
}
