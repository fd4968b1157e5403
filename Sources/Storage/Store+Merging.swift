// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// How much one step of merging takes: some milliseconds, and about as much as a full batch.
package struct MergeLimits: Sendable {
  /// Blocks in a step; as many wait, at most, until they are enough.
  package var blockCount = 128
  package var readingCount = 4_096
  /// A block of more readings is left as it is: it gains too little.
  package var smallReadingCount = 128

  package init() {}
}

extension Store {
  private static let mergedSetting = "merged_through_block"

  /// Merges the oldest small blocks that were not merged before into one row, in one transaction.
  ///
  /// They are neighbours, whatever their kinds. What lies between the small ones stays as it is,
  /// and so does a block that cannot be read.
  /// - Returns: whether there may be more to do at once.
  package func mergeBlocks(_ limits: MergeLimits = MergeLimits()) throws(StoreError) -> Bool {
    guard try hasBlocksToMerge(limits) else { return false }
    return try write("small blocks could not be merged") { db in
      let through = try Self.mergedThrough(db)
      var run = MergeRun(limits: limits, through: through)
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT id, CASE WHEN reading_count <= ?2 THEN bytes END FROM block
            WHERE id > ?1 ORDER BY id LIMIT ?3
            """), arguments: [through, limits.smallReadingCount, limits.blockCount])
      while !run.isOver, let row = try rows.next() {
        run.take(id: row[0], bytes: try row.withUnsafeData(atIndex: 1) { $0.map { [UInt8]($0) } })
      }
      if let merged = run.merged {
        try db.execute(
          sql: "DELETE FROM block WHERE id >= ? AND id <= ?",
          arguments: [merged.members.first?.id, merged.members.last?.id])
        try BlockRow(merged).insert(db)
      }
      guard run.through > through else { return false }
      try db.execute(
        sql: """
          INSERT INTO store (name, value) VALUES (?, ?)
          ON CONFLICT DO UPDATE SET value = excluded.value
          """, arguments: [Self.mergedSetting, "\(run.through)"])
      return true
    }
  }

  private func hasBlocksToMerge(_ limits: MergeLimits) throws(StoreError) -> Bool {
    try read("blocks cannot be counted") { db in
      let count = try Int.fetchOne(
        db.cachedStatement(
          sql: "SELECT count(*) FROM (SELECT 1 FROM block WHERE id > ? LIMIT ?)"),
        arguments: [try Self.mergedThrough(db), limits.blockCount])
      return count == limits.blockCount
    }
  }

  /// Everything up to this block has been looked at.
  private static func mergedThrough(_ db: Database) throws -> Int64 {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT value FROM store WHERE name = ?"),
      arguments: [mergedSetting]
    ).flatMap { Int64($0) } ?? 0
  }
}

/// The neighbours that one step merges, taken in the order of their numbers.
private struct MergeRun {
  private let limits: MergeLimits
  private var block = MergedBlock()
  /// The last one that need not be looked at again.
  private(set) var through: Int64
  private(set) var isOver = false

  init(limits: MergeLimits, through: Int64) {
    self.limits = limits
    self.through = through
  }

  /// Nil if there is nothing to gain.
  var merged: MergedBlock? { isOver && block.members.count > 1 ? block : nil }

  /// - Parameter bytes: nil for a block that is not small.
  mutating func take(id: Int64, bytes: [UInt8]?) {
    if let columns = bytes.flatMap(Self.columns), isRoom(for: columns),
      block.append(columns, id: id)
    {
      if block.members.count == limits.blockCount { end(through: id) }
    } else if let last = block.members.last?.id {
      // The next run begins with it.
      end(through: last)
    } else {
      through = id
    }
  }

  private mutating func end(through id: Int64) {
    through = id
    isOver = true
  }

  private func isRoom(for columns: ReadingColumns) -> Bool {
    columns.count > 0 && block.readingCount + columns.count <= limits.readingCount
  }

  /// Nil for one that is merged or damaged; verification tells of the latter.
  private static func columns(_ bytes: [UInt8]) -> ReadingColumns? {
    do { return try BlockCodec.decode(bytes) } catch { return nil }
  }
}
