// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Brings intake and judge to where the store is: the checkpoint, then the blocks behind it.
enum Recovery {
  /// The newest blocks that surely hold a receive maximum of messages are found by looking back
  /// this far, then four times as far, and so on.
  private static let blocksFirst: Int64 = 64

  static func restore(
    _ intake: Intake, _ judge: inout AlertJudge, from store: Store, receiveMaximum: Int
  ) throws {
    var afterBlock: Int64 = 0
    if let checkpoint = try store.latestCheckpoint(),
      Checkpoint.restore(checkpoint.bytes, intake, &judge)
    {
      afterBlock = checkpoint.afterBlock
    }
    let start = try min(
      afterBlock, blockBefore(newestReadings: receiveMaximum, store: store))
    var shelved = try store.shelvedPackets()[...]
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: start) { id, block in
      intake.recover(block, shelved: &shelved)
      // Before the checkpoint only the redelivery filter needs to look.
      if id > afterBlock { judge.recover(block, gaps: intake.gaps) }
    }
    intake.recover(&shelved)
    judge.takeOpenAlerts()
  }

  /// A block id behind which at least so many readings stand, or 0.
  private static func blockBefore(newestReadings: Int, store: Store) throws -> Int64 {
    let last = try store.lastBlock()
    var distance = blocksFirst
    while distance < last {
      var count = 0
      try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: last - distance) { _, block in
        count += block.count
      }
      if count >= newestReadings { return last - distance }
      distance *= 4
    }
    return 0
  }
}
