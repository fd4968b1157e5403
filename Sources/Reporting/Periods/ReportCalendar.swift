// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How long a period of reporting is.
package enum PeriodLength: String, Sendable, CaseIterable {
  case day, week, month, quarter, year

  /// Later lengths of the list are made of earlier ones, or nearly so.
  var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Where the periods of reporting begin and end, and when a report on them is due.
///
/// Every period of a length has a number, and follows the one before without a gap, so that the
/// period before is the number before. Days are counted from 1970-01-01 local, weeks from the one
/// which holds that day (Monday to Sunday, ISO 8601), months as 12 × year + month − 1, quarters as
/// 4 × year + quarter − 1. Where statistics are cut off within a month, a period has the name of
/// the month, quarter or year in which it ends.
package struct ReportCalendar: Sendable, Hashable {
  package enum Preset: String, Sendable, CaseIterable {
    /// Months, quarters and years of the calendar.
    case calendar
    /// Nghị định 09/2019/NĐ-CP: statistics are cut off on the 14th; December 15th begins a year.
    case nd09
    /// A year that is sealed before its report is due; shorter periods are the calendar's.
    case annual
  }

  /// A day of every year; up to 28, so that every month has it.
  package struct DayOfYear: Sendable, Hashable {
    package var day: Int64
    package var month: Int64

    package init(day: Int64, month: Int64) {
      precondition((1...28).contains(day) && (1...12).contains(month), "not in every year")
      self.day = day
      self.month = month
    }
  }

  /// The day before which the figures of a report have to be final.
  package enum Due: Sendable, Hashable {
    /// So many days after the last day of the period.
    case after(days: Int64)
    /// In the year whose name a year's report carries, whether or not it is over by then.
    case on(DayOfYear)
  }

  package var preset: Preset
  /// The last day of a month of `nd09`: 1…28.
  package var cutoffDay: Int64
  /// The first day of a year of `annual`.
  package var annualStart: DayOfYear
  /// Lengths that nobody reports by a certain day are not in it.
  package var due: [PeriodLength: Due]
  /// How long after its end a day still takes readings: it is sealed then.
  package var lateness: Milliseconds

  package init(
    preset: Preset = .calendar, cutoffDay: Int64 = 14,
    annualStart: DayOfYear = DayOfYear(day: 15, month: 11),
    due: [PeriodLength: Due] = [.year: .on(DayOfYear(day: 1, month: 12))],
    lateness: Milliseconds = 7 * LocalTime.dayLength
  ) {
    precondition((1...28).contains(cutoffDay), "not in every month")
    self.preset = preset
    self.cutoffDay = cutoffDay
    self.annualStart = annualStart
    self.due = due
    self.lateness = lateness
  }

  /// The first day of a period, counted from 1970-01-01 local.
  func firstDay(of length: PeriodLength, number: Int64) -> Int64 {
    switch length {
    case .day: return number
    // 1970-01-01 was a Thursday.
    case .week: return number * 7 - 3
    case .month:
      guard preset == .nd09 else { return Self.day(1, ofMonth: number) }
      return Self.day(cutoffDay, ofMonth: number - 1) + 1
    case .quarter: return firstDay(of: .month, number: number * 3)
    case .year:
      guard preset == .annual else { return firstDay(of: .month, number: number * 12) }
      let isWholeYear = annualStart.day == 1 && annualStart.month == 1
      let first = (isWholeYear ? number : number - 1) * 12 + annualStart.month - 1
      return Self.day(annualStart.day, ofMonth: first)
    }
  }

  /// The number of the period of `length` that holds a day.
  func number(of length: PeriodLength, holding day: Int64) -> Int64 {
    let date = LocalTime.civil(ofDay: day)
    var number =
      switch length {
      case .day: day
      case .week: day / 7
      case .month: date.year * 12 + date.month - 1
      case .quarter: date.year * 4 + (date.month - 1) / 3
      case .year: date.year
      }
    while firstDay(of: length, number: number) > day { number -= 1 }
    while firstDay(of: length, number: number + 1) <= day { number += 1 }
    return number
  }

  func lastDay(of length: PeriodLength, number: Int64) -> Int64 {
    firstDay(of: length, number: number + 1) - 1
  }

  /// The day before which a report on the period has to be final; nil if none is set.
  func dueDay(of length: PeriodLength, number: Int64) -> Int64? {
    switch due[length] {
    case nil: nil
    case .after(let days): lastDay(of: length, number: number) + days
    case .on(let date):
      length == .year ? Self.day(date.day, ofMonth: number * 12 + date.month - 1) : nil
    }
  }

  private static func day(_ day: Int64, ofMonth month: Int64) -> Int64 {
    guard let found = LocalTime.day(year: month / 12, month: month % 12 + 1, day: day) else {
      preconditionFailure("a month of a year before 1900, or a day that not every month has")
    }
    return found
  }
}
