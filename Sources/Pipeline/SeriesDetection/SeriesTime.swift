// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Instants as series write them: RFC 3339, the same without a zone or with a space, the order of
/// days that people in Viet Nam write (21/11/2026 8:05), and numbers since 1970, whose unit their
/// size tells.
struct SeriesTime {
  static let allowed =
    "RFC 3339 (2026-11-21T08:30:00+07:00), yyyy-MM-dd HH:mm:ss, dd/MM/yyyy HH:mm, "
    + "or seconds, ms, µs or ns since 1970"
  /// No series is older or newer; what lies outside is no time.
  static let years = Int64(1900)...2199
  private static let earliest: Milliseconds = -2_208_988_800_000
  private static let latest: Milliseconds = 7_258_118_400_000

  /// East of UTC, of instants that name none.
  var zone: Milliseconds

  /// Nil if it is no instant of these forms.
  func instant(_ text: [UInt8]) -> Milliseconds? {
    guard let found = civil(text) ?? Self.number(text), found >= Self.earliest, found < Self.latest
    else { return nil }
    return found
  }

  /// Seconds reach to the year 5138, milliseconds back to 1973: each size means one unit.
  private static func number(_ text: [UInt8]) -> Milliseconds? {
    guard text.count <= 32, text.allSatisfy({ $0.isDigit || $0 == .point || $0 == .minus }),
      text.contains(where: \.isDigit),
      let number = Double(String(decoding: text, as: UTF8.self))
    else { return nil }
    let milliseconds =
      switch number.magnitude {
      case ..<1e11: number * 1e3
      case ..<1e14: number
      case ..<1e17: number / 1e3
      default: number / 1e6
      }
    guard milliseconds.magnitude < 1e16 else { return nil }
    return Milliseconds(milliseconds.rounded(.down))
  }

  private func civil(_ text: [UInt8]) -> Milliseconds? {
    var scanner = Scanner(rest: text[...])
    guard let day = scanner.day() else { return nil }
    let midnight = day * LocalTime.dayLength
    guard !scanner.rest.isEmpty else { return midnight - zone }
    guard scanner.skipsMark(), let clock = scanner.clock() else { return nil }
    let zone = scanner.rest.isEmpty ? zone : scanner.zone()
    guard let zone, scanner.rest.isEmpty else { return nil }
    return midnight + clock - zone
  }

  /// An offset from UTC as `--zone` says it: `+07:00`, `-0330`, `+7`, `Z`.
  static func zone(_ text: String) -> Milliseconds? {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard let zone = scanner.zone(), scanner.rest.isEmpty else { return nil }
    return zone
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    /// Days since 1970-01-01: 2026-11-21, 2026/11/21, 21/11/2026, 21-11-2026.
    mutating func day() -> Int64? {
      guard let first = digits(1...4), let mark = rest.first, mark == .minus || mark == .slash,
        skips(mark), let second = digits(1...2), skips(mark), let third = digits(1...4)
      else { return nil }
      let isYearFirst = first.count == 4
      guard isYearFirst ? third.count <= 2 : first.count <= 2 && third.count == 4 else {
        return nil
      }
      let (year, day) = isYearFirst ? (first.value, third.value) : (third.value, first.value)
      guard years.contains(year) else { return nil }
      return LocalTime.day(year: year, month: second.value, day: day)
    }

    mutating func skipsMark() -> Bool {
      if skips(UInt8(ascii: "T")) || skips(UInt8(ascii: "t")) { return true }
      guard skips(.space) else { return false }
      while skips(.space) {}
      return true
    }

    /// H:mm, with seconds, their fraction, and the half of the day (SA, CH, AM, PM).
    mutating func clock() -> Milliseconds? {
      guard let hour = digits(1...2), skips(.colon), let minute = digits(2...2),
        minute.value < 60
      else { return nil }
      var length = minute.value * LocalTime.minuteLength
      if skips(.colon) {
        // A leap second is the first of the next minute.
        guard let second = digits(2...2), second.value <= 60, let fraction = fraction() else {
          return nil
        }
        length += second.value * 1_000 + fraction
      }
      guard let hours = hours(hour.value) else { return nil }
      return length + hours * LocalTime.hourLength
    }

    private mutating func fraction() -> Milliseconds? {
      guard skips(.point) || skips(.comma) else { return 0 }
      guard let digits = digits(1...12) else { return nil }
      var value = digits.value
      for _ in 0..<max(0, digits.count - 3) { value /= 10 }
      for _ in 0..<max(0, 3 - digits.count) { value *= 10 }
      return value
    }

    private mutating func hours(_ hour: Int64) -> Int64? {
      let before = rest
      while skips(.space) {}
      let word = rest.prefix(2).map { $0 & 0xDF }
      let isMorning = word == Array("AM".utf8) || word == Array("SA".utf8)
      let isEvening = word == Array("PM".utf8) || word == Array("CH".utf8)
      guard isMorning || isEvening else {
        rest = before
        return hour < 24 ? hour : nil
      }
      rest.removeFirst(2)
      guard (1...12).contains(hour) else { return nil }
      return hour % 12 + (isEvening ? 12 : 0)
    }

    /// Milliseconds east of UTC.
    mutating func zone() -> Milliseconds? {
      while skips(.space) {}
      if skips(UInt8(ascii: "Z")) || skips(UInt8(ascii: "z")) { return 0 }
      let isWest = rest.first == .minus
      guard skips(.minus) || skips(UInt8(ascii: "+")), let hours = digits(1...4) else { return nil }
      var (hour, minute) = (hours.value, Int64(0))
      if hours.count > 2 {
        (hour, minute) = (hours.value / 100, hours.value % 100)
      } else if skips(.colon) {
        guard let minutes = digits(2...2) else { return nil }
        minute = minutes.value
      }
      guard hour <= 14, minute < 60 else { return nil }
      let length = hour * LocalTime.hourLength + minute * LocalTime.minuteLength
      return isWest ? -length : length
    }

    private mutating func skips(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest.removeFirst()
      return true
    }

    /// As many digits as follow; nil if these are more or fewer than asked for.
    private mutating func digits(_ counts: ClosedRange<Int>) -> (value: Int64, count: Int)? {
      let digits = rest.prefix { $0.isDigit }
      guard counts.contains(digits.count) else { return nil }
      rest.removeFirst(digits.count)
      return (digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }, digits.count)
    }
  }
}

extension UInt8 {
  static let space = UInt8(ascii: " ")
  static let minus = UInt8(ascii: "-")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let point = UInt8(ascii: ".")
}
