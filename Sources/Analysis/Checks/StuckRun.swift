// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a metric is stuck: a run of one and the same value, longer than `times` the longest run
/// that this device's metric has had.
///
/// The longest run halves every fortnight, so that one quiet night does not blind the check for
/// ever; a run that was told teaches half of its length, so that a quiet that comes again is told
/// once. What has always been constant never ended a run, and never alarms. Over a silence longer
/// than the allowance nobody knows whether the value stayed: the run begins anew.
struct StuckRun: CheckState {
  /// Silent until so much time has passed, and so many runs have ended.
  static let warmUpLength: Milliseconds = 3 * LocalTime.dayLength
  static let endedCountMin: UInt8 = 20
  /// A run of fewer readings is no run.
  static let readingCountMin: UInt16 = 5
  /// 2^(−1/14): half after a fortnight.
  static let keptADay = 0.951_695_159_685_106_8

  /// What a rule asks for.
  struct Limits {
    var times: Double
    var atLeast: Milliseconds
    /// The longest silence over which a run goes on.
    var gap: Milliseconds
  }

  private var firstAt: Milliseconds = .min
  private var judgedAt: Milliseconds = .min
  private var runStart: Milliseconds = .min
  private var bits: UInt64 = 0
  /// In milliseconds, as it was at `longestAt`.
  private var longest: Float = 0
  private var longestDay: Int32 = 0
  private var readingCount: UInt16 = 0
  private var endedCount: UInt8 = 0
  var isOpen = false

  mutating func note(
    _ value: Double, at time: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    guard time > judgedAt, !value.isNaN else { return nil }
    // Zero has two signs and one meaning.
    let newBits = (value == 0 ? 0.0 : value).bitPattern
    defer { judgedAt = time }
    guard judgedAt != .min else {
      firstAt = time
      begin(newBits, at: time)
      return nil
    }
    if newBits != bits { return end(newBits, at: time, limits) }
    guard time - judgedAt <= limits.gap else {
      if !isOpen { begin(newBits, at: time) }
      return nil
    }
    if readingCount < .max { readingCount += 1 }
    let length = time - runStart
    guard !isOpen, length >= limits.atLeast, readingCount >= Self.readingCountMin,
      endedCount >= Self.endedCountMin, time - firstAt >= Self.warmUpLength
    else { return nil }
    let usual = usualLongest(at: time)
    guard Double(length) > limits.times * usual else { return nil }
    isOpen = true
    var figures = CheckFigures(since: runStart)
    figures.value = value
    figures.usual = usual / 1_000
    figures.count = Int(readingCount)
    figures.length = length
    return .began(figures)
  }

  private mutating func begin(_ newBits: UInt64, at time: Milliseconds) {
    (bits, runStart, readingCount) = (newBits, time, 1)
  }

  private mutating func end(
    _ newBits: UInt64, at time: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    let length = Double(judgedAt - runStart)
    longest = Float(max(usualLongest(at: time), isOpen ? length / 2 : length))
    longestDay = Int32(truncatingIfNeeded: LocalTime.day(of: time))
    if endedCount < .max { endedCount += 1 }
    begin(newBits, at: time)
    defer { isOpen = false }
    return isOpen ? .ended(at: time) : nil
  }

  /// The longest run so far, in milliseconds, by the days that have passed since.
  private func usualLongest(at time: Milliseconds) -> Double {
    var left = Double(longest)
    let days = LocalTime.day(of: time) - Int64(longestDay)
    // Behind 700 halvings nothing is left.
    for _ in 0..<max(0, min(days, 10_000)) where left > 0 { left *= Self.keptADay }
    return left
  }

  /// Our time was wrong: nothing can have been judged later than now.
  mutating func forget(after now: Milliseconds) {
    judgedAt = min(judgedAt, now)
    runStart = min(runStart, now)
    firstAt = min(firstAt, now)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&firstAt)
    visitor.pass(&judgedAt)
    visitor.pass(&runStart)
    visitor.pass(&bits)
    visitor.pass(&longest)
    visitor.pass(&longestDay)
    visitor.pass(&readingCount)
    visitor.pass(&endedCount)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    [firstAt, judgedAt, runStart].allSatisfy(\.isPossibleInstant) && longestDay.isPossibleDay
      && (judgedAt == .min) == (runStart == .min) && (judgedAt == .min) == (firstAt == .min)
      && longest.isFinite && longest >= 0
  }
}
