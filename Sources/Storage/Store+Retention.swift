// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

/// How long records are kept after they were received.
package struct RetentionLimits: Sendable, Hashable {
  /// Blocks of readings, when we could hear them, and slots of the schedule after their end.
  package var raw: Milliseconds
  /// Quarantined payloads; how many there were is counted for ever.
  package var quarantine: Milliseconds
  /// Messages of unknown devices; how many there were is counted for ever.
  package var inbox: Milliseconds
  /// Resolved alerts and incidents, after they were resolved; open ones stay.
  package var alerts: Milliseconds

  package init(
    raw: Milliseconds, quarantine: Milliseconds, inbox: Milliseconds, alerts: Milliseconds
  ) {
    self.raw = raw
    self.quarantine = quarantine
    self.inbox = inbox
    self.alerts = alerts
  }
}

extension Store {
  /// Pages given back to the file system in one call, so that the commit in between waits for some
  /// 4 MB at most.
  static let vacuumPageCountMax = 1_024

  /// Deletes what is older than its limit, a bounded number of rows a call, then gives some of the
  /// free pages back to the file system. To be called again until it returns 0, and once in a
  /// while after that.
  ///
  /// A block goes only if every checkpoint kept has it behind it, so that a start after a crash
  /// needs nothing of it, and never if it is the newest, whose id says where the log stands. Of the
  /// blocks each call looks at the oldest `rowCountMax` only, in the order in which they were
  /// committed: blocks that a clock ahead of its time stamped late hold up those behind them when
  /// there are that many, until they are old by their own stamp. Nothing goes too early.
  ///
  /// What an alert has to say leaves by the outbox alone, whether the alert is still there or not.
  ///
  /// - Parameters:
  ///   - now: what the ages are measured from.
  ///   - rowCountMax: the most rows deleted, over all tables.
  /// - Returns: how many rows were deleted.
  package func applyRetention(
    _ limits: RetentionLimits, at now: Milliseconds, rowCountMax: Int
  ) throws(StoreError) -> Int {
    let deleted = try write("old records could not be deleted") { db in
      var left = rowCountMax
      left -= try Self.deleteBlocks(before: now - limits.raw, rowCountMax: left, db)
      left -= try MessageShelf.quarantine.delete(
        before: now - limits.quarantine, rowCountMax: left, db)
      left -= try MessageShelf.inbox.delete(before: now - limits.inbox, rowCountMax: left, db)
      left -= try Self.deleteIncidents(before: now - limits.alerts, rowCountMax: left, db)
      left -= try Self.deleteAlerts(before: now - limits.alerts, rowCountMax: left, db)
      left -= try Self.deleteObserved(before: now - limits.raw, rowCountMax: left, db)
      left -= try SlotShelf.delete(endedBefore: now - limits.raw, rowCountMax: left, db)
      return rowCountMax - left
    }
    try write("free space could not be given back") { db in
      try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.vacuumPageCountMax))")
    }
    return deleted
  }

  private static func deleteBlocks(
    before: Milliseconds, rowCountMax: Int, _ db: Database
  ) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    // The older checkpoint is the start if the newer one is damaged.
    try db.execute(
      sql: """
        DELETE FROM block WHERE id IN
          (SELECT id FROM (SELECT id, received_at_max FROM block ORDER BY id LIMIT ?1)
           WHERE received_at_max < ?2)
          AND id <= (SELECT min(after_block) FROM checkpoint)
          AND id < (SELECT max(id) FROM block)
        """,
      arguments: [rowCountMax, before])
    return db.changesCount
  }

  /// An alert is resolved after it began, so the index by its beginning finds them; what it passes
  /// over are alerts that are open or were for long, at most one a rule and device.
  private static func deleteAlerts(
    before: Milliseconds, rowCountMax: Int, _ db: Database
  ) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    try db.execute(
      sql: """
        DELETE FROM alert WHERE id IN
          (SELECT id FROM alert WHERE since < ?1 AND state = 'resolved' AND resolved_at < ?1
           ORDER BY since LIMIT ?2)
        """,
      arguments: [before, rowCountMax])
    return db.changesCount
  }
}
