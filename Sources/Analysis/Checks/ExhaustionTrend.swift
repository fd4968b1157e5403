// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When a metric reaches a limit, by the robust line (``TheilSen``) through its newest bucket
/// means.
///
/// A bucket is a twelfth of the time looked ahead, sixteen are kept, eight are needed: so history
/// is at least two thirds of the future that is told. Nothing is told while the interval of the
/// slope contains zero. A move away from the limit by a quarter of the way (a charge, new paper, a
/// new SIM cycle) starts anew.
struct ExhaustionTrend: CheckState {
  static let bucketCountMax = 16
  static let bucketCountMin = 8
  static let bucketsAhead: Int64 = 12
  static let bucketLengths: ClosedRange<Milliseconds> = 600_000...LocalTime.dayLength
  /// Two readings in a row, so that one wrong value forgets nothing.
  static let awayReadings: UInt8 = 2
  static let awayShare = 0.25
  /// It is over when the limit is so many times further than what is told.
  static let calmTimes = 1.5

  /// What a rule asks for, of one device.
  struct Limits {
    var limit: Double
    var isRising: Bool
    var within: Milliseconds
    /// Of the month on which everything begins anew by itself: the SIM's cycle.
    var cycleDay: Int?
    /// A limit that is reached is told even if no trend was.
    var tellsReached = false

    var bucketLength: Milliseconds {
      let lengths = ExhaustionTrend.bucketLengths
      return min(max(within / ExhaustionTrend.bucketsAhead, lengths.lowerBound), lengths.upperBound)
    }

    /// How far a value is from the limit; below zero beyond it.
    func distance(_ value: Double) -> Double { isRising ? limit - value : value - limit }
  }

  private var judgedAt: Milliseconds = .min
  /// Of the bucket that is being filled; `.min` is none.
  private var bucketEnd: Milliseconds = .min
  private var sum = 0.0
  private var readingCount: UInt16 = 0
  /// Bucket means, newest last, and how many buckets each lies before the newest.
  private var means = InlineArray<16, Float>(repeating: 0)
  private var ages = InlineArray<16, UInt8>(repeating: 0)
  private var meanCount: UInt8 = 0
  private var awayCount: UInt8 = 0
  var isOpen = false

  mutating func note(
    _ value: Double, at time: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    guard time > judgedAt, value.magnitude <= 1e30 else { return nil }
    judgedAt = time
    if movesAway(value, limits) {
      awayCount &+= 1
      guard awayCount >= Self.awayReadings else { return nil }
      restart()
      begin(value, at: time, limits)
      defer { isOpen = false }
      return isOpen ? .ended(at: time) : nil
    }
    awayCount = 0
    if time < bucketEnd, readingCount < .max {
      sum += value
      readingCount += 1
      return nil
    }
    close(at: time, limits)
    begin(value, at: time, limits)
    return judge(value, at: time, limits)
  }

  private mutating func begin(_ value: Double, at time: Milliseconds, _ limits: Limits) {
    bucketEnd = (time / limits.bucketLength + 1) * limits.bucketLength
    (sum, readingCount) = (value, 1)
  }

  private mutating func restart() { (meanCount, readingCount, awayCount) = (0, 0, 0) }

  private func movesAway(_ value: Double, _ limits: Limits) -> Bool {
    guard meanCount > 0 else { return false }
    let newest = limits.distance(Double(means[Int(meanCount) - 1]))
    let away = limits.distance(value) - newest
    // Nearly every reading is answered here.
    guard away > Self.awayShare * abs(newest) else { return false }
    var farthest = 0.0
    for index in 0..<Int(meanCount) {
      farthest = max(farthest, limits.distance(Double(means[index])))
    }
    return away > Self.awayShare * farthest
  }

