// SPDX-License-Identifier: Apache-2.0

/// How far a metric's hourly means usually lie from what is usual at that hour: mean absolute
/// deviation over all hours and over each sixth of the day (four people on a network at night
/// scatter more, in logarithms, than forty by day), and how alike an hour and the next are.
struct HourlyScatter: CheckState {
  static let hoursMax: UInt16 = 14 * 24
  static let partHoursMax: UInt8 = 14 * 4
  static let pairsMax: UInt16 = 400
  /// A sixth is believed beside the whole day as if the day had so many hours.
  static let partPrior: Float = 30
  /// Deviations of faults would hide faults; from so many hours on they count as so much.
  static let clippedFrom: UInt16 = 48
  static let clip: Float = 4
  /// √(π/2): a normal variable's standard deviation in mean absolute deviations.
  static let normal: Float = 1.2533
  /// What consecutive hours are taken to have in common until so many were seen.
  static let priorInflation: Float = 1.3
  static let priorPairs: Float = 100
  static let inflationMax: Float = 4
  private static let none = Float.infinity

  private var overall: Float = 0
  private(set) var hourCount: UInt16 = 0
  private var parts = InlineArray<6, Float>(repeating: 0)
  private var partCounts = InlineArray<6, UInt8>(repeating: 0)
  private var correlation: Float = 0
  private var pairCount: UInt16 = 0
  /// The hour before in standard deviations, for the next.
  private var before: Float = HourlyScatter.none

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }

  /// Of an hourly mean at any time of day.
  func variance(floor: Float) -> Float { Self.variance(overall, floor) }

  func variance(hour: Int, floor: Float) -> Float {
    Self.variance(deviation(ofPart: hour / 4), floor)
  }

  /// The harmonic mean over the day: what a shift is worth on average.
  func typicalVariance(floor: Float) -> Float {
    var sum: Float = 0
    for part in 0..<6 { sum += 1 / Self.variance(deviation(ofPart: part), floor) }
    return 6 / sum
  }

  /// The factor by which the variance of a sum over hours exceeds that of independent ones:
  /// (1 + ρ) ÷ (1 − ρ) of a first-order autoregression.
  var inflation: Float {
    let ratio = (1 + correlation) / (1 - min(correlation, 0.8))
    let own = min(max(ratio, 1), Self.inflationMax)
    let pairs = Float(pairCount)
    return (Self.priorInflation * Self.priorPairs + own * pairs) / (Self.priorPairs + pairs)
  }

  private func deviation(ofPart part: Int) -> Float {
    let count = Float(partCounts[part])
    return (Self.partPrior * overall + parts[part] * count) / (Self.partPrior + count)
  }

  private static func variance(_ deviation: Float, _ floor: Float) -> Float {
    let standard = normal * deviation
    return standard * standard + floor * floor
  }

  /// - Parameter deviation: from the usual of days of that kind, as if that were known exactly.
  mutating func learn(_ deviation: Float, hour: Int, floor: Float, share: Float) {
    let most = hourCount >= Self.clippedFrom ? Self.clip * (overall + floor) : .infinity
    let size = min(deviation.magnitude, most)
    overall += max(1 / Float(hourCount + 1), 1 / Float(Self.hoursMax)) * share * (size - overall)
    hourCount = min(hourCount + 1, Self.hoursMax)
    let part = hour / 4
    let count = partCounts[part]
    let gain = max(1 / Float(count + 1), 1 / Float(Self.partHoursMax))
    parts[part] += gain * share * (size - parts[part])
    partCounts[part] = min(count + 1, Self.partHoursMax)
  }

  /// - Parameters:
  ///   - size: the hour's residual in standard deviations; nil if nobody knows it.
  ///   - isNext: to the hour before.
  mutating func pair(_ size: Float?, isNext: Bool, isLearning: Bool) {
    guard let size else {
      before = Self.none
      return
    }
    let clipped = min(max(size, -3), 3)
    if isNext, isLearning, before != Self.none {
      let gain = max(1 / Float(pairCount + 1), 1 / Float(Self.pairsMax))
      correlation += gain * (clipped * before - correlation)
      pairCount = min(pairCount + 1, Self.pairsMax)
    }
    before = clipped
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&overall)
    visitor.pass(&hourCount)
    for part in 0..<6 {
      visitor.pass(&parts[part])
      visitor.pass(&partCounts[part])
    }
    visitor.pass(&correlation)
    visitor.pass(&pairCount)
    visitor.pass(&before)
  }

  var isPossible: Bool {
    func isDeviation(_ number: Float) -> Bool { (0...4 * HourMean.magnitudeMax).contains(number) }
    return isDeviation(overall) && hourCount <= Self.hoursMax
      && (0..<6).allSatisfy { isDeviation(parts[$0]) && partCounts[$0] <= Self.partHoursMax }
      && correlation.magnitude <= 9 && pairCount <= Self.pairsMax
      && (before == Self.none || before.magnitude <= 3)
  }
}
