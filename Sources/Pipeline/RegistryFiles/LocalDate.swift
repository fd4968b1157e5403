// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Dates and instants as registry files write them.
package enum LocalDate {
  static let dateAllowed = "yyyy-MM-dd or dd/MM/yyyy"
  static let instantAllowed = "yyyy-MM-dd, dd/MM/yyyy or RFC 3339 (2026-11-21T08:30:00+07:00)"

  /// Local midnight, in UTC; nil if `text` is no date of the calendar.
  package static func midnight(_ text: String) -> Milliseconds? {
    if let day = days(text[...], separator: "-", widths: [4, 2, 2]) {
      return LocalTime.start(ofDay: day)
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let turned = parts.reversed().joined(separator: "-")
    return days(turned[...], separator: "-", widths: [4, 2, 2]).map(LocalTime.start(ofDay:))
  }

  /// A date (its local midnight) or an RFC 3339 date-time.
  package static func instant(_ text: String) -> Milliseconds? {
    if let midnight = midnight(text) { return midnight }
    guard text.utf8.count >= 20, text.utf8.count <= 40 else { return nil }
    let date = text.prefix(10)
    guard let day = days(date, separator: "-", widths: [4, 2, 2]),
      let mark = text.dropFirst(10).first, "Tt ".contains(mark)
    else { return nil }
    var rest = text.dropFirst(11)
    guard let clock = numbers(rest.prefix(8), separator: ":", widths: [2, 2, 2]),
      clock[0] < 24, clock[1] < 60, clock[2] < 60
    else { return nil }
    rest = rest.dropFirst(8)
    var fraction: Int64 = 0
    if rest.first == "." {
      let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty else { return nil }
      fraction = Int64((digits + "000").prefix(3)) ?? 0
      rest = rest.dropFirst(digits.count + 1)
    }
    guard let zone = zone(rest) else { return nil }
    let seconds = day * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2] - zone
    return seconds * 1_000 + fraction
  }

  /// Seconds east of UTC.
  private static func zone(_ text: Substring) -> Int64? {
    if text == "Z" || text == "z" { return 0 }
    guard let sign = text.first, sign == "+" || sign == "-",
      let parts = numbers(text.dropFirst(), separator: ":", widths: [2, 2]),
      parts[0] < 24, parts[1] < 60
    else { return nil }
    return (sign == "-" ? -1 : 1) * (parts[0] * 3_600 + parts[1] * 60)
  }

  private static func numbers(
    _ text: Substring, separator: Character, widths: [Int]
  ) -> [Int64]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == widths,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    return parts.compactMap { Int64($0) }
  }

  /// Days since 1970-01-01, of years 1900…2199.
  private static func days(_ text: Substring, separator: Character, widths: [Int]) -> Int64? {
    guard let parts = numbers(text, separator: separator, widths: widths),
      (1900...2199).contains(parts[0])
    else { return nil }
    return LocalTime.day(year: parts[0], month: parts[1], day: parts[2])
  }
}
