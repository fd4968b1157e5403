// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One metric of one device over one period, for every formula but counters.
///
/// A value holds from its reading until the next one that carries the metric, at most `holdMax`;
/// the last value before the period reaches into it.
struct UsageSeries {
  let readings: DeviceReadings
  /// By event time, each reading once.
  let rows: [Int]
  let column: Int
  let metric: Metric?
  let holdMax: Milliseconds
  let period: Interval

  /// Larger magnitudes are summed as numbers: nothing there is exact, and nothing may overflow.
  static let exactMax = 1e20

  func mean(_ figure: UsageFigure) -> UsageResult {
    let (weighted, covered) = weighted()
    return UsageResult(
      figure: figure, amount: covered > 0 ? .number(weighted / Double(covered)) : nil,
      covered: covered)
  }

  /// In unit-minutes.
  func integral(_ figure: UsageFigure) -> UsageResult {
    let (weighted, covered) = weighted()
    return UsageResult(
      figure: figure, amount: covered > 0 ? .number(weighted / 60_000) : nil, covered: covered)
  }

  /// Milliseconds in which the flag was true, or the state was the figure's word.
  func duration(_ figure: UsageFigure) -> UsageResult {
    var total: Milliseconds = 0
    var covered: Milliseconds = 0
    forEachHeld { value, length in
      covered += length
      if value.matches(figure.word) { total += length }
    }
    return UsageResult(
      figure: figure, amount: covered > 0 ? .whole(Int128(total)) : nil, covered: covered)
  }

  func maximum(_ figure: UsageFigure) -> UsageResult {
    var best: (value: Double, at: Milliseconds)?
    forEachInPeriod { value, time in
      guard let number = value.double else { return }
      if best.map({ number > $0.value }) ?? true { best = (number, time) }
    }
    return UsageResult(figure: figure, amount: best.map { .number($0.value) }, at: best?.at)
  }

  func sum(_ figure: UsageFigure) -> UsageResult {
    var whole: Int128 = 0
    var number = 0.0
    var isWhole = true
    var isEmpty = true
    forEachInPeriod { value, _ in
      guard let double = value.double else { return }
      isEmpty = false
      number += double
      if let exact = Int128(exactly: double), double.magnitude < Self.exactMax {
        whole += value.whole ?? exact
      } else {
        isWhole = false
      }
    }
    let amount: UsageResult.Amount? =
      isEmpty ? nil : isWhole ? .whole(whole) : .number(number)
    return UsageResult(figure: figure, amount: amount)
  }

  func count(_ figure: UsageFigure) -> UsageResult {
    var count = 0
    forEachInPeriod { value, _ in
      if figure.word.isEmpty || value == .word(figure.word) { count += 1 }
    }
    return UsageResult(figure: figure, amount: .whole(Int128(count)))
  }

  private func weighted() -> (sum: Double, covered: Milliseconds) {
    var sum = 0.0
    var covered: Milliseconds = 0
    forEachHeld { value, length in
      guard let number = value.double else { return }
      sum += number * Double(length)
      covered += length
    }
    return (sum, covered)
  }

  /// Calls with every value and how long it held inside the period (more than 0).
  private func forEachHeld(_ body: (Value, Milliseconds) -> Void) {
    var held: (value: Value, since: Milliseconds)?
    func close(at end: Milliseconds) {
      guard let held else { return }
      let from = max(held.since, period.start)
      let to = min(end, held.since + holdMax, period.end)
      if from < to { body(held.value, to - from) }
    }
    for row in rows {
      let value = readings.columns[column][row]
      guard value.isWithin(metric) else { continue }
      let time = readings.eventTime[row]
      close(at: time)
      held = (value, time)
      if time >= period.end { return }
    }
    close(at: .max)
  }

  private func forEachInPeriod(_ body: (Value, Milliseconds) -> Void) {
    for row in rows {
      let time = readings.eventTime[row]
      guard period.contains(time) else { continue }
      let value = readings.columns[column][row]
      if value.isWithin(metric) { body(value, time) }
    }
  }
}

extension Value {
  /// Present, finite and inside the metric's range.
  func isWithin(_ metric: Metric?) -> Bool {
    switch self {
    case .absent: return false
    case .word: return true
    case .flag, .integer, .unsigned, .number:
      guard let double, double.isFinite else { return false }
      if let lowest = metric?.lowest, double < lowest { return false }
      if let highest = metric?.highest, double > highest { return false }
      return true
    }
  }

  /// The value as a counter: a whole number from 0 to 2^64; fractions are rounded.
  var whole: Int128? {
    switch self {
    case .integer(let value): value >= 0 ? Int128(value) : nil
    case .unsigned(let value): Int128(value)
    case .number(let value):
      value >= 0 && value <= 18_446_744_073_709_551_616 ? Int128(value.rounded()) : nil
    case .flag, .absent, .word: nil
    }
  }

  fileprivate func matches(_ word: String) -> Bool {
    if word.isEmpty { return double.map { $0 != 0 } ?? false }
    return self == .word(word)
  }
}
