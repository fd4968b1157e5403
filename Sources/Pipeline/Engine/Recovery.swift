// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Brings intake and judge to where the store is: the checkpoint, then the blocks behind it.
enum Recovery {
  static func restore(
    _ intake: Intake, _ judge: inout AlertJudge, from store: Store, receiveMaximum: Int
  ) throws {
    var afterBlock: Int64 = 0
    if let checkpoint = try store.latestCheckpoint(),
      Checkpoint.restore(checkpoint.bytes, intake, &judge)
    {
      afterBlock = checkpoint.afterBlock
    }
    // Of what stands in the copy that the store was restored from, packet ids tell nothing.
    let copied = try store.restoration()?.lastBlock ?? 0
    var deliveries = try store.deliveries(
      newest: RedeliveryFilter.window(receiveMaximum: receiveMaximum))
    // Before the checkpoint only the redelivery filter needs to look, and at each session's newest
    // blocks only: others may have gone on since one of them was cut off.
    let earlier = deliveries.blocks.keys.filter { $0 > copied && $0 <= afterBlock }
    try store.forEachBlock(ids: earlier) { id, block in intake.recover(block, id, &deliveries) }
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: afterBlock) { id, block in
      if id > copied { intake.recover(block, id, &deliveries) }
      judge.recover(block, gaps: intake.gaps)
    }
    intake.recover(&deliveries)
    judge.takeOpenAlerts()
  }
}

extension Intake {
  /// Tells the redelivery filter of a block that was committed before, after what else its
  /// sessions had brought until then.
  func recover(_ block: ReadingColumns, _ id: Int64, _ deliveries: inout Deliveries) {
    guard let sessions = deliveries.blocks[id] else { return }
    for (session, number) in sessions { recover(&deliveries, of: session, before: number) }
    for row in 0..<block.count where sessions[block.session[row]] != nil {
      redeliveries.note(
        session: block.session[row], packetID: block.packetID[row], hash: block.payloadHash[row])
    }
  }

  /// … and of what stands in no block and came after the last one.
  func recover(_ deliveries: inout Deliveries) {
    for session in Array(deliveries.shelved.keys) {
      recover(&deliveries, of: session, before: .max)
    }
  }

  private func recover(
    _ deliveries: inout Deliveries, of session: UInt16, before number: Int64
  ) {
    guard let packets = deliveries.shelved[session] else { return }
    let earlier = packets.prefix { $0.number < number }
    guard !earlier.isEmpty else { return }
    for (_, packet) in earlier {
      redeliveries.note(session: session, packetID: packet.packetID, hash: packet.hash)
    }
    deliveries.shelved[session]?.removeFirst(earlier.count)
  }
}
