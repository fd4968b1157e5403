// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// What stands beside a block's bytes, so that most queries need not open it.
struct BlockRow {
  /// Nil for a new block, which the store numbers.
  private var id: Int64?
  /// Of a merged block, those of its first set.
  private let columns: (kind: String, profileVersion: Int)
  private let readingCount: Int
  private let eventTime: (min: Milliseconds, max: Milliseconds)
  private let receivedAtMax: Milliseconds
  private let bytes: [UInt8]

  /// - Precondition: there is at least one reading.
  init(_ readings: ReadingColumns) {
    self.init([readings], bytes: BlockCodec.encode(readings))
  }

  /// - Precondition: there is at least one block.
  init(_ block: MergedBlock) {
    self.init(block.sets, bytes: block.encoded())
    id = block.members.last?.id
  }

  private init(_ sets: [ReadingColumns], bytes: [UInt8]) {
    let times = sets.flatMap { [$0.eventTime.min(), $0.eventTime.max()] }.compactMap(\.self)
    guard let first = times.min(), let last = times.max(),
      let received = sets.compactMap({ $0.receivedAt.max() }).max()
    else { preconditionFailure("a block without readings has no span of time") }
    columns = (sets[0].kind, sets[0].profileVersion)
    readingCount = sets.reduce(0) { $0 + $1.count }
    eventTime = (first, last)
    receivedAtMax = received
    self.bytes = bytes
  }

  /// - Returns: its id.
  @discardableResult
  func insert(_ db: Database) throws -> Int64 {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO block (id, kind, profile_version, reading_count, event_time_min,
          event_time_max, received_at_max, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [
        id, columns.kind, columns.profileVersion, readingCount, eventTime.min, eventTime.max,
        receivedAtMax, Data(bytes),
      ])
    return db.lastInsertedRowID
  }
}
