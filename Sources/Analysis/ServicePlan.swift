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
  /// Where set, and nothing is `booked`, service is expected then, and within the weekly hours if
  /// there are any: around the slots of the schedule.
  package var aroundSlots: IntervalSet?
  /// Taken out of what is expected.
  package var holidays: IntervalSet
  /// Planned work and planned power cuts.
  package var maintenance: IntervalSet
  /// The part of `maintenance` that was entered before it began: what was added after the fact is
  /// not in it.
  package var announcedMaintenance: IntervalSet
  /// The same of `holidays`.
  package var announcedHolidays: IntervalSet
  /// When `booked` was known to replace the weekly hours, which stand for the rest of time in the
  /// announced plan; nil means always.
  package var bookedKnown: IntervalSet?
  private var isAnnounced = false

  package init(
    hours: [ServiceHours] = [], booked: IntervalSet? = nil, aroundSlots: IntervalSet? = nil,
    holidays: IntervalSet = IntervalSet(), maintenance: IntervalSet = IntervalSet(),
    announcedMaintenance: IntervalSet? = nil,
    announcedHolidays: IntervalSet? = nil, bookedKnown: IntervalSet? = nil
  ) {
    self.hours = hours
    self.booked = booked
    self.aroundSlots = aroundSlots
    self.holidays = holidays
    self.maintenance = maintenance
    self.announcedMaintenance = announcedMaintenance ?? maintenance
    self.announcedHolidays = announcedHolidays ?? holidays
    self.bookedKnown = bookedKnown
  }

  /// The instants of `scope` in which service is expected.
  package func expected(in scope: Interval) -> IntervalSet {
    var expected = booked?.clipped(to: scope) ?? usual(in: scope)
    if isAnnounced, booked != nil, let bookedKnown {
      expected = expected.intersection(bookedKnown)
        .union(usual(in: scope).subtracting(bookedKnown))
    }
    return holidays.isEmpty ? expected : expected.subtracting(holidays)
  }

  /// Without what calendars say of it.
  private func usual(in scope: Interval) -> IntervalSet {
    guard let aroundSlots else { return hours.expected(in: scope) }
    let around = aroundSlots.clipped(to: scope)
    // No weekly hours would mean always.
    return hours.isEmpty ? around : around.union(hours.expected(in: scope))
  }

  /// Whether a silence at this instant is nobody's concern.
  package func isExcused(at instant: Milliseconds) -> Bool {
    maintenance.contains(instant) || holidays.contains(instant)
      || booked.map { !$0.contains(instant) } ?? isBetweenSlots(instant)
  }

  private func isBetweenSlots(_ instant: Milliseconds) -> Bool {
    aroundSlots != nil && usual(in: Interval(start: instant, end: instant + 1)).isEmpty
  }

  /// The same plan as it was known before what it speaks of began.
  package var announced: ServicePlan {
    var plan = self
    plan.maintenance = announcedMaintenance
    plan.holidays = announcedHolidays
    plan.isAnnounced = true
    return plan
  }

  /// Whether anything was, or may have been, added after the fact.
  package var hasLateMaintenance: Bool {
    announcedMaintenance != maintenance || announcedHolidays != holidays
      || (booked != nil && bookedKnown != nil)
  }

  /// The part of the plan that figures of `scope` can look at.
  package func clipped(to scope: Interval) -> ServicePlan {
    ServicePlan(
      hours: hours, booked: booked?.clipped(to: scope),
      aroundSlots: aroundSlots?.clipped(to: scope), holidays: holidays.clipped(to: scope),
      maintenance: maintenance.clipped(to: scope),
      announcedMaintenance: announcedMaintenance.clipped(to: scope),
      announcedHolidays: announcedHolidays.clipped(to: scope),
      bookedKnown: bookedKnown.flatMap { known in
        let inside = known.clipped(to: scope)
        return inside.covers(scope) ? nil : inside
      })
  }
}
