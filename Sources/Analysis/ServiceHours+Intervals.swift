// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Local civil time in Viet Nam: UTC+7 all year round since 1975, so no calendar is needed.
package enum LocalTime {
  package static let offset: Milliseconds = 7 * 3_600_000
  package static let dayLength: Milliseconds = 86_400_000
  package static let hourLength: Milliseconds = 3_600_000
  package static let minuteLength: Milliseconds = 60_000

  /// Whole local days since 1970-01-01 local.
  package static func day(of instant: Milliseconds) -> Int64 {
    let local = instant + offset
    return local >= 0 ? local / dayLength : -((-local + dayLength - 1) / dayLength)
  }

  /// The UTC instant at which a local day begins.
  package static func start(ofDay day: Int64) -> Milliseconds { day * dayLength - offset }

  /// 0 is Monday; 1970-01-01 was a Thursday.
  package static func weekday(ofDay day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }

  /// 0…23.
  package static func hour(of instant: Milliseconds) -> Int {
    Int((instant - start(ofDay: day(of: instant))) / hourLength)
  }
}

extension Sequence<ServiceHours> {
  /// The instants of `scope` in which service is expected; no hours at all means always.
  package func expected(in scope: Interval) -> IntervalSet {
    var parts: [Interval] = []
    var isAlways = true
    for hours in self {
      isAlways = false
      for day in LocalTime.day(of: scope.start)...LocalTime.day(of: scope.end)
      where hours.weekdays & (1 << UInt8(LocalTime.weekday(ofDay: day))) != 0 {
        let midnight = LocalTime.start(ofDay: day)
        parts.append(
          Interval(
            start: midnight + Milliseconds(hours.startMinute) * LocalTime.minuteLength,
            end: midnight + Milliseconds(hours.endMinute) * LocalTime.minuteLength))
      }
    }
    return isAlways ? IntervalSet([scope]) : IntervalSet(parts).clipped(to: scope)
  }
}
