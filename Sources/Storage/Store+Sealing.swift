// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// Every sealed day, ascending.
  package func sealedDays() throws(StoreError) -> [SealedDay] {
    try read("sealed days cannot be read") { db in try Self.sealedDays(db) }
  }

  static func sealedDays(_ db: Database) throws -> [SealedDay] {
    // A reader may open a store of an older format; only who writes brings it up to date.
    guard try db.tableExists("sealed_day") else { return [] }
    return try Row.fetchAll(
      db,
      sql: """
        SELECT day, revision, generation, through_block, sealed_at, is_final, reading_count,
          duplicate_count, content_hash, observed_hash FROM sealed_day ORDER BY day
        """
    ).map { row in
      SealedDay(
        day: row[0], revision: row[1], generation: row[2], throughBlock: row[3],
        sealedAt: row[4], isFinal: row[5], readingCount: row[6], duplicateCount: row[7],
        contentHash: row[8], observedHash: row[9])
    }
  }

  /// Writes what the next generations of some days say of some devices, in one transaction; nobody
  /// sees it before it is published. A device staged twice has what it was given last.
  package func stage(_ days: [StagedDay]) throws(StoreError) {
    guard !days.isEmpty else { return }
    // Compressing needs no lock, so it happens before the transaction begins.
    let encoded = days.map { $0.blocks.map { SealedCodec.encode($0.readings) } }
    try write("a sealed day could not be written") { db in
      for (staged, bytes) in zip(days, encoded) {
        for (block, bytes) in zip(staged.blocks, bytes) {
          try Self.stage(block, bytes, generation: staged.generation, db)
        }
        for figures in staged.figures {
          try db.cachedStatement(
            sql: """
              INSERT OR REPLACE INTO sealed_figure (day, device, generation, input_hash, figures,
                intervals, failures) VALUES (?, ?, ?, ?, ?, ?, ?)
              """
          ).execute(
            arguments: [
              staged.day, figures.device, staged.generation, figures.inputHash, figures.text,
              figures.intervals, figures.failures,
            ])
        }
      }
    }
  }

  private static func stage(
    _ block: SealedBlock, _ bytes: [UInt8], generation: Int, _ db: Database
  ) throws {
    let own = block.ownRows
    let received = own.map { block.readings.receivedAt[$0] }
    let layout = try layout(of: block.readings, db)
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO sealed_block (day, device, generation, layout, reading_count,
          duplicate_count, received_at_min, received_at_max, content_hash, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [
        block.day, block.device, generation, layout, own.count, block.duplicateCount,
        received.min() ?? .max, received.max() ?? .min, block.contentHash, Data(bytes),
      ])
  }

  /// Kinds, versions and names stand once, not in every block.
  private static func layout(of readings: ReadingColumns, _ db: Database) throws -> Int64 {
    // No name of a metric holds a line feed.
    let names = readings.metricNames.joined(separator: "\n")
    let arguments: StatementArguments = [readings.kind, readings.profileVersion, names]
    try db.cachedStatement(
      sql: """
        INSERT INTO sealed_layout (kind, profile_version, metric_names) VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING
        """
    ).execute(arguments: arguments)
    guard
      let id = try Int64.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT id FROM sealed_layout
            WHERE kind = ? AND profile_version = ? AND metric_names = ?
            """), arguments: arguments)
    else { preconditionFailure("a layout that was just written is not there") }
    return id
  }

  /// Makes what was staged under `day.generation` what the day says.
  ///
  /// - Parameters:
  ///   - sheets: every figure of the day, those of earlier generations that stand included.
  ///   - cause: why this is another revision; nil if it is not.
  /// - Returns: the day with its counts and hash, which are taken from the blocks themselves.
  package func publish(
    _ day: SealedDay, sheets: [EncodedDaySheet], cause: String?, differences: [SealDifference]
  ) throws(StoreError) -> SealedDay {
    try write("a sealed day could not be published") { db in
      var day = day
      try Self.summarize(&day, db)
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO sealed_day (day, revision, generation, through_block, sealed_at,
            is_final, reading_count, duplicate_count, content_hash, observed_hash)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          day.day, day.revision, day.generation, day.throughBlock, day.sealedAt, day.isFinal,
          day.readingCount, day.duplicateCount, day.contentHash, day.observedHash,
        ])
      try Self.replace(sheets, of: day, db)
      guard let cause else { return day }
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO seal_revision (day, revision, sealed_at, cause)
          VALUES (?, ?, ?, ?)
          """, arguments: [day.day, day.revision, day.sealedAt, cause])
      for difference in differences {
        try db.cachedStatement(
          sql: """
            INSERT OR REPLACE INTO seal_difference (day, revision, device, figure, before, after)
            VALUES (?, ?, ?, ?, ?, ?)
            """
        ).execute(
          arguments: [
            day.day, day.revision, difference.device, difference.figure, difference.before,
            difference.after,
          ])
      }
      return day
    }
  }

  /// Counts and hash of what is visible at `day.generation`.
  static func summarize(_ day: inout SealedDay, _ db: Database) throws {
    day.readingCount = 0
    day.duplicateCount = 0
    var words: [UInt64] = []
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT device, reading_count, duplicate_count, content_hash FROM sealed_block b
        WHERE \(visible) ORDER BY device
        """, arguments: ["day": day.day, "generation": day.generation])
    while let row = try rows.next() {
      day.duplicateCount += row[2] as Int64
      // A device that said nothing is no content, whatever stands beside the day for it.
      guard row[1] as Int64 > 0 else { continue }
      day.readingCount += row[1] as Int64
      words += [UInt64(bitPattern: row[0]), UInt64(bitPattern: row[3])]
    }
    day.contentHash = Int64(bitPattern: PayloadHash.of(words))
  }

  /// Of each device the newest generation up to the one given.
  static let visible = """
    b.day = :day AND b.generation = (SELECT max(generation) FROM sealed_block
      WHERE day = b.day AND device = b.device AND generation <= :generation)
    """

  /// Removes what a seal left that was interrupted before it was published.
  package func dropUnpublishedSeals() throws(StoreError) {
    try write("an interrupted seal could not be removed") { db in
      for table in ["sealed_block", "sealed_figure"] {
        try db.execute(
          sql: """
            DELETE FROM \(table) AS b WHERE generation >
              coalesce((SELECT generation FROM sealed_day WHERE day = b.day), 0)
            """)
      }
    }
  }

  /// Removes what later generations of a day replaced, a bounded number of rows a call.
  ///
  /// - Returns: how many rows were removed; to be called again until it is 0.
  package func dropSuperseded(day: Int64, rowCountMax: Int) throws(StoreError) -> Int {
    try write("old generations could not be removed") { db in
      var deleted = 0
      for table in ["sealed_block", "sealed_figure"] {
        // Another generation may be staged already: only what is published replaces anything.
        let identity = table == "sealed_block" ? "id" : "(day, device, generation)"
        let columns = table == "sealed_block" ? "id" : "day, device, generation"
        try db.execute(
          sql: """
            DELETE FROM \(table) WHERE \(identity) IN (SELECT \(columns) FROM \(table) AS b
              WHERE day = :day AND EXISTS (SELECT 1 FROM \(table) AS c
                WHERE c.day = b.day AND c.device = b.device AND c.generation > b.generation
                  AND c.generation <= (SELECT generation FROM sealed_day WHERE day = :day))
              LIMIT :rows)
            """, arguments: ["day": day, "rows": rowCountMax])
        deleted += db.changesCount
      }
      return deleted
    }
  }
}
