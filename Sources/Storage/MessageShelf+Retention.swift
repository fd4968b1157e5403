// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension MessageShelf {
  /// Deletes messages received before an instant: of the oldest `rowCountMax`, and, when that did
  /// not use up what may be deleted, of as many behind the place where the last call ended. So what
  /// a clock ahead of its time stamped late holds nothing up for longer than it takes to go around.
  /// What was counted stays counted. Returns how many went.
  func delete(before: Milliseconds, rowCountMax: Int, _ db: Database) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    let (first, behindFirst) = try delete(
      before: before, behind: 0, rowCountMax: rowCountMax, db)
    guard first < rowCountMax else { return first }
    let position = try max(tally(Self.position, by: 0, db), behindFirst)
    let (second, behindSecond) = try delete(
      before: before, behind: position, rowCountMax: rowCountMax - first, db)
    let difference = try behindSecond - tally(Self.position, by: 0, db)
    try tally(Self.position, by: difference, db)
    return first + second
  }

  private static let position = "retention_position"

  /// Returns how many went, and the newest id that was looked at; 0 when there was none.
  private func delete(
    before: Milliseconds, behind position: Int, rowCountMax: Int, _ db: Database
  ) throws -> (count: Int, position: Int) {
    let some = "SELECT id, address, reason, received_at FROM \(name)_message"
    let looked = "(\(some) WHERE id > ?1 ORDER BY id LIMIT ?2)"
    let last = try Int.fetchOne(
      db, sql: "SELECT coalesce(max(id), 0) FROM \(looked)", arguments: [position, rowCountMax])
    let groups = try Row.fetchAll(
      db,
      sql: """
        SELECT address, reason, count(*) FROM \(looked) WHERE received_at < ?3
        GROUP BY address, reason
        """,
      arguments: [position, rowCountMax, before])
    guard !groups.isEmpty else { return (0, last ?? 0) }
    var deleted = 0
    for group in groups {
      let (address, reason, count): (String, String, Int) = (group[0], group[1], group[2])
      try db.execute(
        sql: "UPDATE \(name)_count SET kept = kept - ? WHERE address = ? AND reason = ?",
        arguments: [count, address, reason])
      deleted += count
    }
    try db.execute(
      sql: """
        DELETE FROM \(name)_message
        WHERE id IN (SELECT id FROM \(looked) WHERE received_at < ?3)
        """,
      arguments: [position, rowCountMax, before])
    try tally("kept", by: -deleted, db)
    return (deleted, last ?? 0)
  }
}
