// SPDX-License-Identifier: Apache-2.0

/// What a number of a column is compared with before it is coded.
enum Base: UInt8, CaseIterable {
  /// All are the same.
  case constant = 0
  /// Zero: gauges that jump about within a narrow range.
  case zero
  /// The one before.
  case previous
  /// The one before and the difference before that.
  case slope
  /// Time on a clock of another unit or start: seconds since boot, or the event time as sent.
  case clock
  /// An earlier column of the same row.
  case column
  /// The one before, less what an earlier column grew meanwhile.
  case pace
  /// The next instant on a grid: reports at a period, each with a delay of its own.
  case grid
  /// The number of different ones before: positions of words that do not come again.
  case fresh
}

/// How one sequence of numbers is written: chosen by the encoder, read by the decoder.
struct SequenceForm: Hashable {
  var base = Base.constant
  /// The number itself if all are the same, else where the base starts.
  var start: UInt64 = 0
  /// The first difference of a slope, the period of a grid.
  var step: UInt64 = 0
  /// Which earlier column `Base.column` and `Base.pace` mean.
  var column = 0
  /// Index into `ClockUnit.all`.
  var unit = 0
  var alphabet = Alphabet.interval(lowest: 0, span: 1)
  var context = Context.none
  /// Index into `Adaptation.presets`.
  var adaptation = 0

  /// What the expectation of a residual depends on.
  enum Context: Hashable {
    case none
    /// The residual before.
    case own
    /// The row's number in an earlier column.
    case column(Int)
    /// How far that number is from the one of the row before.
    case step(Int)
  }
}

/// How many units of a clock pass in a millisecond, as a fraction.
struct ClockUnit {
  let numerator: Int64
  let denominator: Int64

  static let all = [
    ClockUnit(numerator: 1, denominator: 1), ClockUnit(numerator: 1, denominator: 1_000),
    ClockUnit(numerator: 1, denominator: 60_000), ClockUnit(numerator: 1, denominator: 3_600_000),
    ClockUnit(numerator: 1_000, denominator: 1), ClockUnit(numerator: 1_000_000, denominator: 1),
  ]

  /// Rounds down, so that a clock that shows whole seconds is met exactly.
  @inline(__always)
  func reading(after elapsed: Int64) -> Int64 {
    let scaled = elapsed &* numerator
    if denominator == 1 { return scaled }
    let quotient = scaled / denominator
    return scaled < 0 && quotient &* denominator != scaled ? quotient &- 1 : quotient
  }
}

/// Says what the next number of a sequence should be.
///
/// The instant at which a clock showed zero is known as an interval: each number narrows it, so
/// that after a few readings seconds since boot follow from the event time alone. A number that
/// leaves the interval (a reboot, a clock set) starts a new one.
struct Predictor {
  private let form: SequenceForm
  private let unit: ClockUnit
  private var last: UInt64
  private var difference: UInt64
  private var zeroMin: Int64 = .min
  private var zeroMax: Int64 = .min
  private var otherBefore: UInt64 = 0
  private var isFirst = true

  init(_ form: SequenceForm) {
    self.form = form
    unit = ClockUnit.all[form.unit]
    last = form.start
    difference = form.step
  }

  /// - Parameters:
  ///   - time: the row's event time.
  ///   - other: the row's number in the form's column.
  @inline(__always)
  func prediction(time: UInt64, other: UInt64) -> UInt64 {
    switch form.base {
    case .constant: form.start
    case .zero: 0
    case .previous: last
    case .slope: isFirst ? last : last &+ difference
    case .clock: clockReading(at: Int64(bitPattern: time))
    case .column: other
    case .pace: isFirst ? last : last &- (other &- otherBefore)
    case .grid: isFirst ? form.start : nextOnGrid
    case .fresh: last
    }
  }

  @inline(__always)
  mutating func update(_ number: UInt64, time: UInt64, other: UInt64) {
    switch form.base {
    case .constant, .zero, .column: return
    case .previous, .grid: last = number
    case .pace:
      last = number
      otherBefore = other
    case .slope:
      if !isFirst { difference = number &- last }
      last = number
    case .clock: narrow(number, at: Int64(bitPattern: time))
    case .fresh: if number == last { last &+= 1 }
    }
    isFirst = false
  }

  @inline(__always)
  private var nextOnGrid: UInt64 {
    let elapsed = Int64(bitPattern: last &- form.start)
    let period = Int64(bitPattern: form.step)
    guard period > 0 else { return last }
    return form.start &+ UInt64(bitPattern: (elapsed / period &+ 1) &* period)
  }

  @inline(__always)
  private func clockReading(at time: Int64) -> UInt64 {
    if isFirst {
      return form.start &+ UInt64(bitPattern: unit.reading(after: time))
    }
    let zero = zeroMin &+ (zeroMax &- zeroMin) / 2
    return UInt64(bitPattern: unit.reading(after: time &- zero))
  }

  @inline(__always)
  private mutating func narrow(_ number: UInt64, at time: Int64) {
    // number = ⌊(time − zero) × numerator ÷ denominator⌋, so zero lies within a denominator.
    let shown = Int64(bitPattern: number) &* unit.denominator
    let upper = time &- (unit.numerator == 1 ? shown : shown / unit.numerator)
    let lower = upper &- (unit.denominator &- 1)
    let (least, most) = (max(zeroMin, lower), min(zeroMax, upper))
    if isFirst || least > most {
      (zeroMin, zeroMax) = (lower, upper)
    } else {
      (zeroMin, zeroMax) = (least, most)
    }
  }
}
