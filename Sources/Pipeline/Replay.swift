// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Glibc
import Ingest
import Reporting
import Storage
import Telemetry

/// Runs a file of messages through the same intake and store as `nhip run`, without a broker and
/// without a wall clock: the same file gives the same readings and the same alerts. Alerts are
/// kept in the store and announced to nobody.
package enum Replay {
  /// A longer line is no message: 64 KiB of payload escaped as JSON stay below it.
  package static let lineSizeMax = 1_048_576
  /// Readings a transaction: the same bound as a live batch.
  static let batchSize = 4_096
  private static let padding = 64

  package struct Result: Sendable {
    package var lines = 0
    package var counters = IntakeCounters()
    package var observed: Interval?
  }

  package struct FileError: Error, CustomStringConvertible {
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
      self.path = path
      self.reason = reason
    }

    package var description: String { "cannot read \(path): \(reason)" }
  }

  /// - Parameter progress: called about once a batch with the share of the file read, 0 to 1.
  package static func run(
    path: String, store: Store, profiles: [Profile], progress: (Double) -> Void = { _ in }
  ) throws -> Result {
    HeapPolicy.keepBatches()
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw unsafe FileError(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var attributes = stat()
    _ = unsafe fstat(descriptor, &attributes)
    let registry = try store.registry()
    let intake = Intake(
      profiles: profiles, registry: registry, observed: [], receiveMaximum: 1)
    var judge = AlertJudge(
      profiles: profiles, devices: intake.devices,
      book: AlertBook(
        open: try store.openAlerts(), registry: registry, node: "", isPublished: false),
      registry: registry)
    judge.servicePlans = try ServicePlans(store: store, registry: registry, profiles: profiles)
    judge.feedback = FeedbackThresholds(try store.anomalyFeedback())
    try Recovery.restore(intake, &judge, from: store, receiveMaximum: 1)
    try judge.restoreIncidents(
      from: store, knownUntil: try store.newestObserved(session: 0) ?? 0)
    var result = Result()
    let lines = ReplayLineCodec()
    var batch = CommitBatch()
    let servesAroundSlots = profiles.contains { $0.serviceAroundSlots != nil }
    unsafe try forEachLine(of: descriptor, path: path) { line, bytesRead in
      result.lines += 1
      unsafe accept(lines.read(line), line, into: intake, &batch, &result)
      // What follows a slot is judged by it, where service hours hang on the schedule.
      let mustFollow = servesAroundSlots && !intake.slots.isEmpty
      guard intake.batchCount >= batchSize || mustFollow else { return }
      try commit(intake, &judge, store, &batch, now: result.observed?.end)
      // A pipe has no size: there is no share to tell.
      if attributes.st_size > 0 { progress(Double(bytesRead) / Double(attributes.st_size)) }
    }
    if let observed = result.observed {
      batch.observed = [Observation(session: 0, start: observed.start, end: observed.end)]
    }
    try commit(intake, &judge, store, &batch, now: result.observed?.end)
    try Checkpoint.write(
      intake, judge, to: store, afterBlock: try store.lastBlock(), at: result.observed?.end ?? 0)
    result.counters = intake.counters
    return result
  }

  private static func accept(
    _ line: ReplayLineCodec.Line, _ bytes: UnsafeRawBufferPointer, into intake: Intake,
    _ batch: inout CommitBatch, _ result: inout Result
  ) {
    switch unsafe line {
    case .message(let message):
      let at = unsafe message.header.receivedAt
      let known = result.observed ?? Interval(start: at, end: at)
      let observed = Interval(start: min(known.start, at), end: max(known.end, at))
      result.observed = observed
      intake.gaps.heard(from: observed.start, until: observed.end)
      unsafe intake.accept(message)
    case .unobserved(let gap):
      batch.observedHoles.append(gap)
      intake.gaps.lost(gap)
    case .invalid:
      unsafe intake.rejectLine(
        bytes, reason: "replay-line-invalid", receivedAt: result.observed?.end ?? 0)
    }
  }

  /// - Parameter now: the newest receive time: in a replay, time passes by messages alone.
  private static func commit(
    _ intake: Intake, _ judge: inout AlertJudge, _ store: Store, _ batch: inout CommitBatch,
    now: Milliseconds?
  ) throws {
    let gathered = intake.takeBatch()
    Self.judge(gathered.blocks, &judge, intake.gaps, until: now)
    judge.takeTransitions(into: &batch)
    batch.outbox = []
    batch.blocks = gathered.blocks
    batch.inbox = gathered.inbox
    batch.quarantine = gathered.quarantine
    batch.slots = gathered.slots
    try store.commit(batch)
    try judge.followSchedule(batch, in: store)
    batch = CommitBatch()
  }

  /// Calls `body` with every line and the bytes read so far. 64 bytes behind a line can be read.
  private static func forEachLine(
    of descriptor: Int32, path: String, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
  ) throws {
    let capacity = 4 * lineSizeMax
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: capacity + padding, alignment: 64)
    defer { unsafe buffer.deallocate() }
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    var (filled, total) = (0, 0)
    while true {
      let count = unsafe read(descriptor, buffer.baseAddress! + filled, capacity - filled)
      guard count >= 0 else {
        throw unsafe FileError(path: path, reason: String(cString: strerror(errno)))
      }
      filled += count
      total += count
      var start = 0
      while let length = unsafe newline(buffer, from: start, to: filled) {
        if length > 0 {
          try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[start..<start + length]), total)
        }
        start += length + 1
      }
      if count == 0 {
        if start < filled {
          try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[start..<filled]), total)
        }
        return
      }
      guard filled - start <= lineSizeMax else {
        throw FileError(path: path, reason: "a line is longer than \(lineSizeMax) bytes")
      }
      unsafe memmove(buffer.baseAddress!, buffer.baseAddress! + start, filled - start)
      filled -= start
    }
  }

  private static func newline(
    _ buffer: UnsafeMutableRawBufferPointer, from start: Int, to end: Int
  ) -> Int? {
    guard start < end, let base = buffer.baseAddress,
      let found = unsafe memchr(base + start, 0x0A, end - start)
    else { return nil }
    return unsafe found - UnsafeMutableRawPointer(base + start)
  }
}
