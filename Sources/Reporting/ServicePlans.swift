// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What people planned for every device, where it stood at the time: read once, then asked device
/// by device.
///
/// Asking reads nothing and expands nothing. Devices that no entry of a calendar is about cost two
/// looks into dictionaries; those that the same entries are about share one plan.
package struct ServicePlans: Sendable {
  /// Something was planned for a device until an instant, for it stood there until then.
  private struct Stay: Sendable {
    var until: Milliseconds
    var siteType: String
    /// In `plans`; nil if no entry of a calendar is about it.
    var plan: Int?
  }

  private let typeOfSite: [String: String]
  private let places: UnitPaths
  private var slotHours = SlotHours()
  /// Of devices that never moved.
  private var positionOfDevice: [Int64: Int] = [:]
  /// Of all others, ascending; the last one for ever.
  private var stays: [Int64: [Stay]] = [:]
  private var plans: [CalendarPlan] = []
  /// In force, by the same positions; they share their storage with what was read.
  private var entries: [[CalendarEntry]] = []

  /// Nobody planned anything but the weekly hours of each kind.
  package init() { self.init(entries: [], registry: Registry()) }

  /// - Parameters:
  ///   - placements: nil reads them.
  ///   - period: whose figures are asked for: only slots that these look at are read; nil means
  ///     any time.
  package init(
    store: Store, registry: Registry, profiles: [Profile], placements: Placements? = nil,
    period: Interval? = nil
  ) throws(StoreError) {
    let read = placements == nil ? try Placements.read(from: store, registry: registry) : nil
    self.init(
      entries: try store.calendarEntries(), registry: registry, placements: placements ?? read)
    try readSlots(
      from: store, devices: registry.devices, profiles: profiles,
      in: period.map(DeviceTerms.planScope(of:)) ?? Interval(start: 0, end: .max))
  }

  /// - Parameters:
  ///   - entries: withdrawn ones included, by which the announced plan is known.
  ///   - placements: nil means that nothing ever moved.
  package init(entries: [CalendarEntry], registry: Registry, placements: Placements? = nil) {
    typeOfSite = Dictionary(registry.sites.map { ($0.code, $0.type) }) { _, last in last }
    let placements = placements ?? Placements(registry: registry, history: [])
    places = UnitPaths(placements)
    let reach = CalendarReach(entries: entries)
    var positions: [[Int]: Int] = [:]
    for device in registry.devices {
      if entries.isEmpty, placements.neverMoved(device) { continue }
      let stays = placements.standings(of: device).map { stay in
        let concerned = entries.isEmpty ? [] : reach.entries(for: device, at: stay.standing)
        return Stay(
          until: stay.until, siteType: stay.standing.siteType,
          plan: position(of: concerned, entries, &positions))
      }
      if stays.count > 1 {
        self.stays[device.number] = stays
      } else {
        positionOfDevice[device.number] = stays[0].plan
      }
    }
  }

  private mutating func position(
    of concerned: [Int], _ entries: [CalendarEntry], _ positions: inout [[Int]: Int]
  ) -> Int? {
    guard !concerned.isEmpty else { return nil }
    if let known = positions[concerned] { return known }
    positions[concerned] = plans.count
    let said = concerned.map { entries[$0] }
    plans.append(CalendarPlan(said))
    self.entries.append(said.filter(\.isInForce))
    return plans.count - 1
  }

  /// Takes the slots that reach into a stretch of time instead of those that were read before, for
  /// kinds that serve around slots. Nothing is read where no kind does.
  package mutating func readSlots(
    from store: Store, devices: [Device], profiles: [Profile], in range: Interval
  ) throws(StoreError) {
    guard let margin = profiles.compactMap(\.serviceAroundSlots).max() else { return }
    // Service around a slot reaches into the stretch from outside of it.
    let reach = Interval(
      start: range.start - margin, end: range.end > .max - margin ? .max : range.end + margin)
    let schedule = Schedule(slots: try store.slots(overlapping: reach), places: places)
    slotHours = SlotHours(schedule: schedule, devices: devices, profiles: profiles)
  }

  /// What was planned for a device at any time.
  package func plan(of device: Device, profile: Profile) -> ServicePlan {
    guard let stays = stays[device.number] else {
      return plan(
        of: device, profile, siteType: typeOfSite[device.site],
        position: positionOfDevice[device.number])
    }
    return .joined(
      stays.map { stay in
        ServicePlan.Former(
          until: stay.until,
          plan: plan(of: device, profile, siteType: stay.siteType, position: stay.plan))
      })
  }

  private func plan(
    of device: Device, _ profile: Profile, siteType: String?, position: Int?
  ) -> ServicePlan {
    var hours = profile.serviceHours
    if !profile.serviceHoursOfSiteType.isEmpty, let siteType {
      hours = profile.serviceHoursOfSiteType[siteType] ?? hours
    }
    let aroundSlots = slotHours.around(device)
    guard let position else { return ServicePlan(hours: hours, aroundSlots: aroundSlots) }
    let plan = plans[position]
    return ServicePlan(
      hours: hours, booked: plan.booked, aroundSlots: aroundSlots, holidays: plan.holidays,
      maintenance: plan.maintenance,
      announcedMaintenance: plan.announcedMaintenance,
      foreseenMaintenance: plan.foreseenMaintenance, announcedHolidays: plan.announcedHolidays,
      bookedKnown: plan.bookedKnown)
  }

  /// The entries in force that are about a device and say something of `period`, for who asks why.
  package func entries(of device: Device, in period: Interval) -> [CalendarEntry] {
    func entries(_ position: Int?, _ period: Interval) -> [CalendarEntry] {
      guard let position else { return [] }
      return self.entries[position].filter { entry in
        entry.occurrences.contains { $0.start < period.end && period.start < $0.end }
      }
    }
    guard let stays = stays[device.number] else {
      return entries(positionOfDevice[device.number], period)
    }
    var found: [Int64: CalendarEntry] = [:]
    var start = period.start
    for stay in stays where start < min(stay.until, period.end) {
      let stretch = Interval(start: start, end: min(stay.until, period.end))
      for entry in entries(stay.plan, stretch) { found[entry.id] = entry }
      start = stretch.end
    }
    return found.values.sorted { $0.id < $1.id }
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
  let foreseenMaintenance: IntervalSet

  init(_ entries: [CalendarEntry]) {
    let work = entries.filter(\.purpose.isMaintenance)
    maintenance = Self.inForce(work)
    announcedMaintenance = Self.announced(work).intersection(maintenance)
    foreseenMaintenance = Self.announced(work, whereForeseen: true).intersection(maintenance)
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

  /// - Parameter isForeseen: only of occurrences that were entered before they began.
  private static func announced(
    _ entries: [CalendarEntry], whereForeseen isForeseen: Bool = false
  ) -> IntervalSet {
    IntervalSet(
      entries.flatMap { entry in
        entry.occurrences.compactMap { occurrence in
          let start = max(occurrence.start, entry.enteredAt)
          let end = min(occurrence.end, entry.end)
          if isForeseen, start > occurrence.start { return nil }
          return start < end ? Interval(start: start, end: end) : nil
        }
      })
  }
}

extension CalendarEntry {
  /// When it ceased to be in force.
  fileprivate var end: Milliseconds { withdrawnAt ?? .max }
}
