// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Telemetry

/// Puts a copy in a store's place. What stood there is kept beside it, under another name.
package final class StoreRestore: Sendable {
  package struct Outcome: Sendable, Hashable {
    package var store: CopySummary
    /// Where the store is now that stood there; nil if none did.
    package var keptPath: String?
  }

  /// The share of the work that goes into reading the copy before anything is written.
  private static let checkShare = 0.4

  private let copyPath: String
  private let storePath: String
  private let isReplacing: Bool
  private let at: Milliseconds
  private let run: CopyRun

  /// - Parameters:
  ///   - isReplacing: whether a store that stands at `storePath` may be set aside.
  ///   - at: now; names what is set aside.
  package convenience init(
    from copyPath: String, to storePath: String, isReplacing: Bool, at: Milliseconds
  ) {
    self.init(
      from: copyPath, to: storePath, isReplacing: isReplacing, at: at, run: CopyRun())
  }

  init(
    from copyPath: String, to storePath: String, isReplacing: Bool, at: Milliseconds, run: CopyRun
  ) {
    self.copyPath = copyPath
    self.storePath = storePath
    self.isReplacing = isReplacing
    self.at = at
    self.run = run
  }

  /// From any thread; ``restore(progress:)`` then throws `stopped`, unless it is too late.
  package func stop() { run.stop() }

  /// - Parameter progress: called with the share of the work done, 0 to 1.
  package func restore(progress: (Double) -> Void) throws(StoreError) -> Outcome {
    try refuseWhatStandsThere()
    let lock = try StoreLock(storePath: storePath)
    defer { lock.release() }
    let copied = try checkedCopy { progress($0 * Self.checkShare) }
    let partial = try PartialFile(for: storePath)
    let store = try Store(path: copyPath, access: Store.access(toCopy: copyPath))
    defer { store.close() }
    let mark = Restoration(at: at, lastBlock: try store.lastBlock())
    var restored = try run.copy(store, to: partial, mark: mark) {
      progress(Self.checkShare + $0 * (1 - Self.checkShare))
    }
    guard restored.readingCount == copied.readingCount else {
      throw StoreError(
        code: .failed, what: "the copy changed while it was restored", path: copyPath,
        next: "restore from a file that nobody writes")
    }
    try run.throwIfStopped(storePath)
    let kept = try setAside()
    try partial.takePlace()
    restored.path = storePath
    return Outcome(store: restored, keptPath: kept)
  }

  private func checkedCopy(progress: (Double) -> Void) throws(StoreError) -> CopySummary {
    let access = Store.access(toCopy: copyPath)
    do { return try run.check(copyPath, as: access, progress: progress) } catch {
      switch error.code {
      case .stopped, .retryable: throw error
      case .missing:
        throw StoreError(
          code: .missing, what: "there is no copy", path: copyPath, next: "check the path")
      case .newer:
        throw StoreError(
          code: .unusableCopy, what: error.what, path: copyPath,
          next: "restore with the newer nhip that wrote it")
      default:
        throw StoreError(
          code: .unusableCopy, what: error.what, path: copyPath,
          next: "name another copy; nothing was changed")
      }
    }
  }

  private static let suffixes = ["", "-wal", "-journal", "-shm"]

  private func refuseWhatStandsThere() throws(StoreError) {
    if let identity = FileIdentity(path: storePath), identity == FileIdentity(path: copyPath) {
      throw StoreError(
        code: .exists, what: "the copy is the store itself", path: storePath,
        next: "name another copy, or another store")
    }
    let taken = Self.suffixes.map { storePath + $0 }.first {
      FileManager.default.fileExists(atPath: $0)
    }
    if !isReplacing, let taken {
      throw StoreError(
        code: .exists, what: "there is a store already", path: taken,
        next: "name another file, or give --replace, which keeps the old one beside it")
    }
  }

  /// Gives the old store another name, its log with it, for SQLite would apply that to any file of
  /// the old name. Every file has its new name before one loses the old, so that the old store is
  /// whole at every moment. Returns the new name, nil if there was nothing.
  private func setAside() throws(StoreError) -> String? {
    let present = Self.suffixes.filter {
      FileManager.default.fileExists(atPath: storePath + $0)
    }
    guard !present.isEmpty else { return nil }
    let kept = "\(storePath).before-restore-\(LocalTime.fileName(at))"
    for suffix in present {
      guard unsafe link(storePath + suffix, kept + suffix) == 0 else {
        throw StoreError(
          file: kept + suffix, code: .unwritable, what: "the old store cannot be set aside",
          next: "move it away, then restore again")
      }
    }
    try FileIdentity.reachDisk(folderOf: kept)
    // Without a log the renaming that follows replaces the database in one step. With one there is
    // a moment without any store: the database goes first, so that nothing opens it without its
    // log.
    for suffix in present where present != [""] {
      guard unsafe unlink(storePath + suffix) == 0 else {
        throw StoreError(
          file: storePath + suffix, code: .unwritable, what: "the old store cannot be set aside",
          next: "it is whole as \(kept); move this file away, then restore again")
      }
    }
    return kept
  }
}

extension LocalTime {
  /// 2026-11-21T190600, in local time: sorts as text, and means nothing to a shell.
  static func fileName(_ instant: Milliseconds) -> String {
    let date = civil(ofDay: day(of: instant))
    let seconds = (instant - start(ofDay: day(of: instant))) / 1_000
    let numbers = [date.month, date.day, seconds / 3_600, seconds / 60 % 60, seconds % 60]
      .map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(date.year)-\(numbers[0])-\(numbers[1])T\(numbers[2...].joined())"
  }
}
