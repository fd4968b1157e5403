// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import TestSupport
import Testing

@testable import Storage

@Suite("Restore")
struct RestoreTests {
  let fixture: CopyFixture
  /// 2026-11-21 19:06:07 in local time.
  private static let now: Milliseconds = 1_795_262_767_000
  private static let keptName = "nhip.sqlite.before-restore-2026-11-21T190607"

  init() throws {
    fixture = try CopyFixture()
    try fixture.backup()
  }

  private func restore(
    to name: String, isReplacing: Bool = false, from copy: String? = nil
  ) throws -> StoreRestore.Outcome {
    try StoreRestore(
      from: copy ?? fixture.place, to: fixture.path(name), isReplacing: isReplacing, at: Self.now
    ).restore { _ in }
  }

  @Test("a restored store is the copy, knows that it was restored, and goes on")
  func whole() throws {
    try fixture.store.commit(TemporaryStore.batch(6))
    let outcome = try restore(to: "new.sqlite")
    #expect(outcome.keptPath == nil)
    #expect(outcome.store.readingCount == 5)
    #expect(try fixture.others() == ["copy.sqlite", "new.sqlite", "new.sqlite.lock"])
    let store = try Store(path: fixture.path("new.sqlite"), access: .readWrite)
    defer { store.close() }
    #expect(store.uuid == fixture.store.uuid)
    #expect(try store.restoration() == Restoration(at: Self.now, lastBlock: 5))
    try store.commit(TemporaryStore.batch(7))
    #expect(try store.blocks().flatMap(\.1.eventTime) == [1, 2, 3, 4, 5, 7])
    #expect(try store.lastBlock() == 6)
  }

  @Test("packets of before the copy are forgotten, for the broker has used their ids again")
  func packets() throws {
    var batch = CommitBatch()
    batch.shelvedPackets = [ShelvedPacket(session: 1, packetID: 2, hash: 3)]
    try fixture.store.commit(batch)
    try fixture.backup(isReplacing: true)
    _ = try restore(to: "new.sqlite")
    let store = try Store(path: fixture.path("new.sqlite"), access: .readOnly)
    defer { store.close() }
    #expect(try store.deliveries(newest: 1).shelved.isEmpty)
    #expect(try fixture.store.deliveries(newest: 1).shelved.count == 1)
  }

