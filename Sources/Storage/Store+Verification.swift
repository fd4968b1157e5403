// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// So many sentences about one kind of damage tell as much as all of them.
  static let damageCountMax = 100

  /// What SQLite itself finds wrong with the file: damaged pages, indexes that disagree with their
  /// tables, rows that refer to nothing. At most two hundred sentences; empty when all is well.
  package func damage() throws(StoreError) -> [String] {
    try read("the store's integrity cannot be checked") { db in
      try Self.damage(db, countMax: Self.damageCountMax)
    }
  }

  /// - Parameter countMax: so many sentences at most of pages, and as many of references.
  static func damage(_ db: Database, countMax: Int) throws -> [String] {
    var found = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(countMax))")
      .filter { $0 != "ok" }
    let references = try Row.fetchCursor(db, sql: "PRAGMA foreign_key_check")
    var count = 0
    while count < countMax, let row = try references.next() {
      count += 1
      found.append(
        "a row of \(row[0] as String) refers to a row of \(row[2] as String) that is not there")
    }
    return found
  }

  /// Decodes every hot block and compares it with what stands beside its bytes.
  ///
  /// - Parameters:
  ///   - progress: called once a block with the share done, 0 to 1.
  ///   - damage: called with the number of each block that is not what it should be, and why.
  /// - Returns: how many blocks there are, those that were merged into one counted once, and how
  ///   many readings they hold.
  package func checkBlocks(
    progress: (Double) -> Void, damage: (Int64, String) -> Void
  ) throws(StoreError) -> (blocks: Int, readings: Int) {
    var (position, blocks, readings) = (Int64(0), 0, 0)
    let newest = try lastBlock()
    while let row = try nextBlock(after: position) {
      position = row.id
      guard position <= newest else { break }
      blocks += 1
      progress(Double(position) / Double(max(1, newest)))
      do {
        let block = try MergedBlock(encoded: row.bytes, id: position)
        readings += block.readingCount
        for what in row.differences(from: block) { damage(position, what) }
      } catch { damage(position, error.description) }
    }
    return (blocks, readings)
  }

  private struct StoredBlock {
    var id: Int64
    var kind: String
    var profileVersion: Int
    var readingCount: Int
    var eventTime: ClosedRange<Milliseconds>?
    var receivedAtMax: Milliseconds
    var bytes: [UInt8]

    func differences(from block: MergedBlock) -> [String] {
      var found: [String] = []
      func compare(_ name: String, _ stored: some Equatable, _ held: some Equatable) {
        if "\(stored)" == "\(held)" { return }
        found.append("\(name) is \(stored), its content says \(held)")
      }
      let times = block.sets.flatMap(\.eventTime)
      compare("kind", kind, block.sets.first?.kind ?? "")
      compare("profile_version", profileVersion, block.sets.first?.profileVersion ?? 0)
      compare("reading_count", readingCount, block.readingCount)
      compare("event_time_min", eventTime?.lowerBound ?? 0, times.min() ?? 0)
      compare("event_time_max", eventTime?.upperBound ?? 0, times.max() ?? 0)
      compare("received_at_max", receivedAtMax, block.sets.flatMap(\.receivedAt).max() ?? 0)
      return found
    }
  }

  private func nextBlock(after position: Int64) throws(StoreError) -> StoredBlock? {
    try read("blocks cannot be read") { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT id, kind, profile_version, reading_count, event_time_min, event_time_max,
            received_at_max, bytes FROM block WHERE id > ? ORDER BY id LIMIT 1
          """)
      return try Row.fetchOne(statement, arguments: [position]).map { row in
        let (lower, upper): (Int64, Int64) = (row[4], row[5])
        return StoredBlock(
          id: row[0], kind: row[1], profileVersion: row[2], readingCount: row[3],
          eventTime: lower <= upper ? lower...upper : nil, receivedAtMax: row[6],
          bytes: [UInt8](row[7] as Data))
      }
    }
  }

  /// - Parameter damage: called with the number of each checkpoint that is not what it should be,
  ///   and why.
  package func checkCheckpoints(damage: (Int64, String) -> Void) throws(StoreError) {
    try read("checkpoints cannot be read") { db in
      try Self.checkCheckpoints(db, damage: damage)
    }
  }

  /// A sealed day with counts and hash as its blocks give them now.
  package func summarized(_ day: SealedDay) throws(StoreError) -> SealedDay {
    try read("sealed days cannot be read") { db in
      var day = day
      try Self.summarize(&day, db)
      return day
    }
  }

  /// What stands beside the sealed block of each device: its hash, and how many readings it holds.
  package func sealedHashes(of day: SealedDay) throws(StoreError) -> [Int64: (Int64, Int)] {
    try read("sealed days cannot be read") { db in
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT device, content_hash, reading_count FROM sealed_block b WHERE \(Self.visible)",
        arguments: ["day": day.day, "generation": day.generation])
      return Dictionary(rows.map { ($0[0], ($0[1], $0[2])) }) { _, last in last }
    }
  }
}
