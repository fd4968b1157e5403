// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// One transaction holds the whole batch. When it throws, nothing was written.
  package func commit(_ batch: CommitBatch) throws(StoreError) {
    // Compressing needs no lock, so it happens before the transaction begins.
    let rows = batch.blocks.filter { $0.count > 0 }.map(BlockRow.init)
    try write("the batch could not be committed") { db in
      let blocks = try rows.map { row in (id: try row.insert(db), counts: row.deliveries) }
      try DeliveryOrder.add(blocks, batch.shelvedPackets, to: db)
      try MessageShelf.inbox.add(batch.inbox.map(ShelvedMessage.init), to: db)
      try MessageShelf.quarantine.add(batch.quarantine.map(ShelvedMessage.init), to: db)
      if let address = batch.adoptedFrom {
        try MessageShelf.inbox.remove(address: address.text, from: db)
      }
      try Self.add(batch.alerts, outbox: batch.outbox, to: db)
      try Self.withdraw(batch.observedWithdrawn, from: db)
      try Self.add(batch.observed, holes: batch.observedHoles, to: db)
    }
  }

  /// Read in one transaction: of the blocks of live traffic, which are a few hundred bytes each,
  /// enough that a transaction costs nothing beside them, and little to hold in memory.
  static let blockCountMax = 256
  /// … and no more of larger ones.
  static let blocksSizeBytesMax = 1 << 20

  /// Hands over the blocks after `afterBlock` that may hold readings with `from` <= event time <
  /// `to`, in the order of their ids, up to the newest block at the time of the call.
  ///
  /// Live traffic leaves many small blocks, so some are read at once; `body` runs outside any
  /// transaction.
  /// - Parameter received: only blocks whose newest reading was received from then on.
  /// - Throws: `StoreError` (a damaged block names its id), or what `body` throws.
  package func forEachBlock(
    eventTimeFrom from: Milliseconds?, to: Milliseconds?, afterBlock: Int64,
    receivedFrom received: Milliseconds? = nil, _ body: (Int64, ReadingColumns) throws -> Void
  ) throws {
    let newest = try lastBlock()
    var position = afterBlock
    while true {
      let blocks = try blocks(
        after: position, upTo: newest, from: from, to: to, received: received)
      guard let last = blocks.last else { return }
      for (id, bytes) in blocks { try body(id, try decode(id, bytes)) }
      position = last.id
    }
  }

  /// Hands over chosen blocks in the order of their ids, those that are still there.
  ///
  /// - Throws: as the other.
  package func forEachBlock(
    ids: some Sequence<Int64>, _ body: (Int64, ReadingColumns) throws -> Void
  ) throws {
    for id in ids.sorted() {
      let bytes = try read("blocks cannot be read") { db in
        try Data.fetchOne(
          db.cachedStatement(sql: "SELECT bytes FROM block WHERE id = ?"), arguments: [id])
      }
      if let bytes { try body(id, try decode(id, [UInt8](bytes))) }
    }
  }

  private func decode(_ id: Int64, _ bytes: [UInt8]) throws(StoreError) -> ReadingColumns {
    do { return try BlockCodec.decode(bytes) } catch {
      throw StoreError(
        code: .corrupt, what: "block \(id) cannot be read: \(error)", path: path,
        next: "keep a copy of the file and restore the last backup")
    }
  }

  private func blocks(
    after position: Int64, upTo newest: Int64, from: Milliseconds?, to: Milliseconds?,
    received: Milliseconds?
  ) throws(StoreError) -> [(id: Int64, bytes: [UInt8])] {
    try read("blocks cannot be read") { db in
      var blocks: [(id: Int64, bytes: [UInt8])] = []
      let statement = try db.cachedStatement(
        sql: """
          SELECT id, bytes FROM block
          WHERE id > ? AND id <= ? AND event_time_max >= ? AND event_time_min < ?
            AND received_at_max >= ?
          ORDER BY id LIMIT ?
          """)
      let rows = try Row.fetchCursor(
        statement,
        arguments: [
          position, newest, from ?? .min, to ?? .max, received ?? .min, Self.blockCountMax,
        ])
      var sizeBytes = 0
      while sizeBytes < Self.blocksSizeBytesMax, let row = try rows.next() {
        let bytes = try row.withUnsafeData(atIndex: 1) { [UInt8]($0 ?? Data()) }
        blocks.append((row[0], bytes))
        sizeBytes += bytes.count
      }
      return blocks
    }
  }

  /// At most so many readings in hot blocks have an event time in a range: whole blocks count.
  package func readingCount(
    eventTimeFrom from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> Int64 {
    try read("readings cannot be counted") { db in
      try Int64.fetchOne(
        db,
        sql: """
          SELECT coalesce(sum(reading_count), 0) FROM block
          WHERE event_time_max >= ? AND event_time_min < ?
          """, arguments: [from, to]) ?? 0
    }
  }

  package func readingCount() throws(StoreError) -> Int64 {
    try read("readings cannot be counted") { db in
      try Int64.fetchOne(db, sql: "SELECT coalesce(sum(reading_count), 0) FROM block") ?? 0
    }
  }

  /// The newest block id behind which at least so many readings stand; 0 when there are fewer.
  package func blockBefore(newestReadings count: Int) throws(StoreError) -> Int64 {
    try read("blocks cannot be read") { db in
      var left = count
      let rows = try Row.fetchCursor(
        db, sql: "SELECT id, reading_count FROM block ORDER BY id DESC")
      while let row = try rows.next() {
        left -= row[1]
        if left <= 0 { return (row[0] as Int64) - 1 }
      }
      return 0
    }
  }

  /// The newest block's id, 0 when there is none.
  package func lastBlock() throws(StoreError) -> Int64 {
    try read("blocks cannot be read") { db in
      try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM block") ?? 0
    }
  }
}

/// What stands beside a block's bytes, so that most queries need not open it.
private struct BlockRow {
  let columns: (kind: String, profileVersion: Int, count: Int)
  let eventTime: (min: Milliseconds, max: Milliseconds)
  let receivedAtMax: Milliseconds
  /// How many readings each session brought.
  let deliveries: [UInt16: Int64]
  let bytes: [UInt8]

  /// - Precondition: there is at least one reading.
  init(_ readings: ReadingColumns) {
    columns = (readings.kind, readings.profileVersion, readings.count)
    guard let first = readings.eventTime.min(), let last = readings.eventTime.max(),
      let received = readings.receivedAt.max()
    else { preconditionFailure("a block without readings has no span of time") }
    eventTime = (first, last)
    receivedAtMax = received
    deliveries = DeliveryOrder.counts(of: readings)
    bytes = BlockCodec.encode(readings)
  }

  /// - Returns: its id.
  func insert(_ db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO block (kind, profile_version, reading_count, event_time_min,
          event_time_max, received_at_max, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [
        columns.kind, columns.profileVersion, columns.count, eventTime.min, eventTime.max,
        receivedAtMax, Data(bytes),
      ])
    return db.lastInsertedRowID
  }
}
