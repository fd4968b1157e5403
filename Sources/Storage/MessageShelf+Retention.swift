// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension MessageShelf {
  /// Of the oldest `rowCountMax` messages, deletes those received before an instant. What was
  /// counted stays counted. Returns how many went.
  func delete(before: Milliseconds, rowCountMax: Int, _ db: Database) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    let old = """
      (SELECT id, address, reason, received_at FROM \(name)_message ORDER BY id LIMIT ?1)
      WHERE received_at < ?2
      """
    let groups = try Row.fetchAll(
      db, sql: "SELECT address, reason, count(*) FROM \(old) GROUP BY address, reason",
      arguments: [rowCountMax, before])
    guard !groups.isEmpty else { return 0 }
    var deleted = 0
    for group in groups {
      let (address, reason, count): (String, String, Int) = (group[0], group[1], group[2])
      try db.execute(
        sql: "UPDATE \(name)_count SET kept = kept - ? WHERE address = ? AND reason = ?",
        arguments: [count, address, reason])
      deleted += count
    }
    try db.execute(
      sql: "DELETE FROM \(name)_message WHERE id IN (SELECT id FROM \(old))",
      arguments: [rowCountMax, before])
    try tally("kept", by: -deleted, db)
    return deleted
  }
}
