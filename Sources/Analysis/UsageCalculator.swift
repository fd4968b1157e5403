// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One figure of use of one device over one period, before the figure's divisor.
package struct UsageResult: Hashable, Sendable {
  package var figure: UsageFigure
  /// Nil when no reading tells: not the same as 0.
  package var amount: Amount?
  /// When the maximum was reached (the first time).
  package var at: Milliseconds?
  /// Time that readings cover, for figures weighted by time.
  package var covered: Milliseconds

  package enum Amount: Hashable, Sendable {
    /// Totals, durations (milliseconds) and counts are exact.
    case whole(Int128)
    case number(Double)

    package var double: Double {
      switch self {
      case .whole(let value): Double(value)
      case .number(let value): value
      }
    }
  }

  package init(
    figure: UsageFigure, amount: Amount?, at: Milliseconds? = nil, covered: Milliseconds = 0
  ) {
    self.figure = figure
    self.amount = amount
    self.at = at
    self.covered = covered
  }

  /// The value people read, in the figure's unit.
  package var shown: Double? { amount.map { $0.double / figure.divisor } }
}

/// Computes the figures of use of one device from its readings, whatever order they came in.
package struct UsageCalculator: Sendable {
  /// A boot instant that moves later by more than this is another boot (clocks wander).
  package static let bootShiftMax: Milliseconds = 10_000

  let profile: Profile
  let readings: DeviceReadings
  let rows: [Int]
  /// For each of `rows`: how many boots were seen before it, and the newest boot instant.
  private let boots: [(generation: Int, instant: Milliseconds?)]

  package init(readings: DeviceReadings, profile: Profile) {
    self.profile = profile
    self.readings = readings
    rows = readings.distinctRows()
    boots = Self.boots(of: readings, rows: rows)
  }

  /// The metrics that the profile's figures need.
  package static func metricNames(for profile: Profile) -> [String] {
    var names: [String] = []
    for figure in profile.usage where !names.contains(figure.metric) { names.append(figure.metric) }
    return names
  }

  /// How many distinct readings there are in the period.
  package func readingCount(in period: Interval) -> Int {
    rows.count { period.contains(readings.eventTime[$0]) }
  }

  /// How many times the device was seen to have booted anew within the period.
  package func rebootCount(in period: Interval) -> Int {
    var count = 0
    for position in rows.indices.dropFirst()
    where boots[position].generation > boots[position - 1].generation {
      if period.contains(readings.eventTime[rows[position]]) { count += 1 }
    }
    return count
  }

  /// Every figure of the profile, in its order.
  package func figures(in period: Interval) -> [UsageResult] {
    profile.usage.map { result(of: $0, in: period) }
  }

  /// One figure of the profile.
  package func result(of figure: UsageFigure, in period: Interval) -> UsageResult {
    guard let series = series(of: figure, in: period) else {
      return UsageResult(figure: figure, amount: nil)
    }
    return switch figure.formula {
    case .total: total(of: figure, column: series.column, metric: series.metric, in: period)
    case .mean: series.mean(figure)
    case .maximum: series.maximum(figure)
    case .integral: series.integral(figure)
    case .duration: series.duration(figure)
    case .sum: series.sum(figure)
    case .count: series.count(figure)
    }
  }

  /// Nil if no reading can carry the figure's metric.
  func series(of figure: UsageFigure, in period: Interval) -> UsageSeries? {
    guard let column = readings.metricNames.firstIndex(of: figure.metric) else { return nil }
    return UsageSeries(
      readings: readings, rows: rows, column: column,
      metric: profile.metrics.first { $0.name == figure.metric },
      holdMax: profile.offlineAfter, period: period)
  }

  /// What a counter grew by from one reading to the next that carries it.
  struct Increment {
    enum Cause { case growth, boot, fall }
    /// Rows of the readings on both sides.
    var before: Int
    var after: Int
    var amount: Int128
    /// It is spread evenly over this time.
    var start: Milliseconds
    var end: Milliseconds
    var cause: Cause

    /// The part that falls before an instant, rounded down.
    func share(before edge: Milliseconds) -> Int128 {
      if edge > end { return amount }
      if edge <= start { return 0 }
      return amount * Int128(edge - start) / Int128(end - start)
    }

    func share(in period: Interval) -> Int128 {
      share(before: period.end) - share(before: period.start)
    }

    func reaches(into period: Interval) -> Bool { end >= period.start && start < period.end }
  }

  /// Calls with every increment of a counter, in order of time.
  func forEachIncrement(column: Int, metric: Metric?, _ body: (Increment) -> Void) {
    var previous: (value: Int128, row: Int, generation: Int)?
    for (position, row) in rows.enumerated() {
      let value = readings.columns[column][row]
      guard let whole = value.whole, value.isWithin(metric) else { continue }
      let time = readings.eventTime[row]
      let boot = boots[position]
      defer { previous = (whole, row, boot.generation) }
      guard let before = previous else { continue }
      var increment = Increment(
        before: before.row, after: row, amount: whole - before.value,
        start: readings.eventTime[before.row], end: time, cause: .growth)
      let isNewBoot = boot.generation > before.generation
      if isNewBoot || increment.amount < 0 {
        increment.cause = isNewBoot ? .boot : .fall
        increment.amount = whole
        if isNewBoot, let instant = boot.instant {
          increment.start = min(time, max(increment.start, instant))
        }
      }
      body(increment)
    }
  }

  /// Sum of the counter's increments, each spread evenly over the time it covers; the share before
  /// an edge is rounded down, so that the totals of adjacent periods add up exactly.
  private func total(
    of figure: UsageFigure, column: Int, metric: Metric?, in period: Interval
  ) -> UsageResult {
    var sum: Int128 = 0
    var hasIncrement = false
    forEachIncrement(column: column, metric: metric) { increment in
      guard increment.reaches(into: period) else { return }
      hasIncrement = true
      sum += increment.share(in: period)
    }
    return UsageResult(figure: figure, amount: hasIncrement ? .whole(sum) : nil)
  }

  private static func boots(
    of readings: DeviceReadings, rows: [Int]
  ) -> [(generation: Int, instant: Milliseconds?)] {
    var result: [(generation: Int, instant: Milliseconds?)] = []
    result.reserveCapacity(rows.count)
    var current: (generation: Int, instant: Milliseconds?) = (0, nil)
    var last: (time: Milliseconds, up: Double)?
    for row in rows {
      let up = readings.upSeconds[row]
      if up >= 0, up <= DeviceHistory.upSecondsMax {
        let time = readings.eventTime[row]
        let instant = time - Milliseconds((up * 1000).rounded())
        if let known = current.instant, let last, instant - known > bootShiftMax,
          // Who has been running since before the last reading has not booted since: it is the
          // clock that was corrected by more than before, as after a long silence.
          up < last.up || instant > last.time - bootShiftMax
        {
          current.generation += 1
        }
        current.instant = instant
        last = (time, up)
      }
      result.append(current)
    }
    return result
  }
}
