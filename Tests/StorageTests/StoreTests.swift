// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("The store")
struct StoreTests {
  let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  private func code(_ body: () throws -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch { return (error as? StoreError)?.code }
  }

  @Test("what was committed is there after reopening, also for a reader")
  func reopen() throws {
    let store = try Store(path: home.path, access: .readWrite)
    let (first, second) = (TemporaryStore.batch(100, 300), TemporaryStore.batch(1_000))
    try store.commit(first)
    try store.commit(second)
    let uuid = store.uuid
    store.close()
    for access: Store.Access in [.readWrite, .readOnly] {
      let again = try Store(path: home.path, access: access)
      defer { again.close() }
      #expect(again.uuid == uuid)
      #expect(try again.readingCount() == 3)
      #expect(try again.lastBlock() == 2)
      #expect(try again.blocks().map(\.1) == first.blocks + second.blocks)
      #expect(try again.blocks(from: 300, to: 1_000).map(\.0) == [1])
      #expect(try again.blocks(from: 301).map(\.0) == [2])
      #expect(try again.blocks(after: 1).map(\.0) == [2])
    }
  }

  @Test("the block behind which so many of the newest readings stand")
  func blockBefore() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    #expect(try store.blockBefore(newestReadings: 1) == 0)
    try store.commit(TemporaryStore.batch(1, 2, 3))
    try store.commit(TemporaryStore.batch(4))
    try store.commit(TemporaryStore.batch(5, 6))
    for (count, block) in [(1, 2), (2, 2), (3, 1), (4, 0), (6, 0), (7, 0)] as [(Int, Int64)] {
      #expect(try store.blockBefore(newestReadings: count) == block, "\(count) readings")
    }
  }

  @Test("a killed writer's log is recovered")
  func recovery() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    try store.commit(TemporaryStore.batch(1, 2, 3))
    let copy = home.folder.appending(path: "copy.sqlite").path
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: home.path + suffix, toPath: copy + suffix)
    }
    let recovered = try Store(path: copy, access: .readWrite)
    defer { recovered.close() }
    #expect(try recovered.readingCount() == 3)
    #expect(recovered.uuid == store.uuid)
  }

  @Test("the file has the modes that the promise needs")
  func modes() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    let modes = try store.read("modes") { db in
      try ["auto_vacuum", "synchronous", "foreign_keys"].map {
        try Int.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(modes == [2, 2, 1])
    #expect(
      try store.read("modes") { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
  }

  @Test(
    "a store of a newer nhip is refused",
    arguments: [
      "PRAGMA user_version = 99", "INSERT INTO grdb_migrations VALUES ('99 from the future')",
    ])
  func newer(change: String) throws {
    let store = try Store(path: home.path, access: .readWrite)
    try store.write("test") { try $0.execute(sql: change) }
    store.close()
    #expect(code { _ = try Store(path: home.path, access: .readWrite) } == .newer)
    #expect(code { _ = try Store(path: home.path, access: .readOnly) } == .newer)
  }

  @Test("a second writer is refused and told which store; a reader is not")
  func locked() throws {
    let store = try Store(path: home.path, access: .readWrite)
    do {
      _ = try Store(path: home.path, access: .readWrite)
      Issue.record("two writers hold one store")
    } catch {
      #expect(error.code == .locked)
      #expect(error.description.contains(home.path))
    }
    try Store(path: home.path, access: .readOnly).close()
    store.close()
    try Store(path: home.path, access: .readWrite).close()
  }

  @Test("a missing file, a missing folder and a file of another kind are told apart")
  func unusable() throws {
    #expect(code { _ = try Store(path: home.path, access: .readOnly) } == .missing)
    let nowhere = home.folder.appending(path: "no/such/store").path
    #expect(code { _ = try Store(path: nowhere, access: .readWrite) } == .unwritable)
    try Data(repeating: 65, count: 4_096).write(to: URL(fileURLWithPath: home.path))
    #expect(code { _ = try Store(path: home.path, access: .readWrite) } == .foreign)
  }

  @Test("a store whose making was cut short is made to the end by the next start")
  func halfMade() throws {
    var configuration = Configuration()
    configuration.prepareDatabase { try StoreSchema.prepareToWrite($0) }
    let queue = try DatabaseQueue(path: home.path, configuration: configuration)
    // The migrator's own table is there before the first migration is.
    try queue.write {
      try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    }
    try queue.close()
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    try store.commit(TemporaryStore.batch(5))
    #expect(try store.readingCount() == 1)
  }

  @Test("a full disk is retryable, and the same batch succeeds once there is room")
  func full() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    try store.limitPageCount(1)
    var batch = CommitBatch()
    batch.quarantine = (0..<20).map { index in
      QuarantinedMessage(
        address: "a", reason: "json", topic: [], payload: Array(repeating: 1, count: 60_000),
        receivedAt: index)
    }
    #expect(code { try store.commit(batch) } == .retryable)
    #expect(try store.quarantine().isEmpty)
    try store.limitPageCount(1_000_000)
    try store.commit(batch)
    #expect(try store.quarantine().map(\.count) == [20])
  }

  @Test("a damaged block names its id")
  func damagedBlock() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    try store.commit(TemporaryStore.batch(5))
    try store.write("test") { try $0.execute(sql: "UPDATE block SET bytes = x'0102'") }
    do {
      _ = try store.blocks()
      Issue.record("a damaged block was read")
    } catch let error as StoreError {
      #expect(error.code == .corrupt)
      #expect(error.what.contains("block 1"))
    }
  }

  @Test("observed time is the union of the sessions less the holes, clipped")
  func observed() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    var batch = CommitBatch()
    batch.observed = [
      Observation(session: 1, start: 0, end: 50), Observation(session: 1, start: 0, end: 100),
      Observation(session: 1, start: 0, end: 70), Observation(session: 2, start: 90, end: 200),
      Observation(session: 1, start: 300, end: 400),
    ]
    batch.observedHoles = [Interval(start: 20, end: 30), Interval(start: 190, end: 310)]
    try store.commit(batch)
    let expected = [(10, 20), (30, 190), (310, 350)].map { Interval(start: $0, end: $1) }
    #expect(try store.observed(from: 10, to: 350) == expected)
  }

  @Test("what a wrong clock wrote of hearing is withdrawn in the commit that puts it right")
  func observedWithdrawn() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    #expect(try store.newestObserved(session: 1) == nil)
    var batch = CommitBatch()
    let wrong = Observation(session: 1, start: 500, end: 600)
    batch.observed = [Observation(session: 1, start: 0, end: 50), wrong]
    try store.commit(batch)
    #expect(try store.newestObserved(session: 1) == 600)
    var right = CommitBatch()
    right.observedWithdrawn = [wrong]
    right.observed = [Observation(session: 1, start: 60, end: 160)]
    try store.commit(right)
    #expect(try store.newestObserved(session: 1) == 160)
    let expected = [(0, 50), (60, 160)].map { Interval(start: $0, end: $1) }
    #expect(try store.observed(from: 0, to: 1_000) == expected)
  }
}
