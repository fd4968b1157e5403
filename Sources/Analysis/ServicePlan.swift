// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What people planned for one device: when it has to serve, and when it is worked on.
///
/// Pure sets of instants; where they come from (profiles, calendars, the schedule) is the caller's
/// business. They must tell of every silence that reaches into a judged period, not only of the
/// period itself.
package struct ServicePlan: Hashable, Sendable {
  /// Weekly local hours; empty means always.
  package var hours: [ServiceHours]
  /// Where set, service is expected then and at no other time, whatever the weekly hours say:
  /// around slots of the schedule, during booked sessions.
  package var booked: IntervalSet?
  /// Taken out of what is expected.
  package var holidays: IntervalSet
  /// Planned work and planned power cuts.
  package var maintenance: IntervalSet
  /// The part of `maintenance` that was entered before it began: what was added after the fact is
  /// not in it.
  package var announcedMaintenance: IntervalSet

  package init(
    hours: [ServiceHours] = [], booked: IntervalSet? = nil, holidays: IntervalSet = IntervalSet(),
    maintenance: IntervalSet = IntervalSet(), announcedMaintenance: IntervalSet? = nil
  ) {
    self.hours = hours
    self.booked = booked
    self.holidays = holidays
    self.maintenance = maintenance
    self.announcedMaintenance = announcedMaintenance ?? maintenance
  }

  /// The instants of `scope` in which service is expected.
  package func expected(in scope: Interval) -> IntervalSet {
    let expected = booked?.clipped(to: scope) ?? hours.expected(in: scope)
    return holidays.isEmpty ? expected : expected.subtracting(holidays)
  }

  /// The same plan as it was known before the work in it began.
  package var announced: ServicePlan {
    var plan = self
    plan.maintenance = announcedMaintenance
    return plan
  }

  /// Whether anything was added after the fact.
  package var hasLateMaintenance: Bool { announcedMaintenance != maintenance }
}
