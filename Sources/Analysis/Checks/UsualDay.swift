// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a metric's hourly means usually are, by local hour of day, and how far the day that runs
/// lies from that so far.
///
/// The gain is max(1/n, 1/`memoryDays`) of the hour's n-th day, an eighth of it while the metric is
/// already suspected to degrade: what is slow must not become usual meanwhile.
struct UsualDay: CheckState {
  static let memoryDays = 28.0
  static let suspectedShare = 0.125
  /// An hour is believed from so many days on, a day with so many such hours.
  static let hourDaysMin: UInt8 = 3
  static let hoursMin: UInt8 = 6
  /// Larger values are no measurement; sums of them would leave 32 bits.
  static let magnitudeMax = 1e30

  /// Hourly means on the metric's scale, and how many days they were learnt from.
  private var usual = InlineArray<24, Float>(repeating: 0)
  private var learntDays = InlineArray<24, UInt8>(repeating: 0)
  /// End of the hour that is being filled; `.min` is none.
  private(set) var hourEnd: Milliseconds = .min
  private var sum = 0.0
  private var readingCount: Int32 = 0
  /// Of the day that runs: sums over its hours.
  private(set) var day: Int32 = .min
  private var hourCount: UInt8 = 0
  private var residualSum: Float = 0
  /// In the metric's own unit, as people know it.
  private var valueSum: Float = 0
  private var usualSum: Float = 0

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }

  /// A day that is over.
  struct Finished: Equatable {
    var day: Int32
    /// Mean over its hours of hourly mean − usual, on the metric's scale.
    var residual: Float
    var value: Float
    /// Mean of the usual hourly means of the same hours, on the metric's scale.
    var usual: Float
  }

  /// Whether a reading at `time` belongs to the hour that is being filled.
  func isInHour(_ time: Milliseconds) -> Bool {
    time < hourEnd && time >= hourEnd - LocalTime.hourLength
  }

  /// Adds a reading of the hour that is being filled.
  mutating func add(_ value: Double) {
    guard readingCount < .max else { return }
    sum += value
    readingCount += 1
  }

  /// The first reading of a later hour. Closes what is over.
  ///
  /// - Returns: the day before, if it is over and had enough hours.
  mutating func begin(
    _ value: Double, at time: Milliseconds, scale: Watch.Scale, isSuspected: Bool
  ) -> Finished? {
    closeHour(scale: scale, isSuspected: isSuspected)
    let newDay = Int32(truncatingIfNeeded: LocalTime.day(of: time))
    let finished = newDay == day ? nil : closeDay()
    day = newDay
    let hour = (time + LocalTime.offset) / LocalTime.hourLength
    hourEnd = (hour + 1) * LocalTime.hourLength - LocalTime.offset
    (sum, readingCount) = (value, 1)
    return finished
  }

  /// The day `through` is over, whether or not a reading has come since.
  mutating func finish(
    through last: Int32, scale: Watch.Scale, isSuspected: Bool
  ) -> Finished? {
    guard day != .min, day <= last else { return nil }
    closeHour(scale: scale, isSuspected: isSuspected)
    hourEnd = .min
    defer { day = .min }
    return closeDay()
  }

  private mutating func closeHour(scale: Watch.Scale, isSuspected: Bool) {
    guard readingCount > 0, hourEnd != .min else { return }
    let mean = sum / Double(readingCount)
    let scaled = Float(scale == .linear ? mean : Logarithm.symmetric(mean))
    (sum, readingCount) = (0, 0)
    let hour = LocalTime.hour(of: hourEnd - LocalTime.hourLength)
    let days = learntDays[hour]
    if days >= Self.hourDaysMin {
      hourCount &+= 1
      residualSum += scaled - usual[hour]
      valueSum += Float(mean)
      usualSum += usual[hour]
    }
    if days < .max { learntDays[hour] += 1 }
    let share = isSuspected && days >= Self.hourDaysMin ? Self.suspectedShare : 1
    let gain = Float(share * max(1 / Double(Int(days) + 1), 1 / Self.memoryDays))
    usual[hour] += gain * (scaled - usual[hour])
  }

  private mutating func closeDay() -> Finished? {
    defer { (hourCount, residualSum, valueSum, usualSum) = (0, 0, 0, 0) }
    guard day != .min, hourCount >= Self.hoursMin else { return nil }
    let hours = Float(hourCount)
    return Finished(
      day: day, residual: residualSum / hours, value: valueSum / hours, usual: usualSum / hours)
  }

  mutating func forget(after now: Milliseconds) {
    guard hourEnd > now + LocalTime.hourLength else { return }
    (hourEnd, sum, readingCount, day) = (.min, 0, 0, .min)
    (hourCount, residualSum, valueSum, usualSum) = (0, 0, 0, 0)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    for hour in 0..<24 {
      visitor.pass(&usual[hour])
      visitor.pass(&learntDays[hour])
    }
    visitor.pass(&hourEnd)
    visitor.pass(&sum)
    visitor.pass(&readingCount)
    visitor.pass(&day)
    visitor.pass(&hourCount)
    visitor.pass(&residualSum)
    visitor.pass(&valueSum)
    visitor.pass(&usualSum)
  }

  var isPossible: Bool {
    (0..<24).allSatisfy { usual[$0].isFinite } && sum.isFinite && residualSum.isFinite
      && valueSum.isFinite && usualSum.isFinite && readingCount >= 0
      && hourEnd.isPossibleInstant && day.isPossibleDay
  }
}
