// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension UsageCalculator {
  /// What a figure of a stretch was made of, by the same steps that compute it.
  ///
  /// - Parameter period: at most some days, since readings are looked at anew for each hour.
  package func account(of figure: UsageFigure, in period: Interval) -> UsageAccount {
    guard let series = series(of: figure, in: period) else {
      return UsageAccount(figure: figure, rows: [], isByHour: false)
    }
    let rows =
      switch figure.formula {
      case .total: growth(series, in: period)
      case .mean, .integral, .duration: held(figure, series)
      case .sum, .count: counted(figure, series)
      case .maximum: peak(figure, series)
      }
    guard rows.count > UsageAccount.rowsMax else {
      return UsageAccount(figure: figure, rows: rows, isByHour: false)
    }
    return UsageAccount(figure: figure, rows: hours(figure, in: period), isByHour: true)
  }

  private func told(_ row: Int, _ series: UsageSeries) -> UsageRow.Told {
    UsageRow.Told(at: readings.eventTime[row], value: readings.columns[series.column][row])
  }

  // MARK: Counters

  private func growth(_ series: UsageSeries, in period: Interval) -> [UsageRow] {
    var rows: [UsageRow] = []
    var lastRow: Int?
    forEachIncrement(column: series.column, metric: series.metric) { increment in
      guard increment.reaches(into: period) else { return }
      let source = source(of: increment, series, period)
      let share = increment.share(in: period)
      let end = min(increment.end, period.end)
      if source == .growth, lastRow == increment.before, let last = rows.last,
        last.source == .growth, case .whole(let sum) = last.amount
      {
        rows[rows.count - 1].amount = .whole(sum + share)
        rows[rows.count - 1].interval.end = end
        rows[rows.count - 1].last = told(increment.after, series)
        rows[rows.count - 1].readingCount += 1
      } else {
        rows.append(
          UsageRow(
            source: source,
            interval: Interval(start: max(increment.start, period.start), end: end),
            first: told(increment.before, series), last: told(increment.after, series),
            readingCount: 2, amount: .whole(share)))
      }
      lastRow = increment.after
    }
    return rows
  }

  private func source(
    of increment: Increment, _ series: UsageSeries, _ period: Interval
  ) -> UsageRow.Source {
    switch increment.cause {
    case .boot: return .boot
    case .fall: return .fall
    case .growth: break
    }
    let isInside = increment.start >= period.start && increment.end <= period.end
    if !isInside { return .edge }
    return increment.end - increment.start > series.holdMax ? .silence : .growth
  }

  // MARK: Values that hold

  private func held(_ figure: UsageFigure, _ series: UsageSeries) -> [UsageRow] {
    var rows: [UsageRow] = []
    series.forEachHeld { held in
      if figure.formula != .duration, held.value.double == nil { return }
      let next = held.nextRow.map { told($0, series) }
      if let last = rows.last, last.interval.end == held.start, last.first?.value == held.value {
        rows[rows.count - 1].interval.end = held.end
        rows[rows.count - 1].last = next
        rows[rows.count - 1].readingCount += 1
      } else {
        rows.append(
          UsageRow(
            source: .value, interval: Interval(start: held.start, end: held.end),
            first: told(held.row, series), last: next, readingCount: 1, amount: nil))
      }
    }
    return rows.map { row in
      var row = row
      row.covered = row.interval.duration
      let value = row.first?.value ?? .absent
      switch figure.formula {
      case .duration: row.amount = .whole(value.matches(figure.word) ? Int128(row.covered) : 0)
      case .mean: row.amount = value.double.map { .number($0) }
      default: row.amount = value.double.map { .number($0 * Double(row.covered) / 60_000) }
      }
      return row
    }
  }

  // MARK: Readings that count

  private func counted(_ figure: UsageFigure, _ series: UsageSeries) -> [UsageRow] {
    var rows: [UsageRow] = []
    var nothing: UsageRow?
    series.forEachInPeriod { row, value in
      let told = told(row, series)
      let amount: UsageResult.Amount
      if figure.formula == .count {
        guard figure.word.isEmpty || value == .word(figure.word) else { return }
        amount = .whole(1)
      } else {
        guard let number = value.double else { return }
        amount = Self.exact(value, number)
      }
      if amount.double == 0 {
        var sum = nothing ?? Self.row(.nothing, told, .whole(0), count: 0)
        sum.last = told
        sum.interval.end = told.at
        sum.readingCount += 1
        nothing = sum
      } else {
        rows.append(Self.row(.event, told, amount, count: 1))
      }
    }
    return rows + [nothing].compactMap(\.self)
  }

  private static func exact(_ value: Value, _ number: Double) -> UsageResult.Amount {
    guard let exact = Int128(exactly: number), number.magnitude < UsageSeries.exactMax else {
      return .number(number)
    }
    return .whole(value.whole ?? exact)
  }

  private func peak(_ figure: UsageFigure, _ series: UsageSeries) -> [UsageRow] {
    var best: UsageRow.Told?
    var count = 0
    series.forEachInPeriod { row, value in
      guard let number = value.double else { return }
      count += 1
      if best.map({ number > $0.value.double ?? 0 }) ?? true { best = told(row, series) }
    }
    guard let best, let number = best.value.double else { return [] }
    return [Self.row(.peak, best, .number(number), count: count)]
  }

  private static func row(
    _ source: UsageRow.Source, _ told: UsageRow.Told, _ amount: UsageResult.Amount, count: Int
  ) -> UsageRow {
    UsageRow(
      source: source, interval: Interval(start: told.at, end: told.at), first: told, last: nil,
      readingCount: count, amount: amount)
  }

  // MARK: Hours

  private func hours(_ figure: UsageFigure, in period: Interval) -> [UsageRow] {
    var rows: [UsageRow] = []
    var start = period.start
    while start < period.end {
      let day = LocalTime.start(ofDay: LocalTime.day(of: start))
      let next = day + ((start - day) / LocalTime.hourLength + 1) * LocalTime.hourLength
      let hour = Interval(start: start, end: min(period.end, next))
      if let row = row(figure, ofHour: hour) { rows.append(row) }
      start = hour.end
    }
    return rows
  }

  private func row(_ figure: UsageFigure, ofHour hour: Interval) -> UsageRow? {
    guard let series = series(of: figure, in: hour) else { return nil }
    let result = result(of: figure, in: hour)
    var row = UsageRow(
      source: .hour, interval: hour, readingCount: 0, amount: result.amount,
      covered: result.covered)
    series.forEachInPeriod { index, value in
      if figure.formula == .count, !figure.word.isEmpty, value != .word(figure.word) { return }
      let told = told(index, series)
      row.first = row.first ?? told
      row.last = told
      row.readingCount += 1
    }
    if figure.formula == .total {
      forEachIncrement(column: series.column, metric: series.metric) { increment in
        if increment.cause != .growth, hour.contains(increment.end) { row.resetCount += 1 }
      }
    }
    let isEmpty = row.readingCount == 0 && (row.amount?.double ?? 0) == 0 && row.covered == 0
    return isEmpty ? nil : row
  }
}
