// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Reads the `ts` field in every form devices send: RFC 3339, or an epoch in s, ms, µs or ns.
package enum SentTime {
  /// Years 1970 to 2199: beyond them a number is not a time but a mistake.
  static let earliest: Milliseconds = 0
  static let latest: Milliseconds = 7_258_118_400_000

  /// An epoch whose unit follows from its magnitude; nil outside ``earliest``…``latest``.
  package static func milliseconds(epoch value: Double) -> Milliseconds? {
    guard value.isFinite, value >= 0 else { return nil }
    let scaled =
      switch value {
      case ..<1e11: value * 1e3
      case ..<1e14: value
      case ..<1e17: value / 1e3
      default: value / 1e6
      }
    guard scaled <= Double(latest) else { return nil }
    return Milliseconds(scaled.rounded())
  }

  /// The same for whole numbers, exactly.
  package static func milliseconds(epoch value: Int64) -> Milliseconds? {
    guard value >= 0 else { return nil }
    let scaled =
      switch value {
      case ..<100_000_000_000: value * 1_000
      case ..<100_000_000_000_000: value
      case ..<100_000_000_000_000_000: value / 1_000
      default: value / 1_000_000
      }
    return scaled <= latest ? scaled : nil
  }

  /// RFC 3339, or a number written as text. nil if it is neither.
  package static func milliseconds(text: UnsafeRawBufferPointer) -> Milliseconds? {
    if let instant = unsafe rfc3339(text) { return instant }
    let string = unsafe String(decoding: text, as: UTF8.self)
    if let whole = Int64(string) { return milliseconds(epoch: whole) }
    guard !string.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) else { return nil }
    return Double(string).flatMap(milliseconds(epoch:))
  }

  /// `2026-11-21T05:00:00[.fraction](Z|±hh:mm)`, section 5.6 of RFC 3339. A space for `T` is legal.
  private static func rfc3339(_ text: UnsafeRawBufferPointer) -> Milliseconds? {
    guard text.count >= 20, unsafe text[4] == 0x2D, unsafe text[7] == 0x2D,
      unsafe [0x54, 0x74, 0x20].contains(text[10]), unsafe text[13] == 0x3A,
      unsafe text[16] == 0x3A,
      let year = unsafe number(text, 0, 4), let month = unsafe number(text, 5, 2),
      let day = unsafe number(text, 8, 2), let hour = unsafe number(text, 11, 2),
      let minute = unsafe number(text, 14, 2), let second = unsafe number(text, 17, 2),
      (1970...2199).contains(year), hour < 24, minute < 60, second <= 60,
      let days = LocalTime.day(year: Int64(year), month: Int64(month), day: Int64(day))
    else { return nil }
    guard var (milliseconds, index) = unsafe fraction(text, from: 19),
      let offset = unsafe zoneMinutes(text, from: &index), index == text.count
    else { return nil }
    let minutes = days * 1_440 + Int64(hour * 60 + minute - offset)
    milliseconds += minutes * 60_000 + Int64(second) * 1_000
    return milliseconds >= earliest ? milliseconds : nil
  }

  private static func number(_ text: UnsafeRawBufferPointer, _ start: Int, _ digits: Int) -> Int? {
    var value = 0
    for index in start..<start + digits {
      let byte = unsafe text[index]
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }

  /// Milliseconds behind the decimal point (more digits are cut), and where the zone starts; nil
  /// for a point without a digit.
  private static func fraction(
    _ text: UnsafeRawBufferPointer, from start: Int
  ) -> (Milliseconds, Int)? {
    guard start < text.count, unsafe text[start] == 0x2E else { return (0, start) }
    var index = start + 1
    var (value, weight): (Milliseconds, Milliseconds) = (0, 100)
    while index < text.count, unsafe (0x30...0x39).contains(text[index]) {
      value += unsafe Milliseconds(text[index] - 0x30) * weight
      weight /= 10
      index += 1
    }
    return index > start + 1 ? (value, index) : nil
  }

  private static func zoneMinutes(_ text: UnsafeRawBufferPointer, from index: inout Int) -> Int? {
    guard index < text.count else { return nil }
    let sign = unsafe text[index]
    if sign == 0x5A || sign == 0x7A {
      index += 1
      return 0
    }
    guard sign == 0x2B || sign == 0x2D, index + 6 <= text.count, unsafe text[index + 3] == 0x3A,
      let hours = unsafe number(text, index + 1, 2),
      let minutes = unsafe number(text, index + 4, 2),
      hours < 24, minutes < 60
    else { return nil }
    index += 6
    return (sign == 0x2D ? -1 : 1) * (hours * 60 + minutes)
  }
}
