// SPDX-License-Identifier: Apache-2.0
import Telemetry

let dayLength = LocalTime.dayLength

/// The number of the local day that holds the instant.
func localDay(of instant: Milliseconds) -> Int64 { LocalTime.day(of: instant) }

/// Local milliseconds since midnight.
func localTime(of instant: Milliseconds) -> Milliseconds {
  instant - LocalTime.start(ofDay: LocalTime.day(of: instant))
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
    // The day in UTC is the local day of the instant at which local clocks show the same.
    let day = LocalTime.day(of: instant - LocalTime.offset)
    let time = instant - day * dayLength
    let date = LocalTime.civil(ofDay: day)
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
