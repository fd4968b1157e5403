// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Reporting
import Storage
import Telemetry

/// Brings intake and judge to where the store is: the checkpoint, then the blocks behind it.
enum Recovery {
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
      observed: try store.ownObserved(from: now - PipelineRun.gapMemory, to: .max),
      receiveMaximum: receiveMaximum)
    intake.ownClock = ownClock
    var judge = AlertJudge(
      profiles: profiles, devices: intake.devices,
      book: AlertBook(
        open: try store.openAlerts(), registry: registry, node: node,
        isPublished: publishesAlerts),
      registry: registry)
    judge.servicePlans = try ServicePlans(
      store: store, registry: registry, profiles: profiles,
      period: Interval(start: now, end: .max / 2))
    judge.feedback = FeedbackThresholds(try store.anomalyFeedback())
    try restore(intake, &judge, from: store, receiveMaximum: receiveMaximum)
    try judge.restoreIncidents(
      from: store,
      knownUntil: try store.newestObserved(session: Engine.liveObservation) ?? now)
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
    var standing = RecoveredState(of: judge)
    let afterBlock = try restoreCheckpoint(intake, &judge, &standing, from: store)
    // Of what stands in the copy that the store was restored from, packet ids tell nothing.
    let copied = try store.restoration()?.lastBlock ?? 0
    var deliveries = try store.deliveries(
      newest: RedeliveryFilter.window(receiveMaximum: receiveMaximum))
    // Before the checkpoint only the redelivery filter needs to look, and at each session's newest
    // blocks only: others may have gone on since one of them was cut off.
    let earlier = deliveries.blocks.keys.filter { $0 > copied && $0 <= afterBlock }
    try store.forEachBlockRows(ids: earlier) { id, columns, rows in
      intake.recover(columns, rows, id, &deliveries)
    }
    try store.forEachBlockRows(eventTimeFrom: nil, to: nil, afterBlock: afterBlock) {
      id, columns, rows in
      if id > copied { intake.recover(columns, rows, id, &deliveries) }
      intake.recoverClocks(columns, rows) { device in
        judge.positionOfNumber[device].map { standing.holds(id, of: $0) } ?? true
      }
      judge.recover(columns, rows, id: id, standing, gaps: intake.gaps)
    }
    intake.recover(&deliveries)
    judge.forgetMarks()
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

extension Intake {
  /// Takes what readings that were committed before tell of their devices' clocks.
  ///
  /// - Parameter isKnown: whether the state of a device has it already.
  func recoverClocks(
    _ columns: ReadingColumns, _ rows: Range<Int>, isKnown: (Int64) -> Bool
  ) {
    let up = columns.metricNames.firstIndex(of: "up")
    for row in rows where !isKnown(columns.device[row]) {
      if let clock = columns.clockReading(row, up: up) { recover(columns.device[row], clock) }
    }
  }

  /// Tells the redelivery filter of a block that was committed before, some rows of columns, after
  /// what else its sessions had brought until then.
  func recover(
    _ columns: ReadingColumns, _ rows: Range<Int>, _ id: Int64, _ deliveries: inout Deliveries
  ) {
    guard let sessions = deliveries.blocks[id] else { return }
    for (session, number) in sessions { recover(&deliveries, of: session, before: number) }
    for row in rows where sessions[columns.session[row]] != nil {
      redeliveries.note(
        session: columns.session[row], packetID: columns.packetID[row],
        hash: columns.payloadHash[row])
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
