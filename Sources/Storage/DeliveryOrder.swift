// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// In which order the messages of each session were committed, whatever became of them.
///
/// What the broker may send again are the newest messages of *each* session. A session's messages
/// are therefore counted from 1 as they are committed: of one transaction the readings first, block
/// by block, then what went elsewhere; a row a session and transaction says which. Receive times
/// tell no order, for our clock may be put right between two of them; block ids alone tell nothing
/// of a session that was cut off long ago.
///
/// Of a session the newest ``messagesKept`` messages are remembered at least. A block that was
/// deleted since is not there any more, and so is what would have been recognised by it.
enum DeliveryOrder {
  /// Twice the largest receive maximum, which is how far back recovery looks at most.
  static let messagesKept: Int64 = 2 * 65_535
  /// What is older leaves so many messages at a time: each commit would touch one more page.
  private static let forgottenStep: Int64 = 4_096

  /// How many messages of each session that the broker may send again a block holds.
  static func counts(of readings: ReadingColumns) -> [UInt16: Int64] {
    var counts: [UInt16: Int64] = [:]
    // Rows of a session follow each other: they are looked up together.
    var (session, count): (UInt16, Int64) = (0, 0)
    for row in 0..<readings.count where readings.session[row] != 0 && readings.packetID[row] != 0 {
      if readings.session[row] != session {
        if count > 0 { counts[session, default: 0] += count }
        (session, count) = (readings.session[row], 0)
      }
      count += 1
    }
    if count > 0 { counts[session, default: 0] += count }
    return counts
  }

  /// - Parameter blocks: of one transaction, ascending.
  static func add(
    _ blocks: [(id: Int64, counts: [UInt16: Int64])], _ packets: [ShelvedPacket],
    to db: Database
  ) throws {
    var commits: [UInt16: SessionCommit] = [:]
    for (id, counts) in blocks {
      for (session, count) in counts { commits[session, default: .init()].add(id, count) }
    }
    for packet in packets { commits[packet.session, default: .init()].packets.append(packet) }
    for (session, commit) in commits { try insert(commit, of: session, db) }
  }

  /// What one transaction holds of one session.
  private struct SessionCommit {
    var readingCount: Int64 = 0
    /// 0 if its readings are in no block.
    var firstBlock: Int64 = 0
    var lastBlock: Int64 = 0
    var packets: [ShelvedPacket] = []

    mutating func add(_ block: Int64, _ count: Int64) {
      if firstBlock == 0 { firstBlock = block }
      lastBlock = block
      readingCount += count
    }
  }

  private static func insert(
    _ commit: SessionCommit, of session: UInt16, _ db: Database
  ) throws {
    let before = try messageCount(of: session, db)
    let readingThrough = before + commit.readingCount
    var number = readingThrough
    for packet in commit.packets {
      number += 1
      try insert(packet, number: number, db)
    }
    try db.cachedStatement(
      sql: """
        INSERT INTO session_commit
          (session, message_through, reading_through, first_block, last_block)
        VALUES (?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [Int64(session), number, readingThrough, commit.firstBlock, commit.lastBlock])
    guard number / forgottenStep > before / forgottenStep else { return }
    try db.cachedStatement(
      sql: "DELETE FROM session_commit WHERE session = ? AND message_through <= ?"
    ).execute(arguments: [Int64(session), number - messagesKept])
  }

  private static func messageCount(of session: UInt16, _ db: Database) throws -> Int64 {
    try Int64.fetchOne(
      db.cachedStatement(
        sql: "SELECT max(message_through) FROM session_commit WHERE session = ?"),
      arguments: [Int64(session)]) ?? 0
  }

  private static func insert(_ packet: ShelvedPacket, number: Int64, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO shelved_packet (session, packet_id, payload_hash, message_number)
        VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
          payload_hash = excluded.payload_hash, message_number = excluded.message_number
        """
    ).execute(
      arguments: [
        Int64(packet.session), Int64(packet.packetID), Int64(bitPattern: packet.hash), number,
      ])
  }

  /// Nothing that was delivered so far is recognised any more.
  static func forget(_ db: Database) throws {
    // Stores of the first formats have no such tables.
    for table in ["shelved_packet", "session_commit"] where try db.tableExists(table) {
      try db.execute(sql: "DELETE FROM \(table)")
    }
  }
}

/// The newest messages of every session, as ``Store/deliveries(newest:)`` found them.
package struct Deliveries: Sendable {
  /// The blocks that may hold a session's readings, and up to which of its messages they go.
  package var blocks: [Int64: [UInt16: Int64]] = [:]
  /// Of each session, ascending, what was neither in a block nor is forgotten.
  package var shelved: [UInt16: [(number: Int64, packet: ShelvedPacket)]] = [:]
}

extension Store {
  /// The newest messages of each session: at least so many, where there are as many; all of a
  /// block where it holds one of them.
  package func deliveries(newest count: Int) throws(StoreError) -> Deliveries {
    try read("the order of deliveries cannot be read") { db in
      var found = Deliveries()
      let commits = try Row.fetchCursor(
        db,
        sql: """
          SELECT session, reading_through, first_block, last_block FROM session_commit
          JOIN (SELECT session, max(message_through) AS newest FROM session_commit
            GROUP BY session) USING (session)
          WHERE first_block > 0 AND reading_through > newest - ?
          """, arguments: [count])
      while let row = try commits.next() {
        let session = UInt16(truncatingIfNeeded: row[0] as Int64)
        for block in (row[2] as Int64)...(row[3] as Int64) {
          found.blocks[block, default: [:]][session] = row[1]
        }
      }
      let packets = try Row.fetchCursor(
        db,
        sql: """
          SELECT session, message_number, packet_id, payload_hash FROM shelved_packet
          JOIN (SELECT session, max(message_through) AS newest FROM session_commit
            GROUP BY session) USING (session)
          WHERE message_number > newest - ?
          ORDER BY session, message_number
          """, arguments: [count])
      while let row = try packets.next() {
        let packet = ShelvedPacket(
          session: UInt16(truncatingIfNeeded: row[0] as Int64),
          packetID: UInt16(truncatingIfNeeded: row[2] as Int64),
          hash: UInt64(bitPattern: row[3]))
        found.shelved[packet.session, default: []].append((row[1], packet))
      }
      return found
    }
  }
}
