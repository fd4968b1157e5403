// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The right to write a store: an exclusive `flock` on `<path>.lock`.
///
/// The kernel lets go of it when the process ends, however it ends, so there is never a stale lock
/// to clear. The file itself stays: removing it would let two processes lock two different files.
final class StoreLock: Sendable {
  private let descriptor: Mutex<Int32>

  init(storePath: String) throws(StoreError) {
    let opened = unsafe open(storePath + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard opened >= 0 else {
      throw StoreError(
        code: .unwritable, what: "the store's lock file cannot be created", path: storePath,
        next: "check that its folder exists and that this user may write there")
    }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      Glibc.close(opened)
      throw StoreError(
        code: .locked, what: "another nhip is using the store", path: storePath,
        next: "stop it first, or give this one a store of its own")
    }
    descriptor = Mutex(opened)
  }

  deinit { release() }

  /// Doing it twice changes nothing.
  func release() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 {
        // Closing alone leaves it to a child that was forked and has not become its program yet.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
      }
      descriptor = -1
    }
  }
}
