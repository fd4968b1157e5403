// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The spellings of RFC 3339 that devices use, so that a time sent as text is stored as a number.
enum TimeText: Int, CaseIterable {
  case universalMilliseconds = 1
  case universalSeconds
  case localMilliseconds
  case localSeconds

  private static let zone = "+07:00"

  private var isLocal: Bool { self == .localMilliseconds || self == .localSeconds }
  private var isWhole: Bool { self == .universalSeconds || self == .localSeconds }
  /// Years 1970 to 2199, as at ingest; outside, the calendar's arithmetic is not asked.
  private static let instants: ClosedRange<Milliseconds> = 0...7_258_118_400_000

  /// Nil outside the years that we spell.
  func text(_ instant: Milliseconds) -> String? {
    guard Self.instants.contains(instant) else { return nil }
    var text = LocalTime.universal(isLocal ? instant + LocalTime.offset : instant)
    if isWhole { text.removeLast(5) } else { text.removeLast() }
    return text + (isLocal ? Self.zone : "Z")
  }

  /// The instant whose text this is, to the character; nil for every other text.
  func instant(_ text: String) -> Milliseconds? {
    let bytes = Array(text.utf8)
    guard bytes.count == (isWhole ? 19 : 23) + (isLocal ? 6 : 1),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
      let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
      let fraction = isWhole ? 0 : Self.number(bytes[20..<23]),
      let days = LocalTime.day(year: year, month: month, day: day)
    else { return nil }
    let shown = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + fraction
    let instant = isLocal ? shown - LocalTime.offset : shown
    return self.text(instant) == text ? instant : nil
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - 0x30)
    }
    return value
  }
}
