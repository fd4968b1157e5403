// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// A number over every row of every table, kept in a copy, so that it can be told years later
/// whether any of it has changed: SQLite itself sums nothing up.
///
/// It is there against decaying disks, not against people. A copy that is opened for writing loses
/// it, for then it is a store like any other.
enum CopyDigest {
  static let settingName = "copy_digest"
  /// FNV-1a's prime for 64 bits: multiplying by an odd number loses nothing, so that one changed
  /// value changes the result for certain.
  private static let prime: UInt64 = 0x100_0000_01B3

  /// - Parameter progress: called now and then; what it throws ends the work.
  static func of(_ db: Database, progress: () throws -> Void) throws -> String {
    var digest = Self.prime
    let tables = try String.fetchAll(
      db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for table in ["sqlite_master"] + tables {
      let isStore = table == "store"
      let rows = try Row.fetchCursor(
        db,
        sql: "SELECT * FROM \"\(table)\" \(isStore ? "WHERE name <> '\(settingName)'" : "")")
      while let row = try rows.next() {
        for value in row.databaseValues { add(value, to: &digest) }
        try progress()
      }
    }
    return String(digest, radix: 16)
  }

  static func write(to db: Database, progress: () throws -> Void) throws {
    let digest = try of(db, progress: progress)
    try db.execute(
      sql: "INSERT OR REPLACE INTO store (name, value) VALUES (?, ?)",
      arguments: [settingName, digest])
  }

  static func remove(from db: Database) throws {
    try db.execute(sql: "DELETE FROM store WHERE name = ?", arguments: [settingName])
  }

  /// Whether everything is as it was when the digest was written; true if none was.
  static func holds(in db: Database, progress: () throws -> Void) throws -> Bool {
    let written = try String.fetchOne(
      db, sql: "SELECT value FROM store WHERE name = ?", arguments: [settingName])
    return try written == nil || of(db, progress: progress) == written
  }

  private static func add(_ value: DatabaseValue, to digest: inout UInt64) {
    let (tag, content): (UInt64, UInt64) =
      switch value.storage {
      case .null: (0, 0)
      case .int64(let number): (1, UInt64(bitPattern: number))
      case .double(let number): (2, number.bitPattern)
      case .string(let text): (3, sum(Array(text.utf8)))
      case .blob(let data): (4, sum([UInt8](data)))
      }
    digest = (digest ^ content) &* prime
    digest = (digest ^ tag) &* prime
  }

  private static func sum(_ bytes: [UInt8]) -> UInt64 {
    UInt64(bytes.count) << 32 ^ UInt64(Checksum.crc32(bytes[...]))
  }
}
