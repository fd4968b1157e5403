// SPDX-License-Identifier: Apache-2.0

import GRDB

/// What the world did to the store, and what to do next.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// Another nhip holds the store.
    case locked
    case missing
    /// Written by a newer nhip.
    case newer
    /// A database, but not one of ours; or no database at all.
    case foreign
    /// The file or its folder cannot be opened or written.
    case unwritable
    /// No space, or busy: nothing was written, and the same call may succeed later.
    case retryable
    case corrupt
    /// An entry that the caller gave cannot be stored.
    case invalid
    /// A file stands where one is to be written.
    case exists
    /// What was given to restore from is damaged, or is no store.
    case unusableCopy
    /// Somebody asked for it, and nothing was left behind.
    case stopped
    /// Any other failure of input or output: start again and recover.
    case failed
  }

  package let code: Code
  package let what: String
  package let path: String
  package let next: String

  package init(code: Code, what: String, path: String, next: String) {
    self.code = code
    self.what = what
    self.path = path
    self.next = next
  }

  package var isRetryable: Bool { code == .retryable }

  package var description: String { "\(what) (\(path)): \(next)" }
}

extension StoreError {
  /// `action` says what was being done, as in "the batch could not be committed".
  init(_ error: any Error, action: String, path: String) {
    if let already = error as? StoreError {
      self = already
      return
    }
    guard let failure = error as? DatabaseError else {
      self.init(
        code: .failed, what: "\(action): \(error)", path: path, next: "see the message before it")
      return
    }
    let (code, next) = Self.judgement(of: failure.resultCode)
    // Not the whole description: it would repeat the statement and its arguments.
    let reason = failure.message ?? "SQLite error \(failure.extendedResultCode.rawValue)"
    self.init(code: code, what: "\(action): \(reason)", path: path, next: next)
  }

  private static func judgement(of result: ResultCode) -> (Code, String) {
    switch result {
    case .SQLITE_FULL:
      (.retryable, "free some space on its disk; the same batch is tried again")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      (.retryable, "wait for the other program that is using it")
    case .SQLITE_CORRUPT:
      (.corrupt, "keep a copy of the file and restore the last backup")
    case .SQLITE_NOTADB:
      (.foreign, "name another file; this one is no SQLite database")
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      (.unwritable, "check that its folder exists and that this user may write there")
    default:
      (.failed, "check its disk, then start nhip again to recover")
    }
  }
}
