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
  /// The part of that whose work was entered before it began: without what was announced only to
  /// the rest of it.
  package var foreseenMaintenance: IntervalSet
  /// The same of `holidays` as `announcedMaintenance`.
  package var announcedHolidays: IntervalSet
  /// When `booked` was known to replace the weekly hours, which stand for the rest of time in the
  /// announced plan; nil means always.
  package var bookedKnown: IntervalSet?
  /// What held before it, ascending: the device was planned for in another way while it stood
  /// elsewhere. Sets of maintenance and holidays are those of all time, of the plan itself.
  package private(set) var formers: [Former] = []
  private var isAnnounced = false

  /// A plan, and the instant until which it held.
  package struct Former: Hashable, Sendable {
    package var until: Milliseconds
    package var plan: ServicePlan

    package init(until: Milliseconds, plan: ServicePlan) {
      self.until = until
      self.plan = plan
    }
  }

  package init(
    hours: [ServiceHours] = [], booked: IntervalSet? = nil, aroundSlots: IntervalSet? = nil,
    holidays: IntervalSet = IntervalSet(), maintenance: IntervalSet = IntervalSet(),
    announcedMaintenance: IntervalSet? = nil, foreseenMaintenance: IntervalSet? = nil,
    announcedHolidays: IntervalSet? = nil, bookedKnown: IntervalSet? = nil
  ) {
    self.hours = hours
    self.booked = booked
    self.aroundSlots = aroundSlots
    self.holidays = holidays
    self.maintenance = maintenance
    self.announcedMaintenance = announcedMaintenance ?? maintenance
    self.foreseenMaintenance = foreseenMaintenance ?? self.announcedMaintenance
    self.announcedHolidays = announcedHolidays ?? holidays
    self.bookedKnown = bookedKnown
  }

  /// One plan of several that held one after the other.
  ///
  /// - Parameter parts: ascending; the last one holds for ever.
  /// - Precondition: there is one, and none is joined itself.
  package static func joined(_ parts: [Former]) -> ServicePlan {
    var joined = parts[parts.count - 1].plan
    guard parts.count > 1 else { return joined }
    func whole(_ set: (ServicePlan) -> IntervalSet) -> IntervalSet {
      var start = Milliseconds.min
      var all: [Interval] = []
      for (position, part) in parts.enumerated() {
        let end = position == parts.count - 1 ? .max : part.until
        all += set(part.plan).clipped(to: Interval(start: start, end: end)).intervals
        start = end
      }
      return IntervalSet(all)
    }
    joined.maintenance = whole { $0.maintenance }
    joined.announcedMaintenance = whole { $0.announcedMaintenance }
    joined.foreseenMaintenance = whole { $0.foreseenMaintenance }
    joined.holidays = whole { $0.holidays }
    joined.announcedHolidays = whole { $0.announcedHolidays }
    joined.formers = parts.dropLast().map { former in
      var plan = former.plan
      (plan.maintenance, plan.announcedMaintenance) = (IntervalSet(), IntervalSet())
      plan.foreseenMaintenance = IntervalSet()
      (plan.holidays, plan.announcedHolidays) = (IntervalSet(), IntervalSet())
      return Former(until: former.until, plan: plan)
    }
    return joined
  }

  /// The plans that hold in `scope`, each with its stretch of it, ascending.
  private func parts(of scope: Interval) -> [(plan: ServicePlan, stretch: Interval)] {
    guard !formers.isEmpty else { return [(self, scope)] }
    var parts: [(plan: ServicePlan, stretch: Interval)] = []
    var start = scope.start
    for former in formers where former.until > start && start < scope.end {
      let end = min(former.until, scope.end)
      parts.append((former.plan, Interval(start: start, end: end)))
      start = end
    }
    if start < scope.end || parts.isEmpty {
      parts.append((self, Interval(start: start, end: scope.end)))
    }
    return parts
  }

  /// The instants of `scope` in which service is expected.
  package func expected(in scope: Interval) -> IntervalSet {
    var expected = IntervalSet()
    for (plan, stretch) in parts(of: scope) {
      expected = expected.union(plan.served(in: stretch, isAnnounced: isAnnounced))
    }
    return holidays.isEmpty ? expected : expected.subtracting(holidays.clipped(to: scope))
  }

  /// Whatever held before it, and without holidays.
  private func served(in scope: Interval, isAnnounced: Bool) -> IntervalSet {
    guard let booked else { return usual(in: scope) }
    let said = booked.clipped(to: scope)
    guard isAnnounced, let bookedKnown else { return said }
    let known = bookedKnown.clipped(to: scope)
    return said.intersection(known).union(usual(in: scope).subtracting(known))
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
    let plan = formers.first { instant < $0.until }?.plan ?? self
    return maintenance.contains(instant) || holidays.contains(instant)
      || plan.booked.map { !$0.contains(instant) } ?? plan.isBetweenSlots(instant)
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
    announcedMaintenance != maintenance || announcedHolidays != holidays || mayReplaceHours
      || formers.contains { $0.plan.mayReplaceHours }
  }

  private var mayReplaceHours: Bool { booked != nil && bookedKnown != nil }

  /// The part of the plan that figures of `scope` can look at.
  package func clipped(to scope: Interval) -> ServicePlan {
    let parts = parts(of: scope)
    let last = parts[parts.count - 1]
    var clipped = last.plan.hoursClipped(to: last.stretch)
    clipped.maintenance = maintenance.clipped(to: scope)
    clipped.announcedMaintenance = announcedMaintenance.clipped(to: scope)
    clipped.foreseenMaintenance = foreseenMaintenance.clipped(to: scope)
    clipped.holidays = holidays.clipped(to: scope)
    clipped.announcedHolidays = announcedHolidays.clipped(to: scope)
    clipped.formers = parts.dropLast().map {
      Former(until: $0.stretch.end, plan: $0.plan.hoursClipped(to: $0.stretch))
    }
    return clipped
  }

  /// What says when service is expected in `scope`, holidays apart, and nothing else.
  private func hoursClipped(to scope: Interval) -> ServicePlan {
    ServicePlan(
      hours: hours, booked: booked?.clipped(to: scope),
      aroundSlots: aroundSlots?.clipped(to: scope),
      bookedKnown: bookedKnown.flatMap { known in
        let inside = known.clipped(to: scope)
        return inside.covers(scope) ? nil : inside
      })
  }
}
