// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization
import Telemetry

/// What stands in a copy of a store.
package struct CopySummary: Sendable, Hashable {
  package var path: String
  package var uuid: String
  package var readingCount: Int64
  /// When the newest reading was received; nil without readings.
  package var newestReceivedAt: Milliseconds?
  package var sizeBytes: Int64

  /// 12.3 MiB
  package var sizeText: String { Self.text(sizeBytes) }

  static func text(_ sizeBytes: Int64) -> String {
    let tenths = (sizeBytes * 10 + (1 << 19)) >> 20
    return "\(tenths / 10).\(tenths % 10) MiB"
  }
}

/// One copy of a store to a file that did not exist, on the caller's thread: the pages, then proof
/// that all of them can be read. Another thread may stop it.
final class CopyRun: Sendable {
  /// Left free on the disk of the copy: what the file system needs for itself.
  static let freeSizeBytesMin: Int64 = 1 << 20
  /// The share of the whole that goes into the pages, as seen on the way.
  static let copyShare = 0.4

  private let isStopped = Atomic(false)
  /// The store whose long statement a stop has to interrupt.
  private let checked = Mutex<Store?>(nil)
  private let freeSizeBytes: @Sendable (String) -> Int64?

  init(freeSizeBytes: @escaping @Sendable (String) -> Int64? = CopyRun.freeSizeBytes(besides:)) {
    self.freeSizeBytes = freeSizeBytes
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    checked.withLock { $0?.interrupt() }
  }

  func throwIfStopped(_ path: String) throws(StoreError) {
    guard isStopped.load(ordering: .acquiring) else { return }
    throw StoreError(
      code: .stopped, what: "stopped before the copy was complete", path: path,
      next: "nothing was left behind; start it again")
  }

  /// Writes what `store` holds now to `partial`, and reads all of it back.
  func copy(
    _ store: Store, to partial: PartialFile, mark: Restoration? = nil,
    progress: (Double) -> Void
  ) throws(StoreError) -> CopySummary {
    partial.takePermissions(of: store.path)
    try store.copyPages(
      to: partial.path, mark: mark,
      isRoomFor: { [freeSizeBytes] sizeBytes throws(StoreError) in
        try Self.check(free: freeSizeBytes(partial.path), for: sizeBytes, partial.place)
      },
      progress: { share throws(StoreError) in
        try throwIfStopped(partial.place)
        progress(share * Self.copyShare)
      })
    try partial.reachDisk()
    let summary = try check(partial.path, as: .copy) {
      progress(Self.copyShare + $0 * (1 - Self.copyShare))
    }
    guard summary.uuid == store.uuid else {
      throw StoreError(
        code: .corrupt, what: "the copy is not the store's", path: partial.place,
        next: "check its disk")
    }
    return summary
  }

  /// Reads the whole of a store, and finds out what stands in it.
  func check(
    _ path: String, as access: Store.Access, progress: (Double) -> Void
  ) throws(StoreError) -> CopySummary {
    let store = try Store(path: path, access: access)
    checked.withLock { $0 = store }
    defer {
      checked.withLock { $0 = nil }
      store.close()
    }
    do {
      return try store.checkEverything { share throws(StoreError) in
        try throwIfStopped(path)
        progress(share)
      }
    } catch {
      // Whatever the interrupted statement said of it.
      try throwIfStopped(path)
      throw error
    }
  }

  private static func check(
    free: Int64?, for sizeBytes: Int64, _ place: String
  ) throws(StoreError) {
    guard let free, free < sizeBytes + freeSizeBytesMin else { return }
    throw StoreError(
      code: .retryable,
      what: "the copy needs \(CopySummary.text(sizeBytes)) and its disk has "
        + "\(CopySummary.text(free)) free",
      path: place, next: "make room there, or name a place on another disk")
  }

  /// Nil if the file system does not tell.
  private static func freeSizeBytes(besides path: String) -> Int64? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    return Int64(status.f_bavail) * Int64(status.f_frsize)
  }
}
