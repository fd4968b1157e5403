// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// In all, withdrawn ones included; a person confirms each.
  package static let confirmedGapCountMax = 100_000

  /// Stretches in which our own uplink was down, as people confirmed, in the order of entry.
  ///
  /// - Parameter inForce: leaves out what was withdrawn.
  package func confirmedGaps(inForce: Bool = false) throws(StoreError) -> [ConfirmedGap] {
    try read("confirmed gaps cannot be read") { db in
      guard try db.tableExists("confirmed_gap") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, start_at, end_at, note, entered_at, entered_by, withdrawn_at, withdrawn_by
          FROM confirmed_gap \(inForce ? "WHERE withdrawn_at IS NULL" : "") ORDER BY id
          """
      ).map { row in
        ConfirmedGap(
          id: row[0], interval: Interval(start: row[1], end: row[2]), note: row[3],
          enteredAt: row[4], enteredBy: row[5], withdrawnAt: row[6], withdrawnBy: row[7])
      }
    }
  }

  /// - Returns: the gap with its id.
  package func confirm(_ gap: ConfirmedGap) throws(StoreError) -> ConfirmedGap {
    try write("the gap could not be kept") { db in
      try db.execute(
        sql: """
          INSERT INTO confirmed_gap (start_at, end_at, note, entered_at, entered_by)
          VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [
          gap.interval.start, gap.interval.end, gap.note, gap.enteredAt, gap.enteredBy,
        ])
      var gap = gap
      gap.id = db.lastInsertedRowID
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM confirmed_gap") ?? 0
      guard count <= Self.confirmedGapCountMax else {
        throw invalid("there are too many confirmed gaps", "at most \(Self.confirmedGapCountMax)")
      }
      try Self.noteChanged([gap.interval], db)
      return gap
    }
  }

  /// - Returns: the gap as it is now.
  package func withdrawConfirmedGap(
    _ id: Int64, by actor: String, at now: Milliseconds
  ) throws(StoreError) -> ConfirmedGap {
    guard var gap = try confirmedGaps(inForce: true).first(where: { $0.id == id }) else {
      throw invalid("no gap \(id) is in force", "see `nhip observed list`")
    }
    (gap.withdrawnAt, gap.withdrawnBy) = (now, actor)
    let interval = gap.interval
    try write("the gap could not be withdrawn") { db in
      try db.execute(
        sql: """
          UPDATE confirmed_gap SET withdrawn_at = ?, withdrawn_by = ?
          WHERE id = ? AND withdrawn_at IS NULL
          """, arguments: [now, actor, id])
      try Self.noteChanged([interval], db)
    }
    return gap
  }
}
