// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// Read in one transaction: of the blocks of live traffic, which are a few hundred bytes each,
  /// enough that a transaction costs nothing beside them, and little to hold in memory.
  static let recentBlockCountMax = 256
  /// … and no more of larger ones.
  static let recentBlockSizeBytesMax = 1 << 20

  /// Hands over every block behind `start` in the order of their ids, up to the newest at the time
  /// of the call: what recovery reads.
  ///
  /// Between two checkpoints live traffic leaves tens of thousands of small blocks, so many are
  /// read at once; `body` runs outside any transaction.
  /// - Throws: `StoreError` (a damaged block names its id), or what `body` throws.
  package func forEachBlock(
    behind start: Int64, _ body: (Int64, ReadingColumns) throws -> Void
  ) throws {
    let newest = try lastBlock()
    var position = start
    while true {
      let blocks = try blocks(behind: position, upTo: newest)
      guard let last = blocks.last else { return }
      for (id, bytes) in blocks {
        let columns: ReadingColumns
        do { columns = try BlockCodec.decode(bytes) } catch {
          throw StoreError(
            code: .corrupt, what: "block \(id) cannot be read: \(error)", path: path,
            next: "keep a copy of the file and restore the last backup")
        }
        try body(id, columns)
      }
      position = last.id
    }
  }

  private func blocks(
    behind position: Int64, upTo newest: Int64
  ) throws(StoreError) -> [(id: Int64, bytes: [UInt8])] {
    try read("blocks cannot be read") { db in
      var blocks: [(id: Int64, bytes: [UInt8])] = []
      let statement = try db.cachedStatement(
        sql: "SELECT id, bytes FROM block WHERE id > ? AND id <= ? ORDER BY id LIMIT ?")
      let rows = try Row.fetchCursor(
        statement, arguments: [position, newest, Self.recentBlockCountMax])
      var sizeBytes = 0
      while sizeBytes < Self.recentBlockSizeBytesMax, let row = try rows.next() {
        let bytes = try row.withUnsafeData(atIndex: 1) { [UInt8]($0 ?? Data()) }
        blocks.append((row[0], bytes))
        sizeBytes += bytes.count
      }
      return blocks
    }
  }
}
