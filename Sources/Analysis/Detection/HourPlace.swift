// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Between which two full local hours an instant lies, and how far: profiles are straight between
/// the values of full hours.
struct HourPlace {
  var hour: Int
  /// 0 is Monday.
  var weekday: Int
  /// 0..<1 of the way to the next full hour.
  var share: Double

  init(of time: Milliseconds) {
    // Far beyond any calendar the sum must not overflow.
    let local = min(max(time, -Self.timeMax), Self.timeMax) + LocalTime.offset
    var day = local / LocalTime.dayLength
    var ofDay = local % LocalTime.dayLength
    if ofDay < 0 {
      ofDay += LocalTime.dayLength
      day -= 1
    }
    hour = Int(ofDay / LocalTime.hourLength)
    weekday = LocalTime.weekday(ofDay: day)
    share = Double(ofDay % LocalTime.hourLength) / Double(LocalTime.hourLength)
  }

  private static let timeMax: Milliseconds = 1 << 60

  var nextHour: Int { hour == 23 ? 0 : hour + 1 }
  var hourOfWeek: Int { 24 * weekday + hour }
  var nextHourOfWeek: Int { hourOfWeek == 167 ? 0 : hourOfWeek + 1 }
  static let sunday = 6

  @inline(__always)
  func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * share }
}