  /// Keeps the mean of the bucket that is over, and lets what is too old go.
  private mutating func close(at time: Milliseconds, _ limits: Limits) {
    guard bucketEnd != .min, readingCount > 0 else { return }
    let mean = Float(sum / Double(readingCount))
    // The buckets that the one to come lies behind: ages count from the newest mean.
    if meanCount == Self.bucketCountMax {
      for index in 1..<Self.bucketCountMax {
        means[index - 1] = means[index]
        ages[index - 1] = ages[index]
      }
      meanCount -= 1
    }
    means[Int(meanCount)] = mean
    ages[Int(meanCount)] = 0
    meanCount += 1
    // By how many the next bucket's mean will be newer.
    let passed = (time - bucketEnd) / limits.bucketLength + 1
    for index in 0..<Int(meanCount) {
      let age = Int64(ages[index]) + passed
      ages[index] = UInt8(min(age, Int64(UInt8.max)))
    }
    // Twice what is kept without a gap is too long ago to tell a trend.
    while meanCount > 0, Int(ages[0]) > 2 * Self.bucketCountMax {
      for index in 1..<Int(meanCount) {
        means[index - 1] = means[index]
        ages[index - 1] = ages[index]
      }
      meanCount -= 1
    }
  }

  private mutating func judge(
    _ value: Double, at time: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    if limits.tellsReached, !isOpen, limits.distance(value) <= 0 {
      isOpen = true
      var figures = CheckFigures(since: time)
      (figures.value, figures.limit, figures.isAbove) = (value, limits.limit, limits.isRising)
      figures.reachedAt = time
      return .began(figures)
    }
    let forecast = self.forecast(at: time, limits)
    if isOpen {
      // What has been reached stays so until it moves away.
      guard limits.distance(value) > 0 else { return nil }
      let left = forecast.map { Double($0.reachedAt - time) } ?? .infinity
      guard left > Self.calmTimes * Double(limits.within) else { return nil }
      isOpen = false
      return .ended(at: time)
    }
    guard let forecast, forecast.reachedAt - time <= limits.within,
      limits.cycleDay.map({ forecast.reachedAt < SimCycle.end(at: time, day: $0) }) ?? true
    else { return nil }
    isOpen = true
    var figures = CheckFigures(since: time)
    (figures.value, figures.limit, figures.isAbove) = (value, limits.limit, limits.isRising)
    figures.perDay = forecast.perDay
    figures.count = Int(meanCount)
    figures.reachedAt = forecast.reachedAt
    figures.reachedEarliest = forecast.earliest
    figures.reachedLatest = forecast.latest
    return .began(figures)
  }

  struct Forecast: Equatable {
    var perDay: Double
    var reachedAt: Milliseconds
    var earliest: Milliseconds
    var latest: Milliseconds
  }

  /// Nil without a trend towards the limit.
  private func forecast(at time: Milliseconds, _ limits: Limits) -> Forecast? {
    guard Int(meanCount) >= Self.bucketCountMin else { return nil }
    // A mean stands at the middle of its bucket; 0 is the end of the newest that is over.
    let points = (0..<Int(meanCount)).map {
      (x: 0.5 - Double(ages[$0]), y: limits.distance(Double(means[$0])))
    }
    guard let line = TheilSen(points), line.highest < 0 else { return nil }
    let start = bucketEnd - limits.bucketLength
    let scatter = line.medianResidual(points)
    func instant(_ distance: Double, _ slope: Double) -> Milliseconds {
      let buckets = min(max(0, distance) / -slope, 1e6)
      return max(time, start + Milliseconds(buckets * Double(limits.bucketLength)))
    }
    let towards = limits.isRising ? 1.0 : -1.0
    let bucketsADay = Double(LocalTime.dayLength) / Double(limits.bucketLength)
    return Forecast(
      perDay: -line.slope * towards * bucketsADay,
      reachedAt: instant(line.intercept, line.slope),
      earliest: instant(line.intercept - scatter, line.lowest),
      latest: instant(line.intercept + scatter, line.highest))
  }

  mutating func forget(after now: Milliseconds) { judgedAt = min(judgedAt, now) }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&judgedAt)
    visitor.pass(&bucketEnd)
    visitor.pass(&sum)
    visitor.pass(&readingCount)
    for index in 0..<Self.bucketCountMax {
      visitor.pass(&means[index])
      visitor.pass(&ages[index])
    }
    visitor.pass(&meanCount)
    visitor.pass(&awayCount)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    judgedAt.isPossibleInstant && bucketEnd.isPossibleInstant
      && sum.isFinite && Int(meanCount) <= Self.bucketCountMax
      && (0..<Self.bucketCountMax).allSatisfy { means[$0].isFinite }
  }

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }
}
