// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When a device booted, by `up` of its readings: the boot instant (time − up) moves later.
///
/// A clock that is set moves that instant too, and by our time of receipt a message that took long
/// does. So the boot must besides have `up` fall, or lie behind the reading before by either time.
/// Only readings that are newer than the last are looked at: duplicates and late ones count
/// nothing.
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
    guard bootAt > judgedAt - up + Self.tolerance else { return false }
    let isBehind =
      bootAt > judgedAt - Self.tolerance && newReceivedAt - newUp > receivedAt - Self.tolerance
    guard newUp < up || isBehind else { return false }
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

  var isPossible: Bool {
    (0...1 << 52).contains(up) && judgedAt.isPossibleInstant && receivedAt.isPossibleInstant
      && (judgedAt == .min) == (receivedAt == .min)
  }
}

/// Whether a device boots again and again: at least `count` boots within a while. Over after as
/// long without any, so that a device that comes and goes is one alert.
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
