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
    forEachHeld { held in
      covered += held.length
      if held.value.matches(figure.word) { total += held.length }
    }
    return UsageResult(
      figure: figure, amount: covered > 0 ? .whole(Int128(total)) : nil, covered: covered)
  }

  func maximum(_ figure: UsageFigure) -> UsageResult {
    var best: (value: Double, at: Milliseconds)?
    forEachInPeriod { row, value in
      let time = readings.eventTime[row]
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
    forEachInPeriod { _, value in
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
    forEachInPeriod { _, value in
      if figure.word.isEmpty || value == .word(figure.word) { count += 1 }
    }
    return UsageResult(figure: figure, amount: .whole(Int128(count)))
  }

  private func weighted() -> (sum: Double, covered: Milliseconds) {
    var sum = 0.0
    var covered: Milliseconds = 0
    forEachHeld { held in
      guard let number = held.value.double else { return }
      sum += number * Double(held.length)
      covered += held.length
    }
    return (sum, covered)
  }

  /// A value and the part of the period in which it held.
  struct Held {
    var value: Value
    /// The row of the reading that told it, and of the one that ended it if one did.
    var row: Int
    var nextRow: Int?
    var start: Milliseconds
    var end: Milliseconds
    var length: Milliseconds { end - start }
  }

  /// Calls with every value and when it held inside the period (more than 0).
  func forEachHeld(_ body: (Held) -> Void) {
    var held: (value: Value, row: Int)?
    func close(at end: Milliseconds, _ nextRow: Int?) {
      guard let held else { return }
      let since = readings.eventTime[held.row]
      let from = max(since, period.start)
      let to = min(end, since + holdMax, period.end)
      guard from < to else { return }
      body(Held(value: held.value, row: held.row, nextRow: nextRow, start: from, end: to))
    }
    for row in rows {
      let value = readings.columns[column][row]
      guard value.isWithin(metric) else { continue }
      let time = readings.eventTime[row]
      close(at: time, row)
      held = (value, row)
      if time >= period.end { return }
    }
    close(at: .max, nil)
  }

  /// Calls with the row and the value of every reading of the period that carries the metric.
  func forEachInPeriod(_ body: (Int, Value) -> Void) {
    for row in rows {
      guard period.contains(readings.eventTime[row]) else { continue }
      let value = readings.columns[column][row]
      if value.isWithin(metric) { body(row, value) }
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

  func matches(_ word: String) -> Bool {
    if word.isEmpty { return double.map { $0 != 0 } ?? false }
    return self == .word(word)
  }
}
