// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a counter begins anew too often although its device runs on.
///
/// A fall is never a drop of what it counts. With a boot in between it is the normal reset. Near
/// 2³² or 2⁶⁴ it is the counter's end, if the way around the corner is no faster than
/// `rateTimesMax` the fastest so far. Anything else is a reset, told only when it happens again and
/// again.
struct CounterWatch: CheckState {
  /// A counter wraps from the last sixteenth of its width on.
  static let nearEndShare: UInt64 = 16
  static let rateTimesMax = 4.0

  private var judgedAt: Milliseconds = .min
  private var value: UInt64 = 0
  /// Fastest increase seen, a second.
  private var rateMax: Float = 0
  private var resets = RecentInstants()
  var isOpen = false

  /// What a fall of the counter was.
  enum Fall { case none, boot, wrap, reset }

  /// - Parameters:
  ///   - newestBoot: the newest known boot of the device.
  ///   - isUpTold: false if nobody knows whether the device booted: then nothing is counted.
  mutating func note(
    _ newValue: UInt64, at time: Milliseconds, newestBoot: Milliseconds?, isUpTold: Bool,
    count: Int, within length: Milliseconds
  ) -> CheckFinding? {
    guard time > judgedAt else { return nil }
    let fall = self.fall(to: newValue, at: time, newestBoot: newestBoot)
    (judgedAt, value) = (time, newValue)
    if fall == .reset, isUpTold { resets.note(time) }
    if isOpen {
      guard let newest = resets.newest, time - newest > length else { return nil }
      isOpen = false
      return .ended(at: time)
    }
    guard fall == .reset, isUpTold, let since = resets.start(of: count, within: length) else {
      return nil
    }
    isOpen = true
    var figures = CheckFigures(since: since)
    figures.count = resets.count(within: length)
    figures.length = length
    return .began(figures)
  }

  private mutating func fall(
    to newValue: UInt64, at time: Milliseconds, newestBoot: Milliseconds?
  ) -> Fall {
    guard judgedAt != .min else { return .none }
    let seconds = Double(time - judgedAt) / 1_000
    guard newValue < value else {
      rateMax = max(rateMax, Float(Double(newValue - value) / seconds))
      return .none
    }
    if let newestBoot, newestBoot > judgedAt - BootWatch.tolerance { return .boot }
    for end in [UInt64(UInt32.max), UInt64.max]
    where value <= end && value >= end - end / Self.nearEndShare {
      let increase = Double(end - value) + 1 + Double(newValue)
      if increase <= Self.rateTimesMax * Double(rateMax) * seconds { return .wrap }
    }
    return .reset
  }

  mutating func forget(after now: Milliseconds) { judgedAt = min(judgedAt, now) }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&judgedAt)
    visitor.pass(&value)
    visitor.pass(&rateMax)
    resets.visit(&visitor)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    judgedAt.isPossibleInstant && rateMax.isFinite && rateMax >= 0
  }
}
