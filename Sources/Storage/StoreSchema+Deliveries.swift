// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension StoreSchema {
  /// ``DeliveryOrder``: up to which of its messages a session had come with each transaction, with
  /// its readings and with everything, in which blocks the former are (0 is none), and which of its
  /// messages a packet was that is in no block.
  private static let deliveries = """
    CREATE TABLE session_commit (
      session INTEGER NOT NULL, message_through INTEGER NOT NULL,
      reading_through INTEGER NOT NULL, first_block INTEGER NOT NULL, last_block INTEGER NOT NULL,
      PRIMARY KEY (session, message_through)) STRICT, WITHOUT ROWID;
    CREATE TABLE shelved_packet (
      session INTEGER NOT NULL, packet_id INTEGER NOT NULL, payload_hash INTEGER NOT NULL,
      message_number INTEGER NOT NULL, PRIMARY KEY (session, packet_id)) STRICT, WITHOUT ROWID;
    """

  /// Until format 6 the receive times were the order. It is taken over once, as recovery read it.
  static func orderDeliveries(_ db: Database) throws {
    try db.execute(sql: "ALTER TABLE shelved_packet RENAME TO shelved_packet_by_time")
    try db.execute(sql: deliveries)
    var packets = try shelvedByTime(db)[...]
    for id in try newestBlocks(db) {
      let bytes = try Data.fetchOne(
        db, sql: "SELECT bytes FROM block WHERE id = ?", arguments: [id])
      // A damaged block is reported by whoever reads it, and holds up no change of the format.
      guard let readings = try? BlockCodec.decode([UInt8](bytes ?? Data())) else { continue }
      let until = readings.receivedAt.max() ?? .min
      let before = packets.prefix { $0.receivedAt < until }
      packets = packets.dropFirst(before.count)
      try DeliveryOrder.add([], before.map(\.packet), to: db)
      try DeliveryOrder.add([(id, DeliveryOrder.counts(of: readings))], [], to: db)
    }
    try DeliveryOrder.add([], packets.map(\.packet), to: db)
    try db.execute(sql: "DROP TABLE shelved_packet_by_time")
  }

  private static func shelvedByTime(
    _ db: Database
  ) throws -> [(receivedAt: Milliseconds, packet: ShelvedPacket)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT received_at, session, packet_id, payload_hash FROM shelved_packet_by_time
        ORDER BY received_at, session, packet_id
        """
    ).map { row in
      let packet = ShelvedPacket(
        session: UInt16(truncatingIfNeeded: row[1] as Int64),
        packetID: UInt16(truncatingIfNeeded: row[2] as Int64),
        hash: UInt64(bitPattern: row[3]))
      return (row[0], packet)
    }
  }

  /// Those that hold as many readings as are ever looked at, ascending.
  private static func newestBlocks(_ db: Database) throws -> [Int64] {
    var ids: [Int64] = []
    var left = DeliveryOrder.messagesKept
    let rows = try Row.fetchCursor(
      db, sql: "SELECT id, reading_count FROM block ORDER BY id DESC")
    while left > 0, let row = try rows.next() {
      ids.append(row[0])
      left -= row[1]
    }
    return ids.reversed()
  }
}
