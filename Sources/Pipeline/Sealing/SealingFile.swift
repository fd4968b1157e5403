// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage

/// A file beside the store that has no name while it is used, so that nothing is left of it.
final class SealingFile {
  private struct Piece {
    var part: Int
    var offset: UInt64
    var size: Int
    var sealedDay: Int64?
    var afterBlock: Int64
  }

  private let handle: FileHandle
  private let path: String
  private var pieces: [Piece] = []
  private var size: UInt64 = 0

  init(store: Store) throws(StoreError) {
    path = store.path + ".sealing"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StoreError(
        code: .unwritable, what: "the file for sealing cannot be created", path: path,
        next: "check that its folder exists and that this user may write there")
    }
    unsafe unlink(path)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func append(
    _ bytes: [UInt8], part: Int, sealedDay: Int64?, afterBlock: Int64
  ) throws(StoreError) {
    do {
      try handle.seek(toOffset: size)
      try handle.write(contentsOf: bytes)
    } catch { throw trouble(error) }
    pieces.append(
      Piece(
        part: part, offset: size, size: bytes.count, sealedDay: sealedDay,
        afterBlock: afterBlock))
    size += UInt64(bytes.count)
  }

  func forEachPiece(of part: Int, _ body: ([UInt8], Int64?, Int64) throws -> Void) throws {
    for piece in pieces where piece.part == part {
      let data: Data?
      do {
        try handle.seek(toOffset: piece.offset)
        data = try handle.read(upToCount: piece.size)
      } catch { throw trouble(error) }
      guard let data, data.count == piece.size else { throw trouble("it is too short") }
      try body([UInt8](data), piece.sealedDay, piece.afterBlock)
    }
  }

  private func trouble(_ reason: any Sendable) -> StoreError {
    StoreError(
      code: .retryable, what: "the file for sealing cannot be used: \(reason)", path: path,
      next: "free some space on its disk; the day is sealed again later")
  }
}
