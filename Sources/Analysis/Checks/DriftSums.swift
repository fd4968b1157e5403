// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The two-sided CUSUM over days (Page, "Continuous Inspection Schemes", Biometrika 41, 1954):
///
/// above = max(0, above + z − slack), below = max(0, below − z − slack), z = residual ÷ (mean
/// absolute deviation of residuals + floor), limited to ±`deviationsMax`; told when a sum exceeds
/// the threshold. A sum's last zero is where the drift began. It is over after `calmDays` days in a
/// row within `calmDeviations` on that side, and the sums start from zero.
struct DriftSums: CheckState {
  /// One day counts as so many deviations at most: a day of fault is no slow change.
  static let deviationsMax: Float = 5
  /// Silent until the deviation was learnt from so many days.
  static let warmUpDays: UInt16 = 14
  static let memoryDays: Float = 30
  static let calmDays: UInt8 = 2
  static let calmDeviations: Float = 1.5
  /// After a longer silence nobody knows what happened in between.
  static let gapDaysMax: Int32 = 7
  /// What has been told for so long is usual from then on.
  static let acceptedAfterDays: Int32 = 28
  /// The floor of the deviation, as a share of the usual value, or of the logarithmic scale itself.
  static let floorShare: Float = 0.002
  static let floorLogarithmic: Float = 0.01

  struct Limits {
    var slack: Float
    var threshold: Float
    var direction: Watch.Direction
    var scale: Watch.Scale
  }

  private var deviation: Float = 0
  private var dayCount: UInt16 = 0
  private var above: Float = 0
  private var below: Float = 0
  /// The first day of the run since either sum was last zero.
  private var aboveSince: Int32 = .min
  private var belowSince: Int32 = .min
  private(set) var lastDay: Int32 = .min
  private var openedOn: Int32 = .min
  private var calmCount: UInt8 = 0
  private var isAbove = false
  var isOpen = false

  /// Whether the metric may be degrading, so that its usual is learnt slowly.
  func isSuspected(_ limits: Limits) -> Bool {
    guard max(above, below) > limits.threshold / 2 else { return false }
    return !isOpen || openedOn == .min || lastDay - openedOn < Self.acceptedAfterDays
  }

  /// - Parameter common: what the commune's devices of the kind had alike; 0 where too few are
  ///   known.
  mutating func note(
    _ finished: UsualDay.Finished, common: Float, _ limits: Limits
  ) -> CheckFinding? {
    guard finished.day > lastDay else { return nil }
    if lastDay != .min, finished.day - lastDay > Self.gapDaysMax { (above, below) = (0, 0) }
    lastDay = finished.day
    let residual = finished.residual - common
    guard residual.isFinite, finished.usual.isFinite else { return nil }
    let floor =
      limits.scale == .linear
      ? Self.floorShare * finished.usual.magnitude + .leastNormalMagnitude
      : Self.floorLogarithmic
    let ratio = residual / (deviation + floor)
    let size = min(max(ratio, -Self.deviationsMax), Self.deviationsMax)
    let isWarm = dayCount >= Self.warmUpDays
    learn(residual, floor, limits)
    guard isWarm, size.isFinite else { return nil }
    add(size, limits)
    if isOpen { return judgeEnd(size, finished.day) }
    let isUp = limits.direction != .below && above > limits.threshold
    let isDown = limits.direction != .above && below > limits.threshold
    guard isUp || isDown else { return nil }
    (isOpen, isAbove, openedOn, calmCount) = (true, isUp, finished.day, 0)
    var figures = CheckFigures(since: LocalTime.start(ofDay: Int64(isUp ? aboveSince : belowSince)))
    figures.value = Double(finished.value)
    figures.isAbove = isUp
    figures.usualDeviation = Double(deviation)
    figures.count = Int(finished.day) - Int(isUp ? aboveSince : belowSince) + 1
    // In the metric's own unit the usual is told only where the scale is that unit.
    if limits.scale == .linear { figures.usual = Double(finished.usual) }
    return .began(figures)
  }

  private mutating func learn(_ residual: Float, _ floor: Float, _ limits: Limits) {
    if dayCount < .max { dayCount += 1 }
    let isYoung = dayCount <= Self.warmUpDays
    let share: Float = isSuspected(limits) ? 0.125 : 1
    let gain = share * max(1 / Float(dayCount), 1 / Self.memoryDays)
    let limit = isYoung ? residual.magnitude : 3 * (deviation + floor)
    deviation += gain * (min(residual.magnitude, limit) - deviation)
  }

  private mutating func add(_ size: Float, _ limits: Limits) {
    let most = 2 * limits.threshold
    if above == 0 { aboveSince = lastDay }
    if below == 0 { belowSince = lastDay }
    above = min(max(0, above + size - limits.slack), most)
    below = min(max(0, below - size - limits.slack), most)
  }

  private mutating func judgeEnd(_ size: Float, _ day: Int32) -> CheckFinding? {
    let isCalm = (isAbove ? size : -size) < Self.calmDeviations
    calmCount = isCalm ? calmCount &+ 1 : 0
    guard calmCount >= Self.calmDays else { return nil }
    (isOpen, calmCount, above, below, openedOn) = (false, 0, 0, 0, .min)
    return .ended(at: LocalTime.start(ofDay: Int64(day) + 1))
  }

  mutating func forget(after now: Milliseconds) {
    lastDay = min(lastDay, Int32(truncatingIfNeeded: LocalTime.day(of: now)))
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&deviation)
    visitor.pass(&dayCount)
    visitor.pass(&above)
    visitor.pass(&below)
    visitor.pass(&aboveSince)
    visitor.pass(&belowSince)
    visitor.pass(&lastDay)
    visitor.pass(&openedOn)
    visitor.pass(&calmCount)
    visitor.pass(&isAbove)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    deviation.isFinite && deviation >= 0 && above.isFinite && below.isFinite
      && above >= 0 && below >= 0
      && [aboveSince, belowSince, lastDay, openedOn].allSatisfy(\.isPossibleDay)
  }
}
