// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When a device has to serve because a slot means it: `service_hours: slots ±10m`, `booked`.
package enum BookedHours {
  /// - Parameters:
  ///   - slots: those that mean the device; cancelled ones count for nothing.
  ///   - margin: before each start and behind each end.
  ///   - hours: weekly hours in which the device has to serve as well; none means at no other time.
  ///   - scope: what is asked for; slots that only their margin carries into it count.
  /// - Returns: the instants of `scope`, for ``ServicePlan/booked``.
  package static func expected(
    around slots: [Slot], margin: Milliseconds, and hours: [ServiceHours] = [],
    in scope: Interval
  ) -> IntervalSet {
    let around = slots.filter { !$0.isCancelled }.map {
      Interval(start: $0.interval.start - margin, end: $0.interval.end + margin)
    }
    let booked = IntervalSet(around).clipped(to: scope)
    // No weekly hours would mean always.
    return hours.isEmpty ? booked : booked.union(hours.expected(in: scope))
  }
}
