// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Synchronization
import Telemetry

/// The one SQLite file that holds what nhip has acknowledged.
///
/// The engine owns the writing store; any thread may call it, calls wait for each other. Readers
/// open their own, read-only, and see the state of the last commit. Every read is a short
/// transaction, so that no reader keeps the write-ahead log from being cut back.
package final class Store: Sendable {
  package enum Access: Sendable {
    case readWrite, readOnly
    /// A file that nobody writes, such as a backup: read without locks, and without anything being
    /// created beside it, so that it may lie on a disk that is mounted read-only.
    case copy
  }

  /// How long a statement waits for another program's transaction before it is `retryable`.
  static let busyTimeoutSeconds = 5.0

  package let path: String
  /// Made once with the store; client ids are derived from it.
  package let uuid: String
  private let queue: DatabaseQueue
  private let lock: StoreLock?
  /// What ended the trust in this store's disk.
  private let fault = Mutex<StoreError?>(nil)

  /// Creates the store when it may be written and is absent.
  package init(path: String, access: Access) throws(StoreError) {
    self.path = path
    if access != .readWrite && !FileManager.default.fileExists(atPath: path) {
      throw StoreError(
        code: .missing, what: "there is no store", path: path,
        next: "check the path, or let nhip run create it")
    }
    lock = access == .readWrite ? try StoreLock(storePath: path) : nil
    if access == .readWrite { try WriteAheadLog.rewrite(storePath: path) }
    do {
      queue = try DatabaseQueue(
        path: access == .copy ? Self.unchangingFile(path) : path,
        configuration: Self.configuration(path: path, access: access))
      if access == .readWrite { try StoreSchema.migrator.migrate(queue) }
      uuid = try Self.identity(in: queue, access: access, path: path)
    } catch {
      throw StoreError(error, action: "the store cannot be opened", path: path)
    }
  }

  /// Further calls fail. Closing twice changes nothing.
  package func close() {
    // A connection that does not close cleanly is recovered at the next opening.
    do { try queue.close() } catch {}
    lock?.release()
  }

  /// Ends the statement that is running now, from any thread; what called it fails.
  func interrupt() { queue.interrupt() }

  /// SQLite's name for a file that nobody changes.
  private static func unchangingFile(_ path: String) -> String {
    let whole = URL(fileURLWithPath: path).path
    let allowed = CharacterSet(charactersIn: "/-._~").union(.alphanumerics)
    let name = whole.addingPercentEncoding(withAllowedCharacters: allowed) ?? whole
    return "file:\(name)?immutable=1"
  }

  private static func configuration(path: String, access: Access) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = access != .readWrite
    configuration.busyMode = .timeout(busyTimeoutSeconds)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { db in
      try StoreSchema.refuse(db, path: path)
      if access == .readWrite { try StoreSchema.prepareToWrite(db) }
    }
    return configuration
  }

  private static func identity(
    in queue: DatabaseQueue, access: Access, path: String
  ) throws -> String {
    let sql = "SELECT value FROM store WHERE name = 'uuid'"
    if access == .readWrite {
      try queue.write { db in
        try db.execute(
          sql: "INSERT INTO store (name, value) VALUES ('uuid', ?) ON CONFLICT DO NOTHING",
          arguments: [UUID().uuidString.lowercased()])
        try CopyDigest.remove(from: db)
      }
    }
    guard try queue.read({ try $0.tableExists("store") }) else {
      throw StoreError(
        code: .foreign, what: "the file is empty, so it holds no store", path: path,
        next: "name another file")
    }
    guard let uuid = try queue.read({ try String.fetchOne($0, sql: sql) }) else {
      throw StoreError(
        code: .corrupt, what: "the store has no identity", path: path,
        next: "restore the last backup")
    }
    return uuid
  }

  func read<Result>(
    _ action: String, _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    do { return try queue.read(body) } catch {
      throw StoreError(error, action: action, path: path)
    }
  }

  /// One transaction: all of it or, when it throws, nothing.
  ///
  /// After an error of input or output, whoever met it, every later one throws it again: a sync
  /// that failed once must not be trusted to succeed later, so the process has to end and recover.
  func write<Result>(
    _ action: String, _ body: (Database) throws -> Result
  ) throws(StoreError) -> Result {
    if let fault = fault.withLock({ $0 }) { throw fault }
    do { return try queue.write(body) } catch {
      let reason = StoreError(error, action: action, path: path)
      if let failure = error as? DatabaseError, failure.resultCode == .SQLITE_IOERR {
        fault.withLock { $0 = reason }
      }
      throw reason
    }
  }

  /// A ceiling for the file, in SQLite pages: beyond it a commit is `retryable`, like a full disk.
  package func limitPageCount(_ pageCountMax: Int) throws(StoreError) {
    do {
      try queue.writeWithoutTransaction { db in
        _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pageCountMax)")
      }
    } catch { throw StoreError(error, action: "the size limit cannot be set", path: path) }
  }
}
