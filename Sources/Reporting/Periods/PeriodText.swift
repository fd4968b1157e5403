// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Periods as people name them on the command line: 2026, 2026-Q4, 2026-11, 2026-W47, 2026-11-21.
enum PeriodText {
  /// What dates of registry files may say, too.
  private static let years: ClosedRange<Int64> = 1_970...2_199

  /// - Returns: nil if the text names no period.
  static func read(
    _ text: String, calendar: ReportCalendar
  ) -> (length: PeriodLength, number: Int64)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 1, text.contains("/") { return slashed(text) }
    guard let first = parts.first, let year = digits(first, width: 4), years ~= year else {
      return nil
    }
    switch parts.count {
    case 1: return (.year, year)
    case 2 where parts[1].first == "Q":
      guard let quarter = digits(parts[1].dropFirst(), width: 1), 1...4 ~= quarter else {
        return nil
      }
      return (.quarter, year * 4 + quarter - 1)
    case 2 where parts[1].first == "W":
      return digits(parts[1].dropFirst(), width: 2).flatMap { week($0, of: year, calendar) }
    case 2:
      guard let month = digits(parts[1], width: 2), 1...12 ~= month else { return nil }
      return (.month, year * 12 + month - 1)
    case 3:
      guard let month = digits(parts[1], width: 2), let day = digits(parts[2], width: 2) else {
        return nil
      }
      return LocalTime.day(year: year, month: month, day: day).map { (.day, $0) }
    default: return nil
    }
  }

  /// 21/11/2026, as dates are written here.
  private static func slashed(_ text: String) -> (length: PeriodLength, number: Int64)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let day = digits(parts[0], width: 2),
      let month = digits(parts[1], width: 2), let year = digits(parts[2], width: 4),
      years ~= year
    else { return nil }
    return LocalTime.day(year: year, month: month, day: day).map { (.day, $0) }
  }

  /// Week 1 holds January 4th; a week is of the year that its Thursday is in (ISO 8601).
  private static func week(
    _ week: Int64, of year: Int64, _ calendar: ReportCalendar
  ) -> (length: PeriodLength, number: Int64)? {
    guard week >= 1, let fourth = LocalTime.day(year: year, month: 1, day: 4) else { return nil }
    let number = calendar.number(of: .week, holding: fourth) + week - 1
    let thursday = calendar.firstDay(of: .week, number: number) + 3
    return LocalTime.civil(ofDay: thursday).year == year ? (.week, number) : nil
  }

  private static func digits(_ text: Substring, width: Int) -> Int64? {
    guard text.utf8.count == width, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return Int64(text)
  }
}
