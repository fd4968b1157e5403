// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// Writes one checkpoint in parts, each in a transaction of its own, so that neither memory nor
/// time is needed for the whole of it at once.
///
/// The parts come first and the row that names them last: until ``finish(at:)`` nobody sees any of
/// them, and afterwards all. What a crash or a writer that was given up leaves behind is named by
/// no row; later parts take it away, a few with each. A part's bytes are opaque to the store.
package struct CheckpointWriter {
  /// Parts deleted with each that is written: more than one, so that what is loose goes in the end.
  static let loosePartCountMax = 2

  private let store: Store
  private let id: Int64
  private var contents = CheckpointContents()

  /// Writes nothing yet.
  package init(store: Store) throws(StoreError) {
    self.store = store
    id = try store.nextCheckpoint()
  }

  /// - Parameter afterBlock: the newest block that is in the state that these bytes hold. It may
  ///   differ from part to part.
  package mutating func append(_ bytes: [UInt8], afterBlock: Int64) throws(StoreError) {
    let number = contents.parts.count
    try store.write("a part of the checkpoint could not be saved") { [id] db in
      try db.execute(
        sql: """
          DELETE FROM checkpoint_part WHERE id IN (SELECT id FROM checkpoint_part
            WHERE checkpoint <> ? AND checkpoint NOT IN (SELECT id FROM checkpoint) LIMIT ?)
          """, arguments: [id, Self.loosePartCountMax])
      try db.execute(
        sql: "INSERT INTO checkpoint_part (checkpoint, part, bytes) VALUES (?, ?, ?)",
        arguments: [id, number, Data(bytes)])
    }
    contents.parts.append(.init(afterBlock: afterBlock, checksum: Checksum.crc32(bytes[...])))
  }

  /// Makes it the newest checkpoint.
  ///
  /// - Precondition: it has a part.
  package func finish(at: Milliseconds) throws(StoreError) {
    guard let afterBlock = contents.parts.map(\.afterBlock).min() else {
      preconditionFailure("a checkpoint without parts holds no state")
    }
    let bytes = contents.encoded()
    try store.write("the checkpoint could not be saved") { db in
      try db.execute(
        sql: """
          INSERT INTO checkpoint (id, after_block, at, checksum, bytes, part_count)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id, afterBlock, at, Int64(Checksum.crc32(bytes[...])), Data(bytes),
          contents.parts.count,
        ])
      try db.execute(
        sql: """
          DELETE FROM checkpoint WHERE id NOT IN
            (SELECT id FROM checkpoint ORDER BY id DESC LIMIT ?)
          """,
        arguments: [Store.checkpointCountMax])
    }
  }
}

/// What stands in a checkpoint's row: of each part, up to which block its state goes and the
/// checksum of its bytes. Twelve bytes a part, little-endian.
struct CheckpointContents {
  struct Part {
    var afterBlock: Int64
    var checksum: UInt32
  }

  var parts: [Part] = []

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    for part in parts {
      writer.fixed64(UInt64(bitPattern: part.afterBlock))
      writer.fixed32(part.checksum)
    }
    return writer.output
  }

  init() {}

  init(encoded bytes: [UInt8]) throws(BlockError) {
    var reader = ByteReader(bytes[...])
    while reader.remaining > 0 {
      let afterBlock = Int64(bitPattern: try reader.fixed64())
      parts.append(Part(afterBlock: afterBlock, checksum: try reader.fixed32()))
    }
  }
}
