// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Copies a store to one file while nhip goes on writing to it.
///
/// The copy is a consistent prefix of what was acknowledged: everything up to one commit. It takes
/// its place only after all of it was read back; killed at any moment, a backup leaves the store as
/// it was and no copy.
package final class StoreBackup: Sendable {
  private let storePath: String
  private let place: String
  private let isReplacing: Bool
  private let run: CopyRun

  /// - Parameter isReplacing: whether a file that stands at `place` may go, once the copy is good.
  package convenience init(of storePath: String, to place: String, isReplacing: Bool) {
    self.init(of: storePath, to: place, isReplacing: isReplacing, run: CopyRun())
  }

  init(of storePath: String, to place: String, isReplacing: Bool, run: CopyRun) {
    self.storePath = storePath
    self.place = place
    self.isReplacing = isReplacing
    self.run = run
  }

  /// From any thread; ``copy(progress:)`` then throws `stopped`, unless the copy is in its place.
  package func stop() { run.stop() }

  /// - Parameter progress: called with the share of the work done, 0 to 1.
  package func copy(progress: (Double) -> Void) throws(StoreError) -> CopySummary {
    let store = try Store(path: storePath, access: .readOnly)
    defer { store.close() }
    try refuseWhatStandsThere()
    let partial = try PartialFile(for: place)
    var summary = try readableCopy(of: store, to: partial, progress: progress)
    try run.throwIfStopped(place)
    try refuseWhatStandsThere()
    // The log of an older copy must not be applied to this one.
    let lock = try lockOfStoreThere()
    defer { lock?.release() }
    for suffix in PartialFile.sideSuffixes { unsafe unlink(place + suffix) }
    try partial.takePlace()
    summary.path = place
    return summary
  }

  /// A copy is equal to the store page by page, so damage in it is most likely the store's.
  private func readableCopy(
    of store: Store, to partial: PartialFile, progress: (Double) -> Void
  ) throws(StoreError) -> CopySummary {
    do { return try run.copy(store, to: partial, progress: progress) } catch {
      guard error.code == .corrupt else { throw error }
      throw StoreError(
        code: .corrupt, what: "what was copied cannot be read back: \(error.what)",
        path: storePath,
        next: "there is no new copy; keep the old ones, and check this store and both disks")
    }
  }

  private func refuseWhatStandsThere() throws(StoreError) {
    if let identity = FileIdentity(path: place), identity == FileIdentity(path: storePath) {
      throw StoreError(
        code: .exists, what: "the store cannot be its own copy", path: place,
        next: "name another place")
    }
    guard !isReplacing else { return }
    // A log or a journal alone may be all that is left of somebody's database.
    let taken = ["", "-wal", "-journal"].map { place + $0 }.first {
      FileManager.default.fileExists(atPath: $0)
    }
    if let taken {
      throw StoreError(
        code: .exists, what: "there is a file already", path: taken,
        next: "name another place, or give --replace")
    }
  }

  /// A store that a running nhip holds is nothing to be replaced. Nil if none ever was there.
  private func lockOfStoreThere() throws(StoreError) -> StoreLock? {
    guard FileManager.default.fileExists(atPath: place + ".lock") else { return nil }
    return try StoreLock(storePath: place)
  }
}
