// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a metric moves away from its usual and stays away, slowly or at once: what its hours
/// usually are (``UsualHours``), how far they scatter (``HourlyScatter``), the newest hour that is
/// over, and the sums over hours (``ShiftSums``).
///
/// An hour is judged when all of its commune's readings are in, against what the commune's devices
/// had alike in it: weather and grid are nobody's fault.
struct DegradationWatch: CheckState {
  /// An hour is judged by so many days before it, and by so many hours' scatter.
  static let daysMin: UInt8 = 3
  static let scatterHoursMin: UInt16 = 12
  /// One hour counts as so many deviations at most: an hour of fault is no lasting change.
  static let sizeMax: Float = 3
  /// A mean of n days is off by itself, at one hour of day after the other: variance × (1 + 2/n).
  static let learningPrice: Float = 2
  /// What the commune has alike no two devices have exactly alike: as much of it is uncertain.
  static let commonUncertainty: Float = 0.2
  /// And as much of it is learnt, so that a device that stands alone one day knows its usual.
  static let commonLearnt: Float = 0.125
  /// What may be a fault is learnt so slowly, from that share of the threshold on.
  static let suspectedFrom: Float = 0.5
  static let suspectedShare: Float = 0.125
  /// One hour teaches no more than so many deviations.
  static let stepDeviationsMax: Float = 3
  /// How far from the usual the last hours were: an exponential mean. A change begins with `began`
  /// and is over below `calm` deviations.
  static let recentGain: Float = 1 / 6
  static let recentBegan: Float = 2
  static let recentCalm: Float = 0.8
  /// After a longer silence nobody knows what happened in between.
  static let gapHoursMax: Int32 = 7 * 24
  /// What has been told for so long is usual from then on.
  static let acceptedAfterHours: Int32 = 28 * 24
  /// The least standard deviation: as a share of the usual value, or of the logarithmic scale.
  static let floorShare: Float = 0.0005
  static let floorLeast: Float = 1e-9
  static let floorLogarithmic: Float = 0.01

  struct Limits {
    var threshold: Float
    var direction: Watch.Direction
    var scale: Watch.Scale
  }

  /// An hour that is over.
  struct Pending: Equatable {
    var hour: Int32 = .min
    var isOff = false
    var mean: Float = 0
    var usual = UsualHours.Usual(mean: 0, days: 0, isKnown: false)

    var residual: Float { usual.isKnown ? mean - usual.mean : mean }
    var hourOfDay: Int { ((Int(hour) % 24) + 24) % 24 }
  }

