// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("Backup")
struct BackupTests {
  let fixture: CopyFixture

  init() throws { fixture = try CopyFixture() }

  @Test("a copy holds what the store holds, as one file, and opens as a store")
  func whole() throws {
    let summary = try fixture.backup()
    #expect(try fixture.others() == ["copy.sqlite"])
    let size = try FileManager.default.attributesOfItem(atPath: fixture.place)[.size] as? Int
    #expect(summary.sizeBytes == Int64(try #require(size)))
    #expect(summary.path == fixture.place)
    #expect(summary.uuid == fixture.store.uuid)
    #expect(summary.readingCount == 5)
    #expect(summary.newestReceivedAt == 45)
    #expect(try CopyFixture.instants(in: fixture.place) == [1, 2, 3, 4, 5])
    #expect(try fixture.others() == ["copy.sqlite"], "reading a copy leaves nothing beside it")
    let copy = try Store(path: fixture.place, access: .readWrite)
    defer { copy.close() }
    try copy.commit(TemporaryStore.batch(6))
    #expect(try copy.readingCount() == 6)
    #expect(try copy.latestCheckpoint()?.bytes == [1, 2, 3])
    #expect(try copy.restoration() == nil)
    #expect(
      try copy.read("modes") { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    #expect(try copy.read("modes") { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 2)
  }

  @Test("what is committed during the copy does not start it anew and is not in it")
  func busyWriter() throws {
    try fixture.fill(sizeMegabytes: 20)
    var shares: [Double] = []
    try fixture.backup { share in
      shares.append(share)
      // The writer is not kept waiting: this thread would wait for itself.
      #expect(throws: Never.self) {
        try fixture.store.commit(TemporaryStore.batch(100 + Milliseconds(shares.count)))
      }
    }
    #expect(shares.count > 5)
    #expect(shares == shares.sorted(), "\(shares)")
    #expect(try CopyFixture.instants(in: fixture.place) == [1, 2, 3, 4, 5])
    #expect(try fixture.store.readingCount() == Int64(5 + shares.count))
  }

