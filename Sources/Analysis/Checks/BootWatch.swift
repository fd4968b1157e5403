// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When a device booted, by `up` of its readings: the boot instant (time − up) moves later.
///
/// Three things must agree, since each can be fooled alone: the boot instant by the device's own
/// time moved later by more than `tolerance` (a wrong clock that is set moves it too); it did by our
/// time of receipt (a message that took long moves it too); and `up` fell, or the boot lies behind
/// the reading before. Only readings that are newer than the last are looked at, so that duplicates
/// and late ones count nothing.
struct BootWatch: CheckState {
  /// Less is rounding.
  static let tolerance: Milliseconds = 10_000

  private var judgedAt: Milliseconds = .min
  private var receivedAt: Milliseconds = .min
  private var up: Milliseconds = 0
  private(set) var boots = RecentInstants()

  /// Whether the device has ever told how long it has been running.
  var isTold: Bool { judgedAt != .min }
  /// The newest boot that was seen to happen.
  var newest: Milliseconds? { boots.newest }

  /// - Parameter up: since boot, in milliseconds.
  /// - Returns: whether the reading is the first of a new boot.
  mutating func note(
    up newUp: Milliseconds, at time: Milliseconds, receivedAt newReceivedAt: Milliseconds
  ) -> Bool {
    guard time > judgedAt else { return false }
    defer { (judgedAt, receivedAt, up) = (time, newReceivedAt, newUp) }
    guard judgedAt != .min else { return false }
    let bootAt = time - newUp
    guard bootAt > judgedAt - up + Self.tolerance,
      newReceivedAt - newUp > receivedAt - up + Self.tolerance,
      newUp < up || bootAt > judgedAt - Self.tolerance
    else { return false }
    boots.note(bootAt)
    return true
  }

  mutating func forget(after now: Milliseconds) {
    if judgedAt > now { judgedAt = now }
    if receivedAt > now { receivedAt = now }
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&judgedAt)
    visitor.pass(&receivedAt)
    visitor.pass(&up)
    boots.visit(&visitor)
  }

  var isPossible: Bool { up >= 0 }
}

/// Whether a device boots again and again: at least `count` boots within a while. Over after as long
/// without any, so that a device that comes and goes is one alert.
struct RebootLoop: CheckState {
  var isOpen = false

  /// - Parameter isBoot: the reading is the first of a new boot, which is in `boots` already.
  mutating func judge(
    _ boots: RecentInstants, isBoot: Bool, at time: Milliseconds, count: Int,
    within length: Milliseconds
  ) -> CheckFinding? {
    if isOpen {
      guard let newest = boots.newest, time - newest > length else { return nil }
      isOpen = false
      return .ended(at: time)
    }
    guard isBoot, let since = boots.start(of: count, within: length) else { return nil }
    isOpen = true
    var figures = CheckFigures(since: since)
    figures.count = boots.count(within: length)
    figures.length = length
    return .began(figures)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) { visitor.pass(&isOpen) }

  var isPossible: Bool { true }
}
