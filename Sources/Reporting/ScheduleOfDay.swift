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

  package init(slots: [Slot] = [], isKnown: Bool = false) {
    self.slots = slots
    self.isKnown = isKnown
  }

  /// Whole numbers that can be added over days and devices, those that are 0 left out.
  ///
  /// - Parameter period: the day, or the part of it that is asked for.
  func figures(
    of readings: DeviceReadings, profile: Profile, in period: Interval, observed: IntervalSet,
    knownUntil: Milliseconds
  ) -> [NamedFigure] {
    guard !ScheduleReadings.metricNames(for: profile).isEmpty else { return [] }
    let readings = ScheduleReadings(readings: readings, profile: profile)
    let fulfilment = Fulfilment.compute(
      readings: readings, slots: slots, isScheduled: isKnown, in: period, observed: observed,
      knownUntil: knownUntil)
    let attendance = Attendance.compute(
      readings: readings, slots: slots, in: period, observed: observed, knownUntil: knownUntil)
    return (fulfilment.figures + attendance.figures).map { NamedFigure($0.0, $0.1) }
  }

  /// What decides the figures, written out so that it stays the same in later versions; nothing
  /// for kinds that neither play nor meet.
  func inputs(profile: Profile) -> [String] {
    guard !ScheduleReadings.metricNames(for: profile).isEmpty else { return [] }
    return ["schedule \(Self.definition) \(isKnown)"]
      + slots.filter { !$0.isCancelled }.map { slot in
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
    return Schedule(slots: try store.slots(overlapping: around), places: places)
  }

  /// Of a schedule that was read for a day.
  package func ofDay(_ day: Int64, _ device: Device) -> ScheduleOfDay {
    ScheduleOfDay(slots: slots(of: device), isKnown: isKnown(for: device, onDay: day))
  }
}
