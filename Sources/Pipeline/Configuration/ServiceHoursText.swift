// SPDX-License-Identifier: Apache-2.0

/// Weekdays and times of day as profiles write them: `mon-fri,sun` and `05:00`.
enum ServiceHoursText {
  static let weekdaysAllowed = "mon, tue, wed, thu, fri, sat, sun, ranges (mon-fri) and commas"
  static let minuteAllowed = "HH:MM between 00:00 and 24:00"

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
}
