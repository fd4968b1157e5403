// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// 4 MiB: how much is copied between two looks at whether to go on.
  static let copyPageCountMax: CInt = 1_024

  /// How to read what somebody calls a copy: only a database that is open, or was not closed in
  /// peace, has a log beside it.
  static func access(toCopy path: String) -> Access {
    FileManager.default.fileExists(atPath: path + "-wal") ? .readOnly : .copy
  }

  /// Copies every page, as of now, into the empty file at `path`.
  ///
  /// All steps share one transaction of reading. Otherwise SQLite would begin again at the first
  /// page whenever another process commits between two steps (sqlite.org/c3ref/backup_finish.html),
  /// and nhip commits many times a second. The writer goes on meanwhile; its log cannot be cut back
  /// until the last step, so it grows by what is committed during the copy (decision 7).
  ///
  /// - Parameters:
  ///   - isRoomFor: told the size in bytes before anything is written; throws if there is no room.
  ///   - progress: from 0 to 1 between two steps; what it throws ends the copy.
  func copyPages(
    to path: String, mark: Restoration?,
    isRoomFor: (Int64) throws(StoreError) -> Void,
    progress: (Double) throws(StoreError) -> Void
  ) throws(StoreError) {
    try read("the store could not be copied") { source in
      let pageSizeBytes = try Int64.fetchOne(source, sql: "PRAGMA page_size") ?? 0
      // The first look at the content is what the transaction holds on to.
      _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_master")
      let pageCount = try Int64.fetchOne(source, sql: "PRAGMA page_count") ?? 0
      try isRoomFor(pageCount * pageSizeBytes)
      try withoutActuallyEscaping(progress) { progress in
        try Self.naming(path) { try Self.writePages(of: source, to: path, progress: progress) }
      }
    }
    do {
      try Self.naming(path) { try Self.finish(path, mark: mark, progress: progress) }
    } catch { throw StoreError(error, action: "the copy could not be completed", path: path) }
  }

  /// A full disk is not the store's here, and nothing is tried again.
  private static func naming(_ path: String, _ body: () throws -> Void) throws {
    do { try body() } catch let failure as DatabaseError
      where failure.resultCode == .SQLITE_FULL
    {
      throw StoreError(
        code: .retryable, what: "the disk became full before the copy was complete", path: path,
        next: "make room there, or name a place on another disk")
    }
  }

  private static func writePages(
    of source: Database, to path: String,
    progress: @escaping (Double) throws(StoreError) -> Void
  ) throws {
    let destination = try DatabaseQueue(path: path)
    try destination.writeWithoutTransaction { copy in
      // A copy that is not completed is thrown away, so nothing need be undone or awaited.
      try copy.execute(sql: "PRAGMA journal_mode = OFF")
      try copy.execute(sql: "PRAGMA synchronous = OFF")
      try source.backup(to: copy, pagesPerStep: copyPageCountMax) { state in
        let total = max(state.totalPageCount, 1)
        try progress(Double(total - state.remainingPageCount) / Double(total))
      }
    }
    try destination.close()
  }

  /// What a copy has and the store has not, when nothing in the store waits for it any more.
  private static func finish(
    _ path: String, mark: Restoration?, progress: (Double) throws(StoreError) -> Void
  ) throws {
    let copy = try DatabaseQueue(path: path)
    try copy.write { db in
      guard let mark else { return try CopyDigest.write(to: db) { try progress(1) } }
      try mark.write(to: db)
      try CopyDigest.remove(from: db)
    }
    // The last connection takes the log into the file, and the log away.
    try copy.close()
  }

  /// Everything that can be checked of a store without knowing what it should say: SQLite's own
  /// structures, references, the checksum and content of every block and checkpoint; of a copy,
  /// whether anything has changed since it was made.
  ///
  /// - Parameter progress: from 0 to 1; what it throws ends the check.
  func checkEverything(
    progress: (Double) throws(StoreError) -> Void
  ) throws(StoreError) -> CopySummary {
    try progress(0)
    try read("the store could not be checked") { db in
      if let fault = try Self.damage(db, countMax: 1).first { throw damaged(fault) }
      try Self.checkCheckpoints(db) { throw damaged("checkpoint \($0): \($1)") }
      guard try CopyDigest.holds(in: db, progress: { try progress(0) }) else {
        throw damaged("it is not what it was when the copy was made")
      }
    }
    // As long as the blocks take, by experience, the structures take too.
    let structureShare = 0.2
    try progress(structureShare)
    var summary = CopySummary(
      path: path, uuid: uuid, readingCount: 0, newestReceivedAt: nil, sizeBytes: 0)
    let newest = try Double(max(lastBlock(), 1))
    let sealed = try sealedDays()
    let sealedDays = Set(sealed.map(\.day))
    var hotCount: Int64 = 0
    do {
      for day in sealed {
        try forEachSealedBlock(of: day) { block in
          summary.readingCount += Int64(block.ownRows.count)
          let received = block.ownRows.map { block.readings.receivedAt[$0] }.max()
          summary.newestReceivedAt = max(summary.newestReceivedAt ?? .min, received ?? .min)
          try progress(structureShare)
        }
      }
      if summary.newestReceivedAt == .min { summary.newestReceivedAt = nil }
      try forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, block in
        hotCount += Int64(block.count)
        // Those of sealed days stand there, each once.
        summary.readingCount += Int64(
          block.eventTime.count { !sealedDays.contains(LocalTime.day(of: $0)) })
        if let received = block.receivedAt.max() {
          summary.newestReceivedAt = max(summary.newestReceivedAt ?? received, received)
        }
        try progress(structureShare + (1 - structureShare) * Double(id) / newest)
      }
    } catch { throw StoreError(error, action: "the blocks could not be checked", path: path) }
    guard try readingCount() == hotCount else {
      throw damaged("the blocks hold other numbers of readings than stand beside them")
    }
    summary.sizeBytes = try read("the store could not be measured") { db in
      let pageCount = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      return pageCount * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
    }
    return summary
  }

  private func damaged(_ fault: String) -> StoreError {
    StoreError(
      code: .corrupt, what: "the file is damaged: \(fault)", path: path,
      next: "keep it as it is and restore the last good backup")
  }
}
