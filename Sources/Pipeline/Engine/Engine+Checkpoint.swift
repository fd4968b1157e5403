// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// When the engine writes a checkpoint, and how far it is with the one that is being written.
struct CheckpointSchedule {
  static let readingCount: UInt64 = 1_000_000
  /// Between two parts: what writing them takes is a fraction of the time at most.
  static let partEvery: Milliseconds = 50

  /// A checkpoint of which some parts are written.
  struct Writing {
    var writer: CheckpointWriter
    /// Of the next part's first device.
    var position = 0
  }

  var writing: Writing?
  /// About how large a part is.
  var partSizeBytes = Checkpoint.partSizeBytes
  private let every: Milliseconds
  private var begunAt: Milliseconds
  private var readingsBegun: UInt64 = 0
  private var partAt: Milliseconds = .min / 2
  /// Due, whatever the time is.
  var isAsked = false

  init(from now: Milliseconds, every: Milliseconds) {
    begunAt = now
    self.every = every
  }

  /// What was written may not fit what comes: devices have other positions or other states. It is
  /// begun again.
  mutating func giveUp() {
    isAsked = isAsked || writing != nil
    writing = nil
  }

  mutating func begin(_ writer: CheckpointWriter, at now: Milliseconds, readings: UInt64) {
    writing = Writing(writer: writer)
    (begunAt, readingsBegun, isAsked) = (now, readings, false)
  }

  func isDue(_ now: Milliseconds, readings: UInt64) -> Bool {
    let count = readings - readingsBegun
    return isAsked || count >= Self.readingCount || count > 0 && now - begunAt >= every
  }

  mutating func isPartDue(_ now: Milliseconds) -> Bool {
    guard now - partAt >= Self.partEvery else { return false }
    partAt = now
    return true
  }
}

/// A checkpoint while messages keep coming: one part between two commits.
///
/// A part is encoded right after a commit, so that it holds exactly what the blocks up to the
/// newest say of its devices, and it remembers that block. Parts of one checkpoint so stand at
/// different places of the log; each device is judged again from its own on (``Recovery``).
extension Engine {
  /// Writes the next part, if one is due.
  func continueCheckpoint(_ now: Milliseconds) throws(StoreError) {
    let readings = intake.counters.readings
    do {
      if checkpoints.writing == nil {
        guard checkpoints.isDue(now, readings: readings) else { return }
        checkpoints.begin(try CheckpointWriter(store: store), at: now, readings: readings)
      }
      if checkpoints.isPartDue(now) { try writePart() }
    } catch where error.isRetryable {
      checkpoints.writing = nil
      log("\(error); the checkpoint before it stands until the next one")
    }
  }

  /// Writes a whole one; what was begun is left.
  func checkpoint() throws(StoreError) {
    checkpoints.begin(
      try CheckpointWriter(store: store), at: clocks.own.running(),
      readings: intake.counters.readings)
    while checkpoints.writing != nil { try writePart() }
  }

  private func writePart() throws(StoreError) {
    guard var writing = checkpoints.writing else { return }
    let bytes = Checkpoint.part(
      of: intake, judge, from: &writing.position, sizeBytes: checkpoints.partSizeBytes)
    try writing.writer.append(bytes, afterBlock: try store.lastBlock())
    checkpoints.writing = writing
    guard writing.position >= intake.devices.count else { return }
    try writing.writer.finish(at: clocks.own.now())
    checkpoints.writing = nil
    try saveClock()
  }
}
