// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

/// A store in a folder of its own, and a place for copies beside it.
final class CopyFixture {
  let home: TemporaryStore
  let store: Store
  let place: String

  /// With one reading a block, at the instants 1…`blockCount`.
  init(blockCount: Int = 5) throws {
    home = try TemporaryStore()
    store = try Store(path: home.path, access: .readWrite)
    place = home.folder.appending(path: "copy.sqlite").path
    for instant in 1...max(blockCount, 1) {
      try store.commit(TemporaryStore.batch(Milliseconds(instant)))
    }
    try store.saveCheckpoint([1, 2, 3], afterBlock: 2, at: 0)
  }

  deinit { store.close() }

  func path(_ name: String) -> String { home.folder.appending(path: name).path }

  @discardableResult
  func backup(isReplacing: Bool = false, progress: (Double) -> Void = { _ in }) throws
    -> CopySummary
  {
    try StoreBackup(of: home.path, to: place, isReplacing: isReplacing).copy(progress: progress)
  }

  /// Of everything in the folder but the store and what it needs.
  func others() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: home.folder.path).sorted()
      .filter { !["", "-wal", "-shm", ".lock"].map { "nhip.sqlite" + $0 }.contains($0) }
  }

  /// Makes the file large enough for a copy of several steps.
  func fill(sizeMegabytes: Int) throws {
    try store.write("ballast") { db in
      try db.execute(sql: "CREATE TABLE ballast (bytes BLOB)")
      for _ in 0..<sizeMegabytes {
        try db.execute(sql: "INSERT INTO ballast VALUES (zeroblob(1048576))")
      }
    }
  }

  /// A copy with one byte changed in the middle of a block.
  func flipByteOfBlock(in path: String) throws {
    let found = try store.read("block") {
      try Data.fetchOne($0, sql: "SELECT bytes FROM block ORDER BY id LIMIT 1")
    }
    let block = try #require(found)
    var file = try Data(contentsOf: URL(fileURLWithPath: path))
    let range = try #require(file.range(of: block))
    file[range.lowerBound + range.count / 2] ^= 4
    try file.write(to: URL(fileURLWithPath: path))
  }

  /// Another program's change of a file that is no store in use.
  static func change(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  static func instants(in path: String) throws -> [Milliseconds] {
    let copy = try Store(path: path, access: .copy)
    defer { copy.close() }
    return try copy.blocks().flatMap(\.1.eventTime)
  }

  static func error(_ body: () throws -> Void) -> StoreError? {
    do {
      try body()
      return nil
    } catch { return error as? StoreError }
  }
}
