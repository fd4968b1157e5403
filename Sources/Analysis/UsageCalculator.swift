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

  private let profile: Profile
  private let readings: DeviceReadings
  private let rows: [Int]
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
    profile.usage.map { figure in
      guard let column = readings.metricNames.firstIndex(of: figure.metric) else {
        return UsageResult(figure: figure, amount: nil)
      }
      let metric = profile.metrics.first { $0.name == figure.metric }
      let series = UsageSeries(
        readings: readings, rows: rows, column: column, metric: metric,
        holdMax: profile.offlineAfter, period: period)
      return switch figure.formula {
      case .total: total(of: figure, column: column, metric: metric, in: period)
      case .mean: series.mean(figure)
      case .maximum: series.maximum(figure)
      case .integral: series.integral(figure)
      case .duration: series.duration(figure)
      case .sum: series.sum(figure)
      case .count: series.count(figure)
      }
    }
  }

  /// Sum of the counter's increments, each spread evenly over the time it covers; the share before
  /// an edge is rounded down, so that the totals of adjacent periods add up exactly.
  private func total(
    of figure: UsageFigure, column: Int, metric: Metric?, in period: Interval
  ) -> UsageResult {
    var sum: Int128 = 0
    var hasIncrement = false
    var previous: (value: Int128, time: Milliseconds, generation: Int)?
    for (position, row) in rows.enumerated() {
      let value = readings.columns[column][row]
      guard let whole = value.whole, value.isWithin(metric) else { continue }
      let time = readings.eventTime[row]
      let boot = boots[position]
      defer { previous = (whole, time, boot.generation) }
      guard let before = previous else { continue }
      var increment = whole - before.value
      var start = before.time
      let isNewBoot = boot.generation > before.generation
      if isNewBoot || increment < 0 {
        increment = whole
        if isNewBoot, let instant = boot.instant { start = min(time, max(start, instant)) }
      }
      guard time >= period.start, start < period.end else { continue }
      hasIncrement = true
      sum += Self.share(of: increment, from: start, to: time, before: period.end)
        - Self.share(of: increment, from: start, to: time, before: period.start)
    }
    return UsageResult(figure: figure, amount: hasIncrement ? .whole(sum) : nil)
  }

  private static func share(
    of increment: Int128, from start: Milliseconds, to end: Milliseconds,
    before edge: Milliseconds
  ) -> Int128 {
    if edge > end { return increment }
    if edge <= start { return 0 }
    return increment * Int128(edge - start) / Int128(end - start)
  }

  private static func boots(
    of readings: DeviceReadings, rows: [Int]
  ) -> [(generation: Int, instant: Milliseconds?)] {
    var result: [(generation: Int, instant: Milliseconds?)] = []
    result.reserveCapacity(rows.count)
    var current: (generation: Int, instant: Milliseconds?) = (0, nil)
    for row in rows {
      let up = readings.upSeconds[row]
      if up >= 0, up <= DeviceHistory.upSecondsMax {
        let instant = readings.eventTime[row] - Milliseconds((up * 1000).rounded())
        if let known = current.instant, instant - known > bootShiftMax { current.generation += 1 }
        current.instant = instant
      }
      result.append(current)
    }
    return result
  }
}
