// SPDX-License-Identifier: Apache-2.0

import Telemetry

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
