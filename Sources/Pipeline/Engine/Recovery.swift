// SPDX-License-Identifier: Apache-2.0

import Alerting
import Storage
import Telemetry

/// Brings intake and judge to where the store is: the checkpoint, then the blocks behind it.
enum Recovery {
  /// The redelivery filter looks at so many blocks at least, however many readings they hold.
  private static let blocksMin: Int64 = 64

  /// Intake and judge as they were before the last end, for whoever drives an engine: a pipeline, a
  /// test, a simulation. The registry is left behind here: what stays in memory of it is what they
  /// keep.
  ///
  /// - Parameters:
  ///   - node: names nhip in what is published.
  ///   - ownClock: as judged at the start; the engine goes on with it.
  static func begin(
    with store: Store, profiles: [Profile], receiveMaximum: Int, node: String,
    publishesAlerts: Bool, ownClock: OwnClock, at now: Milliseconds
  ) throws -> (Intake, AlertJudge) {
    let registry = try store.registry()
    // Up to the end, whatever our clock says of it now.
    let intake = Intake(
      profiles: profiles, registry: registry,
      observed: try store.observed(from: now - PipelineRun.gapMemory, to: .max),
      receiveMaximum: receiveMaximum)
    intake.ownClock = ownClock
    var judge = AlertJudge(
      profiles: profiles, devices: intake.devices,
      book: AlertBook(
        open: try store.openAlerts(), registry: registry, node: node,
        isPublished: publishesAlerts))
    try restore(intake, &judge, from: store, receiveMaximum: receiveMaximum)
    judge.resolveOrphans(at: now)
    return (intake, judge)
  }

  /// Our own clock, judged by what is on disk before anything is stamped by it.
  static func clock(
    of store: Store, wall: Milliseconds, running: Milliseconds, boot: String
  ) throws -> OwnClock {
    OwnClock(
      wall: wall, running: running, boot: boot, record: try ClockRecord.load(from: store),
      newest: try store.newestObserved(session: Engine.liveObservation))
  }

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
