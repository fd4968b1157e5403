// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// Vietnam's clock: UTC+7, the year round.
let localOffset: Milliseconds = 25_200_000
let dayLength: Milliseconds = 86_400_000

/// The number of the local day that holds the instant.
func localDay(of instant: Milliseconds) -> Int64 {
  floorDivide(instant + localOffset, dayLength)
}

/// Local milliseconds since midnight.
func localTime(of instant: Milliseconds) -> Milliseconds {
  instant + localOffset - localDay(of: instant) * dayLength
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient - 1 : quotient
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`).
func civil(fromDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
  let shifted = day + 719_468
  let era = floorDivide(shifted, 146_097)
  let dayOfEra = shifted - era * 146_097
  let yearOfEra =
    (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

extension [UInt8] {
  mutating func appendDecimal(_ value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDecimal(value.magnitude)
  }

  mutating func appendDecimal(_ value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  mutating func appendPadded(_ value: Int64, digits: Int) {
    var divisor: Int64 = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// RFC 3339 in UTC, with milliseconds.
  mutating func appendTimestamp(_ instant: Milliseconds) {
    let days = floorDivide(instant, dayLength)
    let time = instant - days * dayLength
    let date = civil(fromDay: days)
    appendPadded(date.year, digits: 4)
    append(UInt8(ascii: "-"))
    appendPadded(date.month, digits: 2)
    append(UInt8(ascii: "-"))
    appendPadded(date.day, digits: 2)
    append(UInt8(ascii: "T"))
    appendPadded(time / 3_600_000, digits: 2)
    append(UInt8(ascii: ":"))
    appendPadded(time / 60_000 % 60, digits: 2)
    append(UInt8(ascii: ":"))
    appendPadded(time / 1_000 % 60, digits: 2)
    append(UInt8(ascii: "."))
    appendPadded(time % 1_000, digits: 3)
    append(UInt8(ascii: "Z"))
  }
}
