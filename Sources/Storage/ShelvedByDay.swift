// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

/// How many messages no reading was made of, by the local day on which they were received: what a
/// report of a period says of them stays the same when the period is over.
///
/// Each message counts once, on the day it came, as what it was then: one that waited in the inbox
/// and turned out to be bad when its device was adopted stays one of the inbox. Retention and
/// adoption leave these counts alone. All work happens inside the caller's transaction.
enum ShelvedByDay {
  /// Thirty years of two dozen reasons a day. Replayed messages may bear any day; those that there
  /// is no row for count without one.
  static let rowCountMax = 262_144

  static func add(_ messages: [ShelvedMessage], of shelf: MessageShelf, to db: Database) throws {
    guard !messages.isEmpty else { return }
    var counts: [Key: Int] = [:]
    for message in messages {
      let key = Key(
        day: LocalTime.day(of: message.receivedAt), reason: message.subject.reason)
      counts[key, default: 0] += 1
    }
    for (key, count) in counts { try add(count, key, of: shelf, to: db) }
  }

  private struct Key: Hashable {
    var day: Int64
    var reason: String
  }

  private static func add(
    _ count: Int, _ key: Key, of shelf: MessageShelf, to db: Database
  ) throws {
    let row: StatementArguments = [count, shelf.name, key.day, key.reason]
    try db.cachedStatement(
      sql: """
        UPDATE shelved_day SET received = received + ?
        WHERE shelf = ? AND day = ? AND reason = ?
        """
    ).execute(arguments: row)
    guard db.changesCount == 0 else { return }
    // Both shelves share the limit, so the tally is of neither.
    if try MessageShelf.inbox.tally("days", by: 0, db) < rowCountMax {
      try MessageShelf.inbox.tally("days", by: 1, db)
      try db.cachedStatement(
        sql: "INSERT INTO shelved_day (received, shelf, day, reason) VALUES (?, ?, ?, ?)"
      ).execute(arguments: row)
    } else {
      try db.cachedStatement(
        sql: """
          INSERT INTO shelved_undated (received, shelf, through_day, reason) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET received = received + excluded.received,
            through_day = max(through_day, excluded.through_day)
          """
      ).execute(arguments: row)
    }
  }

  /// What a store counted before it told days apart, as rows of `shelved_undated`.
  static let undated = ["inbox", "quarantine"].map { shelf in
    """
    SELECT '\(shelf)' AS shelf, reason, sum(received) AS received,
      (max(last_received_at) + \(LocalTime.offset)) / \(LocalTime.dayLength) AS through_day
    FROM \(shelf)_count WHERE received > 0 GROUP BY reason
    """
  }.joined(separator: "\nUNION ALL\n")
}

extension StoreSchema {
  /// `day` counts local days since 1970-01-01. Of `shelved_undated` nobody knows the day, only that
  /// it was none after `through_day`.
  static let shelvedByDay = """
    CREATE TABLE shelved_day (
      shelf TEXT NOT NULL, day INTEGER NOT NULL, reason TEXT NOT NULL, received INTEGER NOT NULL,
      PRIMARY KEY (shelf, day, reason)) STRICT, WITHOUT ROWID;
    CREATE TABLE shelved_undated (
      shelf TEXT NOT NULL, reason TEXT NOT NULL, received INTEGER NOT NULL,
      through_day INTEGER NOT NULL, PRIMARY KEY (shelf, reason)) STRICT, WITHOUT ROWID;
    INSERT INTO shelved_undated (shelf, reason, received, through_day)
    \(ShelvedByDay.undated);
    """
}

/// What was received over some local days and is no reading.
package struct ShelvedCounts: Sendable, Hashable {
  /// By reason.
  package var quarantined: [String: Int64] = [:]
  package var inbox: Int64 = 0
  /// Counted before days were told apart, if that reaches into the days that were asked for: some
  /// of these may be theirs.
  package var undated: Int64 = 0
  /// The last day that those may be of.
  package var undatedThrough: Int64?
}

extension Store {
  /// Messages that went to the inbox or to the quarantine, by the local days of their receipt.
  package func shelved(on days: ClosedRange<Int64>) throws(StoreError) -> ShelvedCounts {
    try read("the quarantine cannot be counted") { db in
      var counts = ShelvedCounts()
      // A reader may open a store of an older format; only who writes brings it up to date.
      let hasDays = try db.tableExists("shelved_day")
      let undated = try Row.fetchCursor(
        db,
        sql: """
          SELECT received, through_day
          FROM \(hasDays ? "shelved_undated" : "(\(ShelvedByDay.undated))")
          WHERE through_day >= ?
          """, arguments: [days.lowerBound])
      while let row = try undated.next() {
        counts.undated += row[0]
        counts.undatedThrough = max(counts.undatedThrough ?? .min, row[1])
      }
      guard hasDays else { return counts }
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT shelf, reason, sum(received) FROM shelved_day
          WHERE day BETWEEN ? AND ? GROUP BY shelf, reason
          """, arguments: [days.lowerBound, days.upperBound])
      while let row = try rows.next() {
        if row[0] == MessageShelf.inbox.name {
          counts.inbox += row[2]
        } else {
          counts.quarantined[row[1], default: 0] += row[2]
        }
      }
      return counts
    }
  }
}
