// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How evenly a device's clock runs with our running time, as its messages tell.
///
/// What is sent now says a time that goes on as ours does. What is being drained was sent over a
/// longer time than it takes to arrive, so its time runs faster. Two messages do not tell them
/// apart: draining may have stopped between them for as long as the device did, because a disk was
/// full, say, and then it stopped for every device alike. So three are asked for.
struct EvenRun {
  /// Messages that follow each other sooner are one: a device says the same at once on two topics.
  static let stepMin: Milliseconds = 5_000
  /// So many steps of that length without a break, which takes ten seconds and three messages.
  static let stepCountMin = 2
  /// A message that is off the first by more begins a run of its own: no message is on its way for
  /// that much longer than another.
  static let driftMax: Milliseconds = 10_000
  /// At the end the clock has run faster or slower by a quarter of the time at most.
  static let driftShare: Milliseconds = 4

  /// What the newest message says: its `ts` less the running time at its receipt.
  private(set) var offset: Milliseconds
  private var running: Milliseconds
  private var first: (offset: Milliseconds, running: Milliseconds)
  private var steppedAt: Milliseconds
  private var stepCount = 0

  init(offset: Milliseconds, running: Milliseconds) {
    (self.offset, self.running) = (offset, running)
    first = (offset, running)
    steppedAt = running
  }

  /// - Returns: whether the message goes on with the run; if not, it begins another.
  mutating func note(offset: Milliseconds, running: Milliseconds) -> Bool {
    guard abs(offset - first.offset) <= Self.driftMax else {
      self = EvenRun(offset: offset, running: running)
      return false
    }
    (self.offset, self.running) = (offset, running)
    if running - steppedAt >= Self.stepMin {
      stepCount += 1
      steppedAt = running
    }
    return true
  }

  /// The device's messages are not being drained.
  var isEven: Bool {
    stepCount >= Self.stepCountMin
      && abs(offset - first.offset) * Self.driftShare <= running - first.running
  }
}