  @Test("the store of a killed nhip is copied with its log")
  func killed() throws {
    let dead = fixture.path("dead.sqlite")
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: fixture.home.path + suffix, toPath: dead + suffix)
    }
    let summary = try StoreBackup(of: dead, to: fixture.place, isReplacing: false).copy { _ in }
    #expect(summary.readingCount == 5)
    #expect(summary.uuid == fixture.store.uuid)
  }

  @Test("a file that stands there stays, unless it may be replaced", arguments: ["", "-wal"])
  func exists(suffix: String) throws {
    try Data("mine".utf8).write(to: URL(fileURLWithPath: fixture.place + suffix))
    let error = CopyFixture.error { try fixture.backup() }
    #expect(error?.code == .exists)
    #expect(error?.path == fixture.place + suffix)
    #expect(FileManager.default.contents(atPath: fixture.place + suffix) == Data("mine".utf8))
    try fixture.backup(isReplacing: true)
    #expect(try fixture.others() == ["copy.sqlite"], "an old log would be applied to the copy")
    #expect(try CopyFixture.instants(in: fixture.place).count == 5)
  }

  @Test("neither the store itself nor a store in use is replaced by a copy")
  func replacingStores() throws {
    let itself = StoreBackup(of: fixture.home.path, to: fixture.home.path, isReplacing: true)
    #expect(CopyFixture.error { _ = try itself.copy { _ in } }?.code == .exists)
    let other = try Store(path: fixture.place, access: .readWrite)
    #expect(CopyFixture.error { try fixture.backup(isReplacing: true) }?.code == .locked)
    try other.commit(TemporaryStore.batch(9))
    other.close()
    #expect(try CopyFixture.instants(in: fixture.place) == [9])
  }

  @Test("too little room is told before anything is written")
  func noRoom() throws {
    try fixture.fill(sizeMegabytes: 3)
    let backup = StoreBackup(
      of: fixture.home.path, to: fixture.place, isReplacing: false,
      run: CopyRun(freeSizeBytes: { _ in 2 << 20 }))
    let error = CopyFixture.error { _ = try backup.copy { _ in } }
    #expect(error?.code == .retryable)
    #expect(error?.what.contains("its disk has 2.0 MiB free") == true)
    #expect(try fixture.others().isEmpty)
  }

  @Test("stopped at any moment it leaves nothing behind", arguments: [0.1, 0.4, 0.6, 0.99])
  func stopped(share: Double) throws {
    try fixture.fill(sizeMegabytes: 20)
    let backup = StoreBackup(of: fixture.home.path, to: fixture.place, isReplacing: false)
    let error = CopyFixture.error {
      _ = try backup.copy { if $0 >= share { backup.stop() } }
    }
    #expect(error?.code == .stopped)
    #expect(try fixture.others().isEmpty)
    try fixture.backup()
  }

  @Test("what a killed backup left is written anew, but not while another one writes it")
  func leftBehind() throws {
    try Data(repeating: 9, count: 100_000).write(
      to: URL(fileURLWithPath: fixture.place + ".partial"))
    try Data(repeating: 9, count: 9).write(
      to: URL(fileURLWithPath: fixture.place + ".partial-wal"))
    do {
      let other = try PartialFile(for: fixture.place)
      #expect(CopyFixture.error { try fixture.backup() }?.code == .locked)
      withExtendedLifetime(other) {}
    }
    try Data(repeating: 9, count: 100_000).write(
      to: URL(fileURLWithPath: fixture.place + ".partial"))
    try fixture.backup()
    #expect(try fixture.others() == ["copy.sqlite"])
  }

  @Test(
    "damage in the store is found, and no copy of it takes its place",
    arguments: [
      ("UPDATE block SET bytes = x'0102' WHERE id = 3", "block 3"),
      ("UPDATE checkpoint SET bytes = x'00'", "checkpoint 1"),
      ("UPDATE checkpoint_part SET bytes = x'00'", "checkpoint 1"),
      ("UPDATE block SET reading_count = 2 WHERE id = 4", "numbers of readings"),
      ("DROP INDEX alert_open", ""),
    ])
  func damaged(change: String, sign: String) throws {
    try fixture.store.write("test") { try $0.execute(sql: change) }
    guard !sign.isEmpty else {
      // Not everything that is unlike a store is damage: a canary for the expectations below.
      try fixture.backup()
      return
    }
    let error = CopyFixture.error { try fixture.backup() }
    #expect(error?.code == .corrupt)
    #expect(error?.path == fixture.home.path, "it is the store that somebody must look at")
    #expect(error?.what.contains(sign) == true, "\(String(describing: error))")
    #expect(try fixture.others().isEmpty)
  }

  @Test("the copy may be read by whom the store may")
  func permissions() throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o640], ofItemAtPath: fixture.home.path)
    try fixture.backup()
    let mode = try FileManager.default.attributesOfItem(atPath: fixture.place)[.posixPermissions]
    #expect(mode as? Int == 0o640)
  }

  @Test("in a folder the newest copies of one store stay, and what is not one stays too")
  func thinning() throws {
    let folder = BackupFolder(path: fixture.path("copies"))
    try FileManager.default.createDirectory(
      atPath: folder.path, withIntermediateDirectories: false)
    // 2026-11-21 19:06 in local time, and every day before.
    let newest: Milliseconds = 1_795_262_760_000
    for day in 0..<4 as Range<Int64> {
      _ = try StoreBackup(
        of: fixture.home.path, to: folder.place(at: newest - day * 86_400_000), isReplacing: false
      ).copy { _ in }
    }
    let stranger = try CopyFixture()
    _ = try StoreBackup(
      of: stranger.home.path, to: folder.path + "/nhip-2025-01-01T0000.sqlite", isReplacing: false
    ).copy { _ in }
    for name in ["nhip-2025-01-02T0000.sqlite", "nhip-2026-11-18T1906.sqlite.old", "nhip.sqlite"] {
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }
    let (deleted, unreadable) = try folder.thin(to: 2, uuid: fixture.store.uuid)
    #expect(
      deleted == ["18", "19"].map { "\(folder.path)/nhip-2026-11-\($0)T1906.sqlite" })
    #expect(unreadable == ["\(folder.path)/nhip-2025-01-02T0000.sqlite"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "nhip-2025-01-01T0000.sqlite", "nhip-2025-01-02T0000.sqlite",
        "nhip-2026-11-18T1906.sqlite.old", "nhip-2026-11-20T1906.sqlite",
        "nhip-2026-11-21T1906.sqlite", "nhip.sqlite",
      ])
  }
}