  private(set) var running = HourMean()
  private(set) var pending = Pending()
  private(set) var usual = UsualHours()
  private(set) var scatter = HourlyScatter()
  private(set) var sums = ShiftSums()
  private var judgedAt: Milliseconds = .min
  private(set) var judgedHour: Int32 = .min
  private var openedIn: Int32 = .min
  /// Of the last hours: in standard deviations, and on the metric's scale.
  private var recentSize: Float = 0
  private var recentResidual: Float = 0
  private var isAbove = false
  var isOpen = false

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }

  /// Of an hour that is not judged yet.
  var isWaiting: Bool { pending.hour > judgedHour }

  mutating func note(
    _ value: Double, at time: Milliseconds, isHoliday: Bool, _ limits: Limits
  ) {
    guard time > judgedAt, value.magnitude <= Double(HourMean.magnitudeMax) else { return }
    judgedAt = time
    if running.contains(time) { return running.add(value) }
    // Its hour was judged without it.
    guard HourMean.hour(of: time) > max(judgedHour, pending.hour) else { return }
    close(limits)
    running.begin(value, at: time, isHoliday: isHoliday)
  }

  /// All readings of the hours up to `last` are in.
  mutating func finish(through last: Int32, _ limits: Limits) {
    if running.hour <= last { close(limits) }
  }

  private mutating func close(_ limits: Limits) {
    let (hour, isOff) = (running.hour, running.isOff)
    guard let mean = running.close(limits.scale) else { return }
    pending = Pending(hour: hour, isOff: isOff, mean: mean)
    pending.usual = usual.usual(
      pending.hourOfDay, isOff: isOff, variance: scatter.variance(floor: floor(limits)))
  }

  private func floor(_ limits: Limits) -> Float {
    guard limits.scale == .linear else { return Self.floorLogarithmic }
    return max(Self.floorShare * pending.mean.magnitude, Self.floorLeast)
  }

  // MARK: Judging

  /// - Parameter common: what the commune's devices of the kind had alike; 0 where too few are
  ///   known.
  mutating func judge(common: Float, _ limits: Limits) -> CheckFinding? {
    guard isWaiting else { return nil }
    let isNext = pending.hour == judgedHour &+ 1
    if judgedHour != .min, pending.hour - judgedHour > Self.gapHoursMax {
      sums.clear()
      (recentSize, recentResidual) = (0, 0)
    }
    judgedHour = pending.hour
    let floor = floor(limits)
    let variance = scatter.variance(hour: pending.hourOfDay, floor: floor)
    let residual = pending.residual - common
    let isJudged =
      pending.usual.days >= Self.daysMin && scatter.hourCount >= Self.scatterHoursMin
    var finding: CheckFinding?
    if isJudged { finding = add(residual, common, variance, floor, limits) }
    learn(common, variance, floor, isJudged: isJudged, isNext: isNext, limits)
    return finding
  }

  private mutating func add(
    _ residual: Float, _ common: Float, _ variance: Float, _ floor: Float, _ limits: Limits
  ) -> CheckFinding? {
    let uncertain = Self.commonUncertainty * common
    let inflation = scatter.inflation
    let price = 1 + Self.learningPrice / Float(pending.usual.days)
    let whole = variance * inflation * price + uncertain * uncertain
    let ratio = residual / whole.squareRoot()
    let size = min(max(ratio, -Self.sizeMax), Self.sizeMax)
    let typical = scatter.typicalVariance(floor: floor) * inflation
    let weight = (typical / whole).squareRoot()
    guard size.isFinite, weight.isFinite else { return nil }
    sums.add(
      size, weight: weight, hour: pending.hour, limits.direction, most: 2 * limits.threshold)
    recentSize += Self.recentGain * (size - recentSize)
    recentResidual += Self.recentGain * (residual - recentResidual)
    if isOpen { return judgeEnd() }
    let largest = sums.largest(limits.direction)
    guard largest.size > limits.threshold else { return nil }
    (isOpen, isAbove, openedIn) = (true, largest.isAbove, pending.hour)
    recentSize = largest.isAbove ? Self.recentBegan : -Self.recentBegan
    return .began(figures(largest.since, largest.isAbove, limits))
  }

  private mutating func judgeEnd() -> CheckFinding? {
    guard (isAbove ? recentSize : -recentSize) < Self.recentCalm else { return nil }
    (isOpen, openedIn, recentSize, recentResidual) = (false, .min, 0, 0)
    sums.clear()
    return .ended(at: HourMean.start(ofHour: pending.hour + 1))
  }

  /// An exponential mean that began at zero when the change did has seen 1 − (1 − gain)ⁿ of it.
  private func figures(_ since: Int32, _ isAbove: Bool, _ limits: Limits) -> CheckFigures {
    var figures = CheckFigures(since: HourMean.start(ofHour: since))
    let hours = Int(pending.hour - since) + 1
    var left: Float = 1
    for _ in 0..<min(hours, 100) { left *= 1 - Self.recentGain }
    let level = Double(usual.level)
    let now = level + Double(recentResidual / (1 - left))
    if limits.scale == .linear {
      (figures.usual, figures.value) = (level, now)
      figures.usualDeviation = Double(scatter.variance(floor: 0).squareRoot())
    } else {
      (figures.usual, figures.value) = (Logarithm.unscaled(level), Logarithm.unscaled(now))
    }
    figures.isAbove = isAbove
    figures.length = Milliseconds(hours) * LocalTime.hourLength
    return figures
  }

  // MARK: Learning

  private func isSuspected(_ limits: Limits) -> Bool {
    if isOpen {
      return openedIn == .min || judgedHour - openedIn < Self.acceptedAfterHours
    }
    return sums.largest(limits.direction).size > Self.suspectedFrom * limits.threshold
  }

  private mutating func learn(
    _ common: Float, _ variance: Float, _ floor: Float, isJudged: Bool, isNext: Bool,
    _ limits: Limits
  ) {
    let isSuspected = isSuspected(limits)
    let share = isSuspected ? Self.suspectedShare : 1
    let (hour, isOff) = (pending.hourOfDay, pending.isOff)
    let own = usual.own(hour, isOff: isOff)
    var size: Float?
    if own.isKnown {
      let deviation = pending.mean - common - own.mean
      scatter.learn(
        deviation / (1 + 1 / Float(own.days)).squareRoot(), hour: hour, floor: floor,
        share: share)
      if scatter.hourCount >= Self.scatterHoursMin, variance > 0 {
        let ratio = (pending.residual - common) / variance.squareRoot()
        size = ratio.isFinite ? ratio : nil
      }
    }
    scatter.pair(size, isNext: isNext, isLearning: !isSuspected)
    usual.learn(
      pending.mean - common * (1 - Self.commonLearnt), hour, isOff: isOff, share: share,
      stepMax: isJudged ? Self.stepDeviationsMax * variance.squareRoot() : .infinity)
  }

  // MARK: State

  mutating func forget(after now: Milliseconds) {
    judgedAt = min(judgedAt, now)
    judgedHour = min(judgedHour, HourMean.hour(of: now))
    running.forget(after: now)
    if pending.hour > HourMean.hour(of: now) { pending.hour = .min }
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    running.visit(&visitor)
    usual.visit(&visitor)
    scatter.visit(&visitor)
    sums.visit(&visitor)
    visitor.pass(&pending.hour)
    visitor.pass(&pending.isOff)
    visitor.pass(&pending.mean)
    visitor.pass(&pending.usual.mean)
    visitor.pass(&pending.usual.days)
    visitor.pass(&pending.usual.isKnown)
    visitor.pass(&judgedAt)
    visitor.pass(&judgedHour)
    visitor.pass(&openedIn)
    visitor.pass(&recentSize)
    visitor.pass(&recentResidual)
    visitor.pass(&isAbove)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    running.isPossible && usual.isPossible && scatter.isPossible && sums.isPossible
      && pending.hour.isPossibleDay && pending.mean.magnitude <= 2 * HourMean.magnitudeMax
      && pending.usual.mean.magnitude <= HourMean.magnitudeMax
      && judgedAt.isPossibleInstant && judgedHour.isPossibleDay && openedIn.isPossibleDay
      && recentSize.magnitude <= Self.sizeMax && recentResidual.isFinite
  }
}
