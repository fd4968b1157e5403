// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// Two, so that a damaged one still leaves a start that is not the beginning of time.
  static let checkpointCountMax = 2

  /// Keeps the engine's state after block `afterBlock`; the store does not look inside.
  package func saveCheckpoint(
    _ bytes: [UInt8], afterBlock: Int64, at: Milliseconds
  ) throws(StoreError) {
    try write("the checkpoint could not be saved") { db in
      try db.execute(
        sql: "INSERT INTO checkpoint (after_block, at, checksum, bytes) VALUES (?, ?, ?, ?)",
        arguments: [afterBlock, at, Int64(Checksum.crc32(bytes[...])), Data(bytes)])
      try db.execute(
        sql: """
          DELETE FROM checkpoint WHERE id NOT IN
            (SELECT id FROM checkpoint ORDER BY id DESC LIMIT ?)
          """,
        arguments: [Self.checkpointCountMax])
    }
  }

  /// The newest checkpoint whose checksum holds; nil means to start from the first block.
  package func latestCheckpoint() throws(StoreError) -> (bytes: [UInt8], afterBlock: Int64)? {
    try read("checkpoints cannot be read") { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT bytes, after_block, checksum FROM checkpoint ORDER BY id DESC")
      while let row = try rows.next() {
        let bytes = [UInt8](row[0] as Data)
        if Int64(Checksum.crc32(bytes[...])) == row[2] { return (bytes, row[1]) }
      }
      return nil
    }
  }
}
