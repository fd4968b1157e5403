// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What the schedule says of one device and one local day: part of what decides its figures.
package struct ScheduleOfDay: Hashable, Sendable {
  /// Slots this far around the day count: a bulletin late by as much is still a neighbour's.
  static let neighbourhood = Fulfilment.lateMax
  /// Raised when the same slots and readings give other figures.
  private static let definition = 1

  /// Those that mean the device, cancelled ones included, in order of start and id.
  package var slots: [Slot]
  /// The commune has a schedule for the device's kind, whether or not it means this device.
  package var isKnown: Bool
  /// The same slots as they were announced; nil if that is the same.
  package var announced: [Slot]?

  package init(slots: [Slot] = [], announced: [Slot]? = nil, isKnown: Bool = false) {
    self.slots = slots
    self.announced = announced == slots ? nil : announced
    self.isKnown = isKnown
  }

  /// Whole numbers that can be added over days and devices, those that are 0 left out. Where slots
  /// or maintenance were entered after the fact, also how much more of each there is without them.
  ///
  /// - Parameters:
  ///   - plan: when the device is worked on.
  ///   - period: the day, or the part of it that is asked for.
  func figures(
    of readings: DeviceReadings, profile: Profile, plan: ServicePlan, in period: Interval,
    observed: IntervalSet, knownUntil: Milliseconds
  ) -> [NamedFigure] {
    guard !ScheduleReadings.metricNames(for: profile).isEmpty else { return [] }
    let readings = ScheduleReadings(readings: readings, profile: profile)
    func compute(_ slots: [Slot], isMaintained: (Slot) -> Bool) -> [(String, Int64)] {
      let fulfilment = Fulfilment.compute(
        readings: readings, slots: slots, isScheduled: isKnown, in: period, observed: observed,
        knownUntil: knownUntil, isMaintained: isMaintained)
      let attendance = Attendance.compute(
        readings: readings, slots: slots, in: period, observed: observed, knownUntil: knownUntil,
        isMaintained: isMaintained)
      return fulfilment.figures + attendance.figures
    }
    let figures = compute(slots) { plan.work(during: $0.interval) != .none }
    let all = figures.map { NamedFigure($0.0, $0.1) }
    let hasLate = announced != nil || slots.contains { plan.work(during: $0.interval) == .late }
    guard hasLate else { return all }
    let announced = compute(announced ?? slots) { plan.work(during: $0.interval) == .announced }
    return all + Self.more(announced, than: figures)
  }

  private static func more(
    _ announced: [(String, Int64)], than figures: [(String, Int64)]
  ) -> [NamedFigure] {
    var more = Dictionary(uniqueKeysWithValues: announced)
    for (name, value) in figures { more[name, default: 0] -= value }
    return more.filter { $0.value != 0 }.sorted { $0.key < $1.key }
      .map { NamedFigure(FigureNames.announced($0.key), $0.value) }
  }

  /// What decides the figures, written out so that it stays the same in later versions; nothing
  /// for kinds that neither play nor meet.
  func inputs(profile: Profile, plan: ServicePlan) -> [String] {
    guard !ScheduleReadings.metricNames(for: profile).isEmpty else { return [] }
    var inputs = ["schedule \(Self.definition) \(isKnown)"] + Self.lines(slots)
    for (name, work) in [("in", ServicePlan.SlotWork.announced), ("in late", .late)] {
      let maintained = ((announced ?? []) + slots).filter { plan.work(during: $0.interval) == work }
      guard !maintained.isEmpty else { continue }
      inputs.append("\(name) maintenance \(maintained.map(\.id).joined(separator: " "))")
    }
    if let announced { inputs += ["announced"] + Self.lines(announced) }
    return inputs
  }

  private static func lines(_ slots: [Slot]) -> [String] {
    slots.filter { !$0.isCancelled }.map { slot in
      "\(slot.id) \(slot.interval.start) \(slot.interval.end) \(slot.requested) "
        + "\(slot.priority.rawValue) \(slot.voice.rawValue) \(slot.programme)"
    }
  }
}

extension Schedule {
  /// Everything that decides what was played and attended on a day.
  package static func read(
    ofDay day: Int64, from store: Store, places: UnitPaths
  ) throws(StoreError) -> Schedule {
    let interval = SealedDay.interval(ofDay: day)
    let around = Interval(
      start: interval.start - ScheduleOfDay.neighbourhood,
      end: interval.end + ScheduleOfDay.neighbourhood)
    let slots = try store.slots(overlapping: around)
    let announced = AnnouncedSlots.of(
      slots, versions: try store.changedSlotVersions(overlapping: around), overlapping: around)
    return Schedule(slots: slots, announced: announced, places: places)
  }

  /// Of a schedule that was read for a day.
  package func ofDay(_ day: Int64, _ device: Device) -> ScheduleOfDay {
    ScheduleOfDay(
      slots: slots(of: device), announced: announcedSlots(of: device),
      isKnown: isKnown(for: device, onDay: day))
  }
}
