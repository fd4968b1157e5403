// SPDX-License-Identifier: Apache-2.0

/// What a metric's hourly means usually are: a mean for each local hour, of working days and of
/// days off.
///
/// The two kinds of day are one as long as they do not differ by more than chance explains, so that
/// a metric that knows no weekend is known after three days; an office's clients, who stay away on
/// Sundays, get two courses. The gain of a mean is max(1/n, 1/most) of its n-th day.
struct UsualHours: CheckState {
  /// Older days are forgotten at that pace.
  static let workingDaysMax: UInt8 = 14
  static let daysOffMax: UInt8 = 6
  /// Over the hours known of both: mean square of their differences in what chance makes of them.
  /// It is 1 by chance alone; the mean of 24 hours exceeds 2 hardly ever.
  static let separateFrom: Float = 2

  private var working = InlineArray<24, Float>(repeating: 0)
  private var off = InlineArray<24, Float>(repeating: 0)
  private var workingDays = InlineArray<24, UInt8>(repeating: 0)
  private var daysOff = InlineArray<24, UInt8>(repeating: 0)

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }

  struct Usual: Equatable {
    var mean: Float
    /// From how many days like this one it was learnt.
    var days: UInt8
    /// False before the first day of either kind; what days unlike this one tell is better than
    /// nothing, but nothing to judge by.
    var isKnown = true
  }

  /// Of days of that kind alone.
  func own(_ hour: Int, isOff: Bool) -> Usual {
    let (mean, days) = isOff ? (off[hour], daysOff[hour]) : (working[hour], workingDays[hour])
    return Usual(mean: mean, days: days, isKnown: days > 0)
  }

  /// - Parameter variance: of an hourly mean around its usual.
  func usual(_ hour: Int, isOff: Bool, variance: Float) -> Usual {
    let own = own(hour, isOff: isOff)
    let both = workingDays[hour] + daysOff[hour]
    guard both > own.days else { return own }
    let isSeparate = isSeparate(variance: variance)
    if isSeparate, own.days > 0 { return own }
    let (weight, weightOff) = (Float(workingDays[hour]), Float(daysOff[hour]))
    let mean = (weight * working[hour] + weightOff * off[hour]) / (weight + weightOff)
    return Usual(mean: mean, days: isSeparate ? 0 : both)
  }

  private func isSeparate(variance: Float) -> Bool {
    var (sum, count) = (Float(0), Float(0))
    for hour in 0..<24 where workingDays[hour] > 0 && daysOff[hour] > 0 {
      let difference = off[hour] - working[hour]
      sum +=
        difference * difference
        / (1 / Float(workingDays[hour]) + 1 / Float(daysOff[hour]))
      count += 1
    }
    return count == 0 || sum > Self.separateFrom * variance * count
  }

  /// Mean over the hours that are known, of working days where there were any.
  var level: Float {
    var (sum, count) = (Float(0), Float(0))
    for hour in 0..<24 where workingDays[hour] > 0 || daysOff[hour] > 0 {
      sum += workingDays[hour] > 0 ? working[hour] : off[hour]
      count += 1
    }
    return count > 0 ? sum / count : 0
  }

  /// - Parameters:
  ///   - share: of the usual gain.
  ///   - stepMax: the farthest that one hour may seem to be from its usual.
  mutating func learn(
    _ mean: Float, _ hour: Int, isOff: Bool, share: Float, stepMax: Float
  ) {
    let own = own(hour, isOff: isOff)
    let most = isOff ? Self.daysOffMax : Self.workingDaysMax
    let gain = max(1 / Float(own.days + 1), 1 / Float(most)) * share
    let step = min(max(mean - own.mean, -stepMax), stepMax)
    let learnt = own.days == 0 ? mean : own.mean + gain * step
    let days = min(own.days + 1, most)
    if isOff {
      (off[hour], daysOff[hour]) = (learnt, days)
    } else {
      (working[hour], workingDays[hour]) = (learnt, days)
    }
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    for hour in 0..<24 {
      visitor.pass(&working[hour])
      visitor.pass(&off[hour])
      visitor.pass(&workingDays[hour])
      visitor.pass(&daysOff[hour])
    }
  }

  var isPossible: Bool {
    (0..<24).allSatisfy {
      working[$0].magnitude <= HourMean.magnitudeMax && off[$0].magnitude <= HourMean.magnitudeMax
        && workingDays[$0] <= Self.workingDaysMax && daysOff[$0] <= Self.daysOffMax
    }
  }
}
