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
    var standing = RecoveredState(of: judge)
    let afterBlock = try restoreCheckpoint(intake, &judge, &standing, from: store)
    let start = try min(
      afterBlock, max(0, store.lastBlock() - blocksMin),
      store.blockBefore(
        newestReadings: RedeliveryFilter.window(receiveMaximum: receiveMaximum)))
    // Of what stands in the copy that the store was restored from, packet ids tell nothing.
    let copied = try store.restoration()?.lastBlock ?? 0
    var shelved = try store.shelvedPackets()[...]
    try store.forEachBlockRows(eventTimeFrom: nil, to: nil, afterBlock: start) {
      id, columns, rows in
      if id > copied { intake.recover(columns, rows, shelved: &shelved) }
      // Before the checkpoint only the redelivery filter needs to look.
      if id > afterBlock { judge.recover(columns, rows, id: id, standing, gaps: intake.gaps) }
    }
    intake.recover(&shelved)
    judge.takeOpenAlerts()
  }

  /// - Returns: the newest block that is in the state of every device.
  private static func restoreCheckpoint(
    _ intake: Intake, _ judge: inout AlertJudge, _ standing: inout RecoveredState,
    from store: Store
  ) throws -> Int64 {
    var isReadable = true
    let afterBlock = try store.forEachCheckpointPart { bytes, block in
      let isRead = Checkpoint.restore(bytes, intake, &judge) { position in
        standing.note(position, throughBlock: block)
      }
      isReadable = isReadable && isRead
    }
    // What was read before the part that this nhip does not know stands where it says.
    guard isReadable, let afterBlock else { return 0 }
    standing.fill(throughBlock: afterBlock)
    return afterBlock
  }
}

/// Up to which block the state of each device goes that a checkpoint gave back.
struct RecoveredState {
  /// By the judge's positions; 0 is none.
  private var throughBlock: [Int64]
  /// Behind it, no device's state knows a block.
  private(set) var newest: Int64 = 0

  init(of judge: AlertJudge) {
    throughBlock = Array(repeating: 0, count: judge.devices.count)
  }

  mutating func note(_ position: Int, throughBlock block: Int64) {
    newest = max(newest, block)
    throughBlock[position] = block
  }

  /// Devices that the checkpoint did not name start behind it as well.
  mutating func fill(throughBlock block: Int64) {
    for position in throughBlock.indices {
      throughBlock[position] = max(throughBlock[position], block)
    }
  }

  func holds(_ block: Int64, of position: Int) -> Bool { block <= throughBlock[position] }
}
