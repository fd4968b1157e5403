// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Weekdays and times of day as profiles write them: `mon-fri,sun`, `05:00`, `05:00-22:00`.
enum ServiceHoursText {
  static let weekdaysAllowed = "mon, tue, wed, thu, fri, sat, sun, ranges (mon-fri) and commas"
  static let minuteAllowed = "HH:MM between 00:00 and 24:00"

  static let everyDayAllowed = "always, HH:MM-HH:MM for every day, or a list of {days, from, to}"

  private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// Bit 0 is Monday; nil if a part is no day, a range runs backwards or a day stands twice.
  static func weekdays(_ text: String) -> UInt8? {
    var days: UInt8 = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
        .map { names.firstIndex(of: String($0.filter { $0 != " " })) }
      guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last
      else { return nil }
      for day in first...last {
        guard days & (1 << UInt8(day)) == 0 else { return nil }
        days |= 1 << UInt8(day)
      }
    }
    return days
  }

  /// Minutes since local midnight.
  static func minute(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
      hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 60 + minute
  }

  /// The hours of every day; none at all mean always. Nil if it is neither.
  static func everyDay(_ text: String) -> [ServiceHours]? {
    if text == "always" { return [] }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let start = minute(String(ends[0])), let end = minute(String(ends[1])),
      start < end
    else { return nil }
    return [ServiceHours(weekdays: 0b111_1111, startMinute: start, endMinute: end)]
  }
}
