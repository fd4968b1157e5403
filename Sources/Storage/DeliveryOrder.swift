// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// In which order the messages of each session were committed, whatever became of them.
///
/// What the broker may send again are the newest messages of *each* session. A session's messages
/// are therefore counted from 1 as they are committed: of one transaction the readings first, block
/// by block, then what went elsewhere. Receive times tell no order, for our clock may be put right
/// between two of them; block ids alone tell nothing of a session that was cut off long ago.
///
/// Of a session's blocks the newest ``messagesKept`` messages are remembered. A block that was
/// deleted since is not there any more, and so is what would have been recognised by it.
enum DeliveryOrder {
  /// Twice the largest receive maximum, which is how far back recovery looks at most.
  static let messagesKept: Int64 = 2 * 65_535

  /// How many messages of each session that the broker may send again a block holds.
  static func counts(of readings: ReadingColumns) -> [UInt16: Int64] {
    var counts: [UInt16: Int64] = [:]
    // A batch is drained session by session, so one look-up serves a whole run of rows.
    var run: (session: UInt16, count: Int64) = (0, 0)
    for row in 0..<readings.count where readings.packetID[row] != 0 {
      if readings.session[row] != run.session {
        counts[run.session, default: 0] += run.count
        run = (readings.session[row], 0)
      }
      run.count += 1
    }
    counts[run.session, default: 0] += run.count
    counts[0] = nil
    return counts
  }

  /// - Parameter blocks: of one transaction, ascending.
  static func add(
    _ blocks: [(id: Int64, counts: [UInt16: Int64])], _ packets: [ShelvedPacket],
    to db: Database
  ) throws {
    var newest: [UInt16: Int64] = [:]
    for session in Set(blocks.flatMap(\.counts.keys)).union(packets.map(\.session)) {
      newest[session] = try messageCount(of: session, db)
    }
    for (id, counts) in blocks {
      for (session, count) in counts {
        newest[session, default: 0] += count
        try insertBlock(id, of: session, through: newest[session, default: 0], db)
      }
    }
    for packet in packets {
      newest[packet.session, default: 0] += 1
      try insert(packet, number: newest[packet.session, default: 0], db)
    }
    for (session, count) in newest { try finish(session, at: count, db) }
  }

  private static func messageCount(of session: UInt16, _ db: Database) throws -> Int64 {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT message_count FROM session_order WHERE session = ?"),
      arguments: [Int64(session)]) ?? 0
  }

  private static func insertBlock(
    _ id: Int64, of session: UInt16, through number: Int64, _ db: Database
  ) throws {
    try db.cachedStatement(
      sql: "INSERT INTO session_block (session, message_through, block) VALUES (?, ?, ?)"
    ).execute(arguments: [Int64(session), number, id])
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

  private static func finish(_ session: UInt16, at count: Int64, _ db: Database) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO session_order (session, message_count) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET message_count = excluded.message_count
        """
    ).execute(arguments: [Int64(session), count])
    try db.cachedStatement(
      sql: "DELETE FROM session_block WHERE session = ? AND message_through <= ?"
    ).execute(arguments: [Int64(session), count - messagesKept])
  }

  /// Nothing that was delivered so far is recognised any more.
  static func forget(_ db: Database) throws {
    // Stores of the first formats have no such tables.
    for table in ["shelved_packet", "session_block"] where try db.tableExists(table) {
      try db.execute(sql: "DELETE FROM \(table)")
    }
  }
}

/// The newest messages of every session, as ``Store/deliveries(newest:)`` found them.
package struct Deliveries: Sendable {
  /// A session's messages are in a block up to this one of them.
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
      let blocks = try Row.fetchCursor(
        db,
        sql: """
          SELECT session, message_through, block FROM session_block
          JOIN session_order USING (session) WHERE message_through > message_count - ?
          """, arguments: [count])
      while let row = try blocks.next() {
        let session = UInt16(truncatingIfNeeded: row[0] as Int64)
        found.blocks[row[2], default: [:]][session] = row[1]
      }
      let packets = try Row.fetchCursor(
        db,
        sql: """
          SELECT session, message_number, packet_id, payload_hash FROM shelved_packet
          JOIN session_order USING (session) WHERE message_number > message_count - ?
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
