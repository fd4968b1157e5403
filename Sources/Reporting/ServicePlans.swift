// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What people planned for every device: read once, then asked device by device.
///
/// Devices that no entry of a calendar is about cost one look into a dictionary; those that the
/// same entries are about share one plan.
package struct ServicePlans: Sendable {
  private let typeOfSite: [String: String]
  private var slotHours = SlotHours()
  private var positionOfDevice: [Int64: Int] = [:]
  private var plans: [CalendarPlan] = []
  /// In force, by the same positions; they share their storage with what was read.
  private var entries: [[CalendarEntry]] = []

  /// Nobody planned anything but the weekly hours of each kind.
  package init() { typeOfSite = [:] }

  package init(store: Store, registry: Registry, profiles: [Profile]) throws(StoreError) {
    self.init(entries: try store.calendarEntries(), registry: registry)
    slotHours = try SlotHours(store: store, registry: registry, profiles: profiles)
  }

  /// - Parameter entries: withdrawn ones included, by which the announced plan is known.
  package init(entries: [CalendarEntry], registry: Registry) {
    typeOfSite = Dictionary(registry.sites.map { ($0.code, $0.type) }) { _, last in last }
    guard !entries.isEmpty else { return }
    let reach = CalendarReach(entries: entries, registry: registry)
    var positions: [[Int]: Int] = [:]
    for device in registry.devices {
      let concerned = reach.entries(for: device)
      guard !concerned.isEmpty else { continue }
      if positions[concerned] == nil {
        positions[concerned] = plans.count
        let said = concerned.map { entries[$0] }
        plans.append(CalendarPlan(said))
        self.entries.append(said.filter(\.isInForce))
      }
      positionOfDevice[device.number] = positions[concerned]
    }
  }

  package func plan(of device: Device, profile: Profile) -> ServicePlan {
    var hours = profile.serviceHours
    if !profile.serviceHoursOfSiteType.isEmpty, let type = typeOfSite[device.site] {
      hours = profile.serviceHoursOfSiteType[type] ?? hours
    }
    let aroundSlots = slotHours.around(device)
    guard let position = positionOfDevice[device.number] else {
      return ServicePlan(hours: hours, aroundSlots: aroundSlots)
    }
    let plan = plans[position]
    return ServicePlan(
      hours: hours, booked: plan.booked, aroundSlots: aroundSlots, holidays: plan.holidays,
      maintenance: plan.maintenance,
      announcedMaintenance: plan.announcedMaintenance, announcedHolidays: plan.announcedHolidays,
      bookedKnown: plan.bookedKnown)
  }

  /// The entries in force that are about a device and say something of `period`, for who asks why.
  package func entries(of device: Device, in period: Interval) -> [CalendarEntry] {
    guard let position = positionOfDevice[device.number] else { return [] }
    return entries[position].filter { entry in
      entry.occurrences.contains { $0.start < period.end && period.start < $0.end }
    }
  }
}

/// What the entries that are about one device say together.
///
/// An instant is announced if at that very instant an entry in force covered it: so it is the same
/// whether an entry was entered once or edited ten times, and what was added or widened after the
/// fact is not announced.
struct CalendarPlan {
  private(set) var booked: IntervalSet?
  private(set) var bookedKnown: IntervalSet?
  let holidays: IntervalSet
  let announcedHolidays: IntervalSet
  let maintenance: IntervalSet
  let announcedMaintenance: IntervalSet

  init(_ entries: [CalendarEntry]) {
    let work = entries.filter(\.purpose.isMaintenance)
    maintenance = Self.inForce(work)
    announcedMaintenance = Self.announced(work).intersection(maintenance)
    let free = entries.filter { $0.purpose == .holiday }
    holidays = Self.inForce(free)
    announcedHolidays = Self.announced(free).intersection(holidays)
    let hours = entries.filter { $0.purpose == .serviceHours }
    guard hours.contains(where: \.isInForce) else { return }
    booked = Self.inForce(hours)
    bookedKnown = IntervalSet(
      hours.lazy.map { Interval(start: $0.enteredAt, end: max($0.enteredAt, $0.end)) })
  }

  private static func inForce(_ entries: [CalendarEntry]) -> IntervalSet {
    IntervalSet(entries.lazy.filter(\.isInForce).flatMap(\.occurrences))
  }

  private static func announced(_ entries: [CalendarEntry]) -> IntervalSet {
    IntervalSet(
      entries.flatMap { entry in
        entry.occurrences.compactMap { occurrence in
          let start = max(occurrence.start, entry.enteredAt)
          let end = min(occurrence.end, entry.end)
          return start < end ? Interval(start: start, end: end) : nil
        }
      })
  }
}

extension CalendarEntry {
  /// When it ceased to be in force.
  fileprivate var end: Milliseconds { withdrawnAt ?? .max }
}
