// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The file `<path>-wal`, before SQLite opens it.
///
/// An earlier process may have ended before its sync, or at a sync that failed. Its frames can be
/// read while power lasts, but Linux counts pages that it could not write as clean, so that no
/// later sync writes them. SQLite would recover such frames and append to them; a loss of power
/// would then take them and everything behind them, acknowledged or not.
enum WriteAheadLog {
  private static let partSizeBytes = 1 << 20

  /// Writes every byte of the log over itself and syncs it: what can be read is on disk. Whatever
  /// interrupts this, each byte is what it was.
  ///
  /// The caller holds the store's lock, so nobody appends meanwhile.
  static func rewrite(storePath: String) throws(StoreError) {
    let descriptor = unsafe open(storePath + "-wal", O_RDWR | O_CLOEXEC)
    // Without a log there is nothing to recover; whatever else stops us stops SQLite too.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var part = [UInt8](repeating: 0, count: partSizeBytes)
    var offset = 0
    while true {
      let count = unsafe pread(descriptor, &part, partSizeBytes, offset)
      if count == 0 { break }
      guard count > 0, unsafe pwrite(descriptor, part, count, offset) == count else {
        throw failure(storePath)
      }
      offset += count
    }
    guard offset == 0 || fsync(descriptor) == 0 else { throw failure(storePath) }
  }

  private static func failure(_ path: String) -> StoreError {
    StoreError(
      code: .failed, what: "the store's log cannot be made durable: errno \(errno)", path: path,
      next: "check its disk, then start nhip again to recover")
  }
}
