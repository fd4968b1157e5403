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
      let refused = try SlotShelf.add(batch.slots, to: db)
      let inbox = batch.inbox.map(ShelvedMessage.init)
      let quarantine = (batch.quarantine + refused).map(ShelvedMessage.init)
      try MessageShelf.inbox.add(inbox, to: db)
      try MessageShelf.quarantine.add(quarantine, to: db)
      try ShelvedByDay.add(inbox, of: .inbox, to: db)
      // What an adoption credits was counted when it came.
      if batch.adoptedFrom == nil { try ShelvedByDay.add(quarantine, of: .quarantine, to: db) }
      if let address = batch.adoptedFrom {
        try MessageShelf.inbox.remove(address: address.text, from: db)
      }
      try Self.add(batch.alerts, outbox: batch.outbox, to: db)
      try Self.add(batch.incidents, to: db)
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
  /// `to`, in the order of their ids, up to the newest block at the time of the call. Those that
  /// were merged are taken apart.
  ///
  /// Live traffic leaves many small blocks, so some are read at once; `body` runs outside any
  /// transaction.
  /// - Parameter received: only blocks whose newest reading was received from then on.
  /// - Throws: `StoreError` (a damaged block names its id), or what `body` throws.
  package func forEachBlock(
    eventTimeFrom from: Milliseconds?, to: Milliseconds?, afterBlock: Int64,
    receivedFrom received: Milliseconds? = nil, _ body: (Int64, ReadingColumns) throws -> Void
  ) throws {
    try forEachBlockRows(
      eventTimeFrom: from, to: to, afterBlock: afterBlock, receivedFrom: received
    ) { id, columns, rows in
      try body(id, rows.count == columns.count ? columns : columns.slice(rows))
    }
  }

  /// The same for who does not mind the readings of other blocks in the same columns: nothing is
  /// copied.
  ///
  /// - Parameter body: called with the block's id, and which rows of the columns it is.
  package func forEachBlockRows(
    eventTimeFrom from: Milliseconds?, to: Milliseconds?, afterBlock: Int64,
    receivedFrom received: Milliseconds? = nil,
    _ body: (Int64, ReadingColumns, Range<Int>) throws -> Void
  ) throws {
    let filter = BlockFilter(
      from: from ?? .min, to: to ?? .max, received: received ?? .min, upTo: try lastBlock())
    var position = afterBlock
    while true {
      let rows = try blocks(after: position, filter)
      guard let last = rows.last else { return }
      for (id, bytes) in rows {
        let block = try decode(id, bytes)
        // Blocks may have been merged since the rows before were read.
        for member in block.members where member.id > position && member.id <= filter.upTo {
          let columns = block.sets[member.set]
          guard block.members.count == 1 || filter.passes(member.rows, of: columns) else {
            continue
          }
          try body(member.id, columns, member.rows)
        }
      }
      position = last.id
    }
  }

  /// Hands over chosen blocks in the order of their ids, those that are still there.
  ///
  /// - Parameter body: called with the block's id, and which rows of the columns it is.
  /// - Throws: as the others.
  package func forEachBlockRows(
    ids: some Sequence<Int64>, _ body: (Int64, ReadingColumns, Range<Int>) throws -> Void
  ) throws {
    var row: (id: Int64, block: MergedBlock)?
    for id in ids.sorted() {
      if row.map({ $0.id < id }) ?? true { row = try blockRow(holding: id) }
      guard let block = row?.block else { return }
      guard let member = block.members.first(where: { $0.id == id }) else { continue }
      try body(id, block.sets[member.set], member.rows)
    }
  }

  /// The first row whose id is not before the block's: the block is in it or nowhere.
  private func blockRow(holding id: Int64) throws(StoreError) -> (id: Int64, block: MergedBlock)? {
    let found = try read("blocks cannot be read") { db in
      try Row.fetchOne(
        db.cachedStatement(
          sql: "SELECT id, bytes FROM block WHERE id >= ? ORDER BY id LIMIT 1"), arguments: [id]
      ).map { row in (id: row[0] as Int64, bytes: [UInt8](row[1] as Data)) }
    }
    guard let found else { return nil }
    return (found.id, try decode(found.id, found.bytes))
  }

  private func decode(_ id: Int64, _ bytes: [UInt8]) throws(StoreError) -> MergedBlock {
    do { return try MergedBlock(encoded: bytes, id: id) } catch {
      throw StoreError(
        code: .corrupt, what: "block \(id) cannot be read: \(error)", path: path,
        next: "keep a copy of the file and restore the last backup")
    }
  }

  /// Which blocks are asked for.
  private struct BlockFilter {
    var from: Milliseconds
    var to: Milliseconds
    var received: Milliseconds
    var upTo: Int64

    /// What the store finds out of a row by what stands beside its bytes.
    func passes(_ rows: Range<Int>, of columns: ReadingColumns) -> Bool {
      let times = columns.eventTime[rows]
      return times.contains { $0 >= from } && times.contains { $0 < to }
        && columns.receivedAt[rows].contains { $0 >= received }
    }
  }

  private func blocks(
    after position: Int64, _ filter: BlockFilter
  ) throws(StoreError) -> [(id: Int64, bytes: [UInt8])] {
    try read("blocks cannot be read") { db in
      var blocks: [(id: Int64, bytes: [UInt8])] = []
      // The newest one asked for may have been merged with later ones.
      let statement = try db.cachedStatement(
        sql: """
          SELECT id, bytes FROM block
          WHERE id > ?1 AND id <= (SELECT coalesce(min(id), ?2) FROM block WHERE id >= ?2)
            AND event_time_max >= ?3 AND event_time_min < ?4 AND received_at_max >= ?5
          ORDER BY id LIMIT ?6
          """)
      let rows = try Row.fetchCursor(
        statement,
        arguments: [
          position, filter.upTo, filter.from, filter.to, filter.received, Self.blockCountMax,
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
        if left <= 0 { return row[0] }
        left -= row[1]
      }
      return 0
    }
  }

  /// The newest block that was ever committed, whatever became of it.
  package func newestBlockEver() throws(StoreError) -> Int64 {
    try read("blocks cannot be read") { db in
      try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'block'") ?? 0
    }
  }

  /// The newest block's id, 0 when there is none.
  package func lastBlock() throws(StoreError) -> Int64 {
    try read("blocks cannot be read") { db in
      try Self.newestBlock(db)
    }
  }

  static func newestBlock(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) FROM block") ?? 0
  }
}
