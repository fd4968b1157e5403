// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Telemetry

/// A folder of copies that are named by the minute at which they were begun:
/// `nhip-2026-11-21T1906.sqlite`, in local time.
package struct BackupFolder: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  package func place(at instant: Milliseconds) -> String {
    "\(path)/nhip-\(LocalTime.fileName(instant).dropLast(2)).sqlite"
  }

  static func isName(of copy: String) -> Bool {
    copy.wholeMatch(of: /nhip-[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{4}\.sqlite/) != nil
  }

  /// Deletes all but the newest `count` copies of one store, newest by name.
  ///
  /// A file of another name stays, and so does a copy of another store; a file that has the name
  /// and cannot be read as a store stays too, since nobody can tell whose it is.
  /// - Returns: the paths deleted, and those of which nobody can tell.
  package func thin(
    to count: Int, uuid: String
  ) throws(StoreError) -> (deleted: [String], unreadable: [String]) {
    var ours: [String] = []
    var unreadable: [String] = []
    for name in try names() {
      let copy = "\(path)/\(name)"
      do {
        let store = try Store(path: copy, access: .copy)
        if store.uuid == uuid { ours.append(copy) }
        store.close()
      } catch { unreadable.append(copy) }
    }
    let old = Array(ours.dropLast(count))
    for copy in old {
      for suffix in [""] + PartialFile.sideSuffixes
      where unsafe unlink(copy + suffix) != 0 && errno != ENOENT {
        throw StoreError(
          file: copy + suffix, code: .unwritable, what: "an old copy cannot be deleted",
          next: "delete it, or let this user do so")
      }
    }
    return (old, unreadable)
  }

  /// Oldest first.
  private func names() throws(StoreError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).filter(Self.isName).sorted()
    } catch {
      throw StoreError(
        code: .unwritable, what: "the folder of copies cannot be read: \(error)", path: path,
        next: "check that this user may read it")
    }
  }
}
