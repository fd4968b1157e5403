// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  private static let droppedSetting = "sealing_dropped_received_at"
  /// So many of the newest readings stay in hot blocks whatever their age: a broker may send again
  /// as many, and they are recognised by them. A receive maximum is at most this.
  static let hotReadingsMin = 65_536

  /// Deletes hot blocks whose readings stand in sealed days, a bounded number a call.
  ///
  /// - Parameter instant: only blocks whose newest reading was received before it; every day that
  ///   a reading received before it may belong to is sealed.
  /// - Returns: how many blocks were deleted; to be called again until it is 0.
  package func dropSealedBlocks(
    receivedBefore instant: Milliseconds, countMax: Int
  ) throws(StoreError) -> Int {
    let newest = min(
      try scannedBlock(), try blockBefore(newestReadings: Self.hotReadingsMin))
    return try write("sealed blocks could not be removed") { db in
      // In the order of their ids: what is newer than a block that must stay, stays too.
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT id, received_at_max FROM block
          WHERE id <= ?1 AND id <= (SELECT min(after_block) FROM checkpoint)
            AND id < coalesce(
              (SELECT id FROM block WHERE received_at_max >= ?2 ORDER BY id LIMIT 1),
              \(Int64.max))
          ORDER BY id LIMIT ?3
          """, arguments: [newest, instant, countMax])
      guard let last = rows.last else { return 0 }
      try db.execute(sql: "DELETE FROM block WHERE id <= ?", arguments: [last[0] as Int64])
      let received = rows.map { $0[1] as Int64 }.max() ?? 0
      try db.execute(
        sql: """
          INSERT INTO store (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value =
            max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))
          """, arguments: [Self.droppedSetting, "\(received)"])
      return rows.count
    }
  }

  /// No hot block that holds a reading received after this instant was deleted by sealing.
  package func sealedBlocksDropped() throws(StoreError) -> Milliseconds {
    try setting(Self.droppedSetting).flatMap { Milliseconds($0) } ?? .min
  }

  private static let goneSetting = "sealing_readings_gone_before_day"

  /// Deletes the readings of sealed days that ended before an instant, a bounded number of devices
  /// a call; figures, hashes and revisions stay.
  ///
  /// - Returns: how many blocks were deleted; to be called again until it is 0.
  package func dropSealedReadings(
    endedBefore instant: Milliseconds, countMax: Int
  ) throws(StoreError) -> Int {
    let day = LocalTime.day(of: instant)
    return try write("old sealed readings could not be removed") { db in
      try db.execute(
        sql: """
          DELETE FROM sealed_block WHERE id IN
            (SELECT id FROM sealed_block WHERE day < ? ORDER BY day LIMIT ?)
          """, arguments: [day, countMax])
      let deleted = db.changesCount
      guard deleted > 0 else { return 0 }
      try db.execute(
        sql: """
          INSERT INTO store (name, value) VALUES (?, ?)
          ON CONFLICT DO UPDATE SET value = excluded.value
          """, arguments: [Self.goneSetting, "\(day)"])
      return deleted
    }
  }

  /// Sealed days before this one may have lost their readings to retention.
  package func readingsGoneBeforeDay() throws(StoreError) -> Int64 {
    try setting(Self.goneSetting).flatMap { Int64($0) } ?? .min
  }
}