  @Test("what nobody observed since the copy stays unobserved")
  func observed() throws {
    var batch = CommitBatch()
    batch.observed = [Observation(session: 1, start: 0, end: 100)]
    try fixture.store.commit(batch)
    try fixture.backup(isReplacing: true)
    batch.observed = [Observation(session: 1, start: 0, end: 500)]
    try fixture.store.commit(batch)
    _ = try restore(to: "new.sqlite")
    let store = try Store(path: fixture.path("new.sqlite"), access: .readWrite)
    defer { store.close() }
    batch.observed = [Observation(session: 1, start: 900, end: 950)]
    try store.commit(batch)
    #expect(
      try store.observed(from: 0, to: 1_000) == [(0, 100), (900, 950)].map(Interval.init))
  }

  @Test("a store that stands there is refused, and set aside whole when it may be")
  func replacing() throws {
    try fixture.store.commit(TemporaryStore.batch(6))
    let log = try #require(FileManager.default.contents(atPath: fixture.home.path + "-wal"))
    let main = try #require(FileManager.default.contents(atPath: fixture.home.path))
    fixture.store.close()
    // As a killed nhip leaves it: the newest commit stands in the log alone.
    try main.write(to: URL(fileURLWithPath: fixture.home.path))
    try log.write(to: URL(fileURLWithPath: fixture.home.path + "-wal"))
    let error = CopyFixture.error { _ = try restore(to: "nhip.sqlite") }
    #expect(error?.code == .exists)
    #expect(FileManager.default.contents(atPath: fixture.home.path) == main)

    let outcome = try restore(to: "nhip.sqlite", isReplacing: true)
    let kept = fixture.path(Self.keptName)
    #expect(outcome.keptPath == kept)
    #expect(try fixture.others() == ["copy.sqlite", Self.keptName, Self.keptName + "-wal"])
    #expect(!FileManager.default.fileExists(atPath: fixture.home.path + "-wal"))
    for (path, count) in [(fixture.home.path, 5), (kept, 6)] {
      let store = try Store(path: path, access: .readWrite)
      #expect(try store.readingCount() == Int64(count), "\(path)")
      store.close()
    }
  }

  @Test("a log without its database is nobody's to drop, and is not applied to the restored store")
  func logAlone() throws {
    let log = Data(repeating: 7, count: 5_000)
    try log.write(to: URL(fileURLWithPath: fixture.path("new.sqlite-wal")))
    #expect(CopyFixture.error { _ = try restore(to: "new.sqlite") }?.code == .exists)
    let outcome = try restore(to: "new.sqlite", isReplacing: true)
    let kept = try #require(outcome.keptPath)
    #expect(FileManager.default.contents(atPath: kept + "-wal") == log)
    #expect(try CopyFixture.instants(in: fixture.path("new.sqlite")).count == 5)
  }

  @Test("a store that another nhip holds is not touched")
  func held() throws {
    let error = CopyFixture.error { _ = try restore(to: "nhip.sqlite", isReplacing: true) }
    #expect(error?.code == .locked)
    #expect(error?.what == "another nhip is using the store")
    #expect(try fixture.others() == ["copy.sqlite"])
    try fixture.store.commit(TemporaryStore.batch(6))
  }

  @Test("the store is not its own copy")
  func itself() throws {
    let error = CopyFixture.error {
      _ = try restore(to: "nhip.sqlite", isReplacing: true, from: fixture.home.path)
    }
    #expect(error?.code == .exists)
  }

  @Test("a store in use can be what is restored from")
  func fromStoreInUse() throws {
    try fixture.store.commit(TemporaryStore.batch(6))
    #expect(try restore(to: "new.sqlite", from: fixture.home.path).store.readingCount == 6)
  }

  @Test("a copy that was used as a store since is one, and can be restored from")
  func usedCopy() throws {
    let copy = try Store(path: fixture.place, access: .readWrite)
    try copy.commit(TemporaryStore.batch(6))
    copy.close()
    #expect(try restore(to: "new.sqlite").store.readingCount == 6)
  }

  @Test("a copy of an older format is restored, and brought up to date when it is written again")
  func olderFormat() throws {
    let old = fixture.path("old.sqlite")
    let queue = try DatabaseQueue(path: old)
    try queue.writeWithoutTransaction { try StoreSchema.prepareToWrite($0) }
    try StoreSchema.migrator.migrate(queue, upTo: "1 store, blocks, messages, registry")
    try queue.write { try $0.execute(sql: "INSERT INTO store VALUES ('uuid', 'of old')") }
    try queue.close()
    let outcome = try restore(to: "new.sqlite", from: old)
    #expect(outcome.store.uuid == "of old")
    #expect(outcome.store.newestReceivedAt == nil)
    let store = try Store(path: fixture.path("new.sqlite"), access: .readWrite)
    defer { store.close() }
    #expect(store.uuid == "of old")
    #expect(try store.deliveries(newest: 1).shelved.isEmpty)
  }

  @Test("a bit that flips anywhere in a copy is found, or changes nothing that is stored")
  func flippedBits() throws {
    let seed = UInt64.random(in: 0...(.max))
    print("flipped bits seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let good = try Data(contentsOf: URL(fileURLWithPath: fixture.place))
    let spoiled = fixture.path("spoiled.sqlite")
    func content() throws -> String {
      let queue = try DatabaseQueue(path: spoiled)
      defer { withExtendedLifetime(queue) {} }
      return try queue.read { try CopyDigest.of($0) {} }
    }
    try good.write(to: URL(fileURLWithPath: spoiled))
    let expected = try content()
    var found = 0
    for index in 0..<300 {
      var bytes = good
      let position = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      for suffix in [""] + PartialFile.sideSuffixes {
        // Most of them are not there.
        try? FileManager.default.removeItem(atPath: spoiled + suffix)
      }
      try bytes.write(to: URL(fileURLWithPath: spoiled))
      if CopyFixture.error({ _ = try CopyRun().check(spoiled, as: .copy) { _ in } }) != nil {
        found += 1
      } else {
        #expect(try content() == expected, "seed \(seed), case \(index), byte \(position)")
      }
    }
    #expect(found > 0, "a canary")
    print("flipped bits: \(found) of 300 found, the others harmless")
  }

  @Test("stopped before the end it changes nothing", arguments: [0.1, 0.5, 0.9])
  func stopped(share: Double) throws {
    fixture.store.close()
    let before = FileManager.default.contents(atPath: fixture.home.path)
    let restore = StoreRestore(
      from: fixture.place, to: fixture.home.path, isReplacing: true, at: Self.now)
    let error = CopyFixture.error { _ = try restore.restore { if $0 >= share { restore.stop() } } }
    #expect(error?.code == .stopped)
    #expect(try fixture.others() == ["copy.sqlite"])
    #expect(FileManager.default.contents(atPath: fixture.home.path) == before)
  }

  enum Fault: String, CaseIterable {
    case missing, empty, text, truncated, flippedByte, changedRow, foreign, newer, future
  }

  private func spoil(_ fault: Fault) throws {
    let url = URL(fileURLWithPath: fixture.place)
    func change(_ sql: String) throws { try CopyFixture.change(fixture.place, sql) }
    switch fault {
    case .missing: try FileManager.default.removeItem(at: url)
    case .empty: try Data().write(to: url)
    case .text: try Data(repeating: 65, count: 9_000).write(to: url)
    case .truncated: try Data(contentsOf: url).dropLast(40_000).write(to: url)
    case .flippedByte: try fixture.flipByteOfBlock(in: fixture.place)
    case .changedRow: try change("UPDATE block SET received_at_max = received_at_max + 1")
    case .foreign:
      try FileManager.default.removeItem(at: url)
      try change("CREATE TABLE shopping (item TEXT)")
    case .newer: try change("PRAGMA user_version = 99")
    case .future: try change("INSERT INTO grdb_migrations VALUES ('99 from the future')")
    }
  }

  @Test(
    "a copy that cannot be used is refused by its name, and nothing is written",
    arguments: Fault.allCases)
  func unusable(fault: Fault) throws {
    try spoil(fault)
    let error = try #require(CopyFixture.error { _ = try restore(to: "new.sqlite") })
    #expect(error.code == (fault == .missing ? .missing : .unusableCopy))
    #expect(error.path == fixture.place)
    #expect(!error.description.contains("\n"))
    let left = try fixture.others().filter { !$0.hasPrefix("copy.sqlite") }
    #expect(left == ["new.sqlite.lock"])
  }
}
