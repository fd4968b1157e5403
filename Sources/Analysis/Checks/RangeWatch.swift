// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a sensor is broken: values outside the metric's range, so many in a row over so long.
/// As many in a row inside the range end it, so that a loose contact is one alert.
struct RangeWatch: CheckState {
  struct Limits {
    var lowest: Double
    var highest: Double
    var readings: Int
    var length: Milliseconds
    /// Over a longer silence nobody knows what the values were.
    var gap: Milliseconds
  }

  private var judgedAt: Milliseconds = .min
  /// First of the values outside; `.min` is none.
  private var since: Milliseconds = .min
  private var outsideCount: UInt16 = 0
  private var insideCount: UInt16 = 0
  var isOpen = false

  mutating func note(
    _ value: Double, at time: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    guard time > judgedAt, !value.isNaN else { return nil }
    let isUnbroken = judgedAt != .min && time - judgedAt <= limits.gap
    judgedAt = time
    if !isUnbroken { insideCount = 0 }
    guard value < limits.lowest || value > limits.highest else {
      (since, outsideCount) = (.min, 0)
      guard isOpen else { return nil }
      insideCount &+= 1
      guard Int(insideCount) >= limits.readings else { return nil }
      (isOpen, insideCount) = (false, 0)
      return .ended(at: time)
    }
    insideCount = 0
    if since == .min || !isUnbroken { (since, outsideCount) = (time, 0) }
    if outsideCount < .max { outsideCount += 1 }
    guard !isOpen, Int(outsideCount) >= limits.readings, time - since >= limits.length else {
      return nil
    }
    isOpen = true
    var figures = CheckFigures(since: since)
    figures.value = value
    figures.limit = value < limits.lowest ? limits.lowest : limits.highest
    figures.isAbove = value > limits.highest
    figures.count = Int(outsideCount)
    figures.length = time - since
    return .began(figures)
  }

  mutating func forget(after now: Milliseconds) {
    judgedAt = min(judgedAt, now)
    since = min(since, now)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&judgedAt)
    visitor.pass(&since)
    visitor.pass(&outsideCount)
    visitor.pass(&insideCount)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool { judgedAt.isPossibleInstant && since.isPossibleInstant }
}
