// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// When small blocks are merged into one: whenever there are enough of them, in steps of a few
/// milliseconds between two commits.
struct MergeSchedule {
  /// A step takes what about a hundred commits leave, so that merging keeps up with the shortest
  /// batches.
  static let every: Milliseconds = 250
  /// Nothing depends on it, so a full disk is given time.
  static let retryAfter: Milliseconds = 60_000

  var limits = MergeLimits()
  private var dueAt: Milliseconds = .min

  mutating func isDue(_ now: Milliseconds) -> Bool {
    guard now >= dueAt else { return false }
    dueAt = now + Self.every
    return true
  }

  mutating func postpone(_ now: Milliseconds) { dueAt = now + Self.retryAfter }
}

extension Engine {
  func mergeBlocksIfDue(_ now: Milliseconds) throws(StoreError) {
    guard merging.isDue(now) else { return }
    do {
      _ = try store.mergeBlocks(merging.limits)
    } catch where error.isRetryable {
      log("\(error); small blocks stay as they are until there is room")
      merging.postpone(now)
    }
  }
}
