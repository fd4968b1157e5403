// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Brings intake and judge to where the store is: the checkpoint, then the blocks behind it.
enum Recovery {
  /// The redelivery filter looks at so many blocks at least, however many readings they hold.
  private static let blocksMin: Int64 = 64

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
      afterBlock, max(0, store.lastBlock() - blocksMin),
      store.blockBefore(
        newestReadings: RedeliveryFilter.window(receiveMaximum: receiveMaximum)))
    // Of what stands in the copy that the store was restored from, packet ids tell nothing.
    let copied = try store.restoration()?.lastBlock ?? 0
    var shelved = try store.shelvedPackets()[...]
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: start) { id, block in
      if id > copied { intake.recover(block, shelved: &shelved) }
      // Before the checkpoint only the redelivery filter needs to look.
      if id > afterBlock { judge.recover(block, gaps: intake.gaps) }
    }
    intake.recover(&shelved)
    judge.forgetMarks()
    judge.takeOpenAlerts()
  }
}
