// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// Two, so that a damaged one still leaves a start that is not the beginning of time.
  static let checkpointCountMax = 2

  /// Hands over the newest checkpoint that is whole, part by part, each with the newest block that
  /// is in its state. Of one that is damaged anywhere, no part is handed over.
  ///
  /// - Parameter body: runs inside the transaction, so it must not call the store.
  /// - Returns: the newest block that is in every part; nil means to start from the first block.
  package func forEachCheckpointPart(
    _ body: (_ bytes: [UInt8], _ afterBlock: Int64) -> Void
  ) throws(StoreError) -> Int64? {
    try read("checkpoints cannot be read") { db in
      let rows = try CheckpointRow.all(db, newestFirst: true)
      while let row = try rows.next() {
        guard let contents = row.contents, try !row.hasDamagedPart(contents, db) else { continue }
        try row.forEachPart(contents, db) { part, bytes in
          if let bytes { body(bytes, part.afterBlock) }
        }
        return row.afterBlock
      }
      return nil
    }
  }

  /// The number of the next one. Parts that nobody names keep theirs.
  func nextCheckpoint() throws(StoreError) -> Int64 {
    try read("checkpoints cannot be read") { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT 1 + max((SELECT coalesce(max(id), 0) FROM checkpoint),
            (SELECT coalesce(max(checkpoint), 0) FROM checkpoint_part))
          """) ?? 1
    }
  }

  /// Looks at every checkpoint, one part at a time.
  ///
  /// - Parameter damage: called with the number of each that is not as it was written, and why.
  static func checkCheckpoints(
    _ db: Database, damage: (Int64, String) throws -> Void
  ) throws {
    let rows = try CheckpointRow.all(db, newestFirst: false)
    while let row = try rows.next() {
      if let contents = row.contents {
        guard try row.hasDamagedPart(contents, db) else { continue }
        try damage(row.id, "a part of it is missing or does not match its checksum")
      } else {
        try damage(row.id, "its checksum does not match its bytes")
      }
    }
  }
}

/// One checkpoint as its row says. Before format 7 the row held the state itself; it is read as a
/// checkpoint of one part.
private struct CheckpointRow {
  let id: Int64
  let afterBlock: Int64
  private let checksum: Int64
  private let bytes: [UInt8]
  private let partCount: Int

  private init(_ row: Row) throws {
    (id, afterBlock, checksum, partCount) = (row[0], row[1], row[2], row[3])
    bytes = try row.withUnsafeData(atIndex: 4) { [UInt8]($0 ?? Data()) }
  }

  static func all(
    _ db: Database, newestFirst: Bool
  ) throws -> MapCursor<RowCursor, CheckpointRow> {
    // A reader may open a store of an older format; only who writes brings it up to date.
    let partCount = try db.tableExists("checkpoint_part") ? "part_count" : "0"
    return try Row.fetchCursor(
      db,
      sql: """
        SELECT id, after_block, checksum, \(partCount), bytes FROM checkpoint
        ORDER BY id \(newestFirst ? "DESC" : "ASC")
        """
    ).map { try CheckpointRow($0) }
  }

  private var isWhole: Bool { partCount == 0 }

  /// Nil if the row is damaged.
  var contents: CheckpointContents? {
    guard Int64(Checksum.crc32(bytes[...])) == checksum else { return nil }
    var contents = CheckpointContents()
    if isWhole {
      contents.parts = [
        .init(afterBlock: afterBlock, checksum: UInt32(truncatingIfNeeded: checksum))
      ]
      return contents
    }
    do { contents = try CheckpointContents(encoded: bytes) } catch { return nil }
    let isAsCounted = contents.parts.count == partCount
    return isAsCounted && contents.parts.map(\.afterBlock).min() == afterBlock ? contents : nil
  }

  func hasDamagedPart(_ contents: CheckpointContents, _ db: Database) throws -> Bool {
    var isDamaged = false
    try forEachPart(contents, db) { part, bytes in
      isDamaged = isDamaged || bytes.map { Checksum.crc32($0[...]) } != part.checksum
    }
    return isDamaged
  }

  /// - Parameter body: called with the bytes of each part, nil if they are not there.
  func forEachPart(
    _ contents: CheckpointContents, _ db: Database,
    _ body: (CheckpointContents.Part, [UInt8]?) throws -> Void
  ) throws {
    if isWhole { return try body(contents.parts[0], bytes) }
    let statement = try db.cachedStatement(
      sql: "SELECT bytes FROM checkpoint_part WHERE checkpoint = ? AND part = ?")
    for (number, part) in contents.parts.enumerated() {
      let rows = try Row.fetchCursor(statement, arguments: [id, number])
      let bytes = try rows.next().map { row in
        try row.withUnsafeData(atIndex: 0) { [UInt8]($0 ?? Data()) }
      }
      try body(part, bytes)
    }
  }
}
