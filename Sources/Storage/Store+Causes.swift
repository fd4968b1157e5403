// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// In all; a person writes them.
  package static let recordedCauseCountMax = 1_000_000

  /// What people recorded of outages that hold an instant of `from`..<`to`, by instant.
  ///
  /// - Parameter inForce: without those that were replaced or withdrawn.
  package func recordedCauses(
    from: Milliseconds, to: Milliseconds, inForce: Bool = true
  ) throws(StoreError) -> [RecordedCause] {
    try read("notes on outages cannot be read") { db in
      guard try db.tableExists("recorded_cause") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, device, at, cause, responsible, reference, entered_at, entered_by,
            withdrawn_at, withdrawn_by
          FROM recorded_cause WHERE at >= ? AND at < ? AND (withdrawn_at IS NULL OR NOT ?)
          ORDER BY at, id
          """, arguments: [from, to, inForce]
      ).map { row in
        RecordedCause(
          id: row[0], device: row[1], at: row[2], cause: row[3], responsible: row[4],
          reference: row[5], enteredAt: row[6], enteredBy: row[7], withdrawnAt: row[8],
          withdrawnBy: row[9])
      }
    }
  }

  /// Adds a note.
  ///
  /// - Parameter outage: notes of the device on other instants of it are withdrawn: an outage has
  ///   one cause, the newest.
  /// - Returns: the note with its id.
  package func record(
    _ cause: RecordedCause, replacingIn outage: Interval
  ) throws(StoreError) -> RecordedCause {
    try write("the note could not be kept") { db in
      try db.execute(
        sql: """
          UPDATE recorded_cause SET withdrawn_at = ?, withdrawn_by = ?
          WHERE device = ? AND at >= ? AND at < ? AND withdrawn_at IS NULL
          """,
        arguments: [
          cause.enteredAt, cause.enteredBy, cause.device, outage.start, outage.end,
        ])
      try db.execute(
        sql: """
          INSERT INTO recorded_cause (device, at, cause, responsible, reference, entered_at,
            entered_by) VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          cause.device, cause.at, cause.cause, cause.responsible, cause.reference,
          cause.enteredAt, cause.enteredBy,
        ])
      var cause = cause
      cause.id = db.lastInsertedRowID
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM recorded_cause") ?? 0
      guard count <= Self.recordedCauseCountMax else {
        throw invalid("there are too many notes", "at most \(Self.recordedCauseCountMax)")
      }
      return cause
    }
  }

  /// Takes a note back; its row stays.
  ///
  /// - Returns: the note as it is now.
  /// - Throws: `invalid` if no such note is in force.
  package func withdrawRecordedCause(
    _ id: Int64, by actor: String, at now: Milliseconds
  ) throws(StoreError) -> RecordedCause {
    guard var cause = try recordedCauses(from: .min, to: .max).first(where: { $0.id == id })
    else { throw invalid("no note \(id) is in force", "see `nhip outages list`") }
    (cause.withdrawnAt, cause.withdrawnBy) = (now, actor)
    try write("the note could not be withdrawn") { db in
      try db.execute(
        sql: """
          UPDATE recorded_cause SET withdrawn_at = ?, withdrawn_by = ?
          WHERE id = ? AND withdrawn_at IS NULL
          """, arguments: [now, actor, id])
    }
    return cause
  }
}
