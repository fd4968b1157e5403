// SPDX-License-Identifier: Apache-2.0

/// Local civil time in Viet Nam: UTC+7 all year round since 1975, so no time zone data is needed.
package enum LocalTime {
  package static let offset: Milliseconds = 7 * 3_600_000
  package static let dayLength: Milliseconds = 86_400_000
  package static let hourLength: Milliseconds = 3_600_000
  package static let minuteLength: Milliseconds = 60_000

  /// Whole local days since 1970-01-01 local.
  package static func day(of instant: Milliseconds) -> Int64 {
    floorDivided(instant + offset, by: dayLength)
  }

  /// The UTC instant at which a local day begins.
  package static func start(ofDay day: Int64) -> Milliseconds { day * dayLength - offset }

  /// 0 is Monday; 1970-01-01 was a Thursday.
  package static func weekday(ofDay day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }

  /// Whole local hours since 1970-01-01 local.
  package static func hourNumber(of instant: Milliseconds) -> Int64 {
    floorDivided(instant + offset, by: hourLength)
  }

  /// 0…23.
  package static func hour(of instant: Milliseconds) -> Int {
    Int((instant - start(ofDay: day(of: instant))) / hourLength)
  }

  /// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible
  /// Low-Level Date Algorithms", `civil_from_days`).
  package static func civil(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = floorDivided(shifted, by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// The day, counted from 1970-01-01, that the calendar calls so (Howard Hinnant,
  /// `days_from_civil`); nil if it has no such day. Years from 1900 on.
  package static func day(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard year >= 1_900, (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length: Int64 =
      switch month {
      case 2: isLeap ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    guard day <= length else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// dd/MM/yyyy HH:mm:ss
  package static func text(_ instant: Milliseconds) -> String {
    let day = day(of: instant)
    return "\(date(ofDay: day)) \(clock(instant - start(ofDay: day)))"
  }

  /// dd/MM/yyyy of a day counted from 1970-01-01.
  package static func date(ofDay day: Int64) -> String {
    let date = civil(ofDay: day)
    return [padded(date.day, 2), padded(date.month, 2), padded(date.year, 4)]
      .joined(separator: "/")
  }

  /// yyyy-MM-dd (ISO 8601) of a day counted from 1970-01-01.
  package static func isoDate(ofDay day: Int64) -> String {
    let date = civil(ofDay: day)
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  /// RFC 3339 in UTC with milliseconds: 2026-11-21T05:00:00.000Z
  package static func universal(_ instant: Milliseconds) -> String {
    let day = floorDivided(instant, by: dayLength)
    let time = instant - day * dayLength
    return "\(isoDate(ofDay: day))T\(clock(time)).\(padded(time % 1_000, 3))Z"
  }

  private static func clock(_ time: Milliseconds) -> String {
    [time / hourLength, time / minuteLength % 60, time / 1_000 % 60].map { padded($0, 2) }
      .joined(separator: ":")
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
