// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry
import Testing

@testable import Storage

@Suite("the order of deliveries")
struct DeliveryOrderTests {
  private let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  /// Readings as (session, packet id), received at one instant.
  private static func readings(
    _ packets: [(session: UInt16, packetID: UInt16)], at instant: Milliseconds = 0
  ) -> ReadingColumns {
    var columns = ReadingColumns(kind: "kiosk", profileVersion: 1, metricNames: ["paper"])
    for packet in packets {
      columns.appendReading(device: 7, at: instant)
      columns.receivedAt[columns.count - 1] = instant
      columns.session[columns.count - 1] = packet.session
      columns.packetID[columns.count - 1] = packet.packetID
    }
    return columns
  }

  private static func numbers(_ deliveries: Deliveries, of session: UInt16) -> [Int64] {
    (deliveries.shelved[session] ?? []).map(\.number)
  }

  @Test("the messages of a session are counted as they are committed, wherever they went")
  func counted() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    var batch = CommitBatch()
    // Neither a replayed reading nor one of QoS 0 can be sent again.
    batch.blocks = [
      Self.readings([(1, 1), (1, 2), (2, 1), (0, 9), (1, 0)]), Self.readings([(1, 4)]),
    ]
    batch.shelvedPackets = [
      ShelvedPacket(session: 1, packetID: 3, hash: 3),
      ShelvedPacket(session: 3, packetID: 1, hash: 1),
    ]
    try store.commit(batch)
    batch.blocks = [Self.readings([(1, 5)])]
    // The packet id stands for its newest message.
    batch.shelvedPackets = [ShelvedPacket(session: 1, packetID: 3, hash: 8)]
    try store.commit(batch)
    let all = try store.deliveries(newest: 10)
    #expect(all.blocks == [1: [1: 3, 2: 1], 2: [1: 3], 3: [1: 5]])
    #expect(Self.numbers(all, of: 1) == [6])
    #expect(all.shelved[1]?.first?.packet.hash == 8)
    #expect(Self.numbers(all, of: 3) == [1])
    // Of each session for itself.
    let newest = try store.deliveries(newest: 2)
    #expect(newest.blocks == [1: [2: 1], 3: [1: 5]])
    #expect(Self.numbers(newest, of: 1) == [6])
    #expect(Self.numbers(newest, of: 3) == [1])
  }

  @Test("chosen blocks are read in their order; what was deleted since is passed over")
  func chosen() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    for packetID: UInt16 in 1...5 {
      var batch = CommitBatch()
      batch.blocks = [Self.readings([(1, packetID)])]
      try store.commit(batch)
    }
    var found: [UInt16] = []
    try store.forEachBlockRows(ids: [4, 2, 99]) { found += $1.packetID[$2] }
    #expect(found == [2, 4])
  }

  @Test("of a session no more blocks are remembered than are ever looked at")
  func bounded() throws {
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    var batch = CommitBatch()
    batch.blocks = [Self.readings([(2, 1)])]
    try store.commit(batch)
    for _ in 0..<3 {
      batch.blocks = [Self.readings((1...65_535).map { (1, $0) })]
      try store.commit(batch)
    }
    #expect(try store.deliveries(newest: .max).blocks.keys.sorted() == [1, 3, 4])
  }

  @Test("a store of format 5 keeps the order that its receive times told")
  func migration() throws {
    let queue = try DatabaseQueue(path: home.path)
    try queue.writeWithoutTransaction { try StoreSchema.prepareToWrite($0) }
    try StoreSchema.migrator.migrate(queue, upTo: "5 sealed days")
    try queue.write { db in
      let blocks = [
        Self.readings([(1, 1), (2, 1)], at: 10), Self.readings([(1, 3)], at: 30),
      ]
      for columns in blocks {
        try db.execute(
          sql: """
            INSERT INTO block (kind, profile_version, reading_count, event_time_min,
              event_time_max, received_at_max, bytes) VALUES ('kiosk', 1, ?, ?, ?, ?, ?)
            """,
          arguments: [
            columns.count, columns.receivedAt[0], columns.receivedAt[0], columns.receivedAt[0],
            Data(BlockCodec.encode(columns)),
          ])
      }
      // One that is damaged holds nothing up.
      try db.execute(
        sql: """
          INSERT INTO block (kind, profile_version, reading_count, event_time_min,
            event_time_max, received_at_max, bytes) VALUES ('kiosk', 1, 1, 35, 35, 35, x'00')
          """)
      for (packetID, receivedAt) in [(4, 40), (2, 20), (9, 5)] {
        try db.execute(
          sql: "INSERT INTO shelved_packet VALUES (1, ?, ?, ?)",
          arguments: [packetID, packetID, receivedAt])
      }
    }
    try queue.close()
    let store = try Store(path: home.path, access: .readWrite)
    defer { store.close() }
    let found = try store.deliveries(newest: 10)
    #expect(found.blocks == [1: [1: 2, 2: 1], 2: [1: 4]])
    let shelved = found.shelved[1] ?? []
    #expect(shelved.map(\.packet.packetID) == [9, 2, 4])
    #expect(shelved.map(\.number) == [1, 3, 5])
    #expect(try store.damage().isEmpty)
  }
}
