// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The slots of a stretch of time, and which devices they mean.
///
/// A value, read once for a period and then asked device by device. Bounded by the slots that the
/// store keeps of the period.
package struct Schedule: Sendable {
  private struct Scope: Hashable {
    var commune: String
    var kind: String
  }

  /// By commune and kind, in order of start and id.
  private let slots: [Scope: [Slot]]
  /// As they were announced; nil if that is the same.
  private let announced: [Scope: [Slot]]?
  private let places: UnitPaths

  package init(slots: [Slot], registry: Registry) {
    self.init(slots: slots, places: UnitPaths(registry))
  }

  /// - Parameter announced: nil if that is the same.
  package init(slots: [Slot], announced: [Slot]? = nil, places: UnitPaths) {
    self.slots = Self.grouped(slots)
    self.announced = announced.map(Self.grouped)
    self.places = places
  }

  private static func grouped(_ slots: [Slot]) -> [Scope: [Slot]] {
    Dictionary(grouping: slots) { Scope(commune: $0.commune, kind: $0.kind.rawValue) }
      .mapValues { $0.sorted { ($0.interval.start, $0.id) < ($1.interval.start, $1.id) } }
  }

  /// Whether the commune in which the device stood on a day has slots for its kind, cancelled ones
  /// included.
  package func isKnown(for device: Device, onDay day: Int64) -> Bool {
    let commune = places.commune(of: device, at: Placements.end(ofDay: day))
    return slots[Scope(commune: commune, kind: device.kind)] != nil
  }

  /// The slots that mean a device where it stood on the day in which they start, cancelled ones
  /// included, in order of start and id.
  ///
  /// A device that is not in service yet, or no longer, is meant by nothing.
  package func slots(of device: Device) -> [Slot] { slots(of: device, from: slots) }

  /// The same of the slots as they were announced; nil if nothing is another.
  func announcedSlots(of device: Device) -> [Slot]? {
    announced.map { slots(of: device, from: $0) }
  }

  private func slots(of device: Device, from slots: [Scope: [Slot]]) -> [Slot] {
    guard places.neverMoved(device) else { return self.slots(ofMoved: device, from: slots) }
    let all = slots[Scope(commune: device.commune, kind: device.kind)]
    guard let all else { return [] }
    let path = places.path(of: device)
    return all.filter { $0.targets(device, units: path) && device.isInService(atStartOf: $0) }
  }

  private func slots(ofMoved device: Device, from slots: [Scope: [Slot]]) -> [Slot] {
    let all = places.communes(of: device).sorted().flatMap {
      slots[Scope(commune: $0, kind: device.kind)] ?? []
    }
    var standings: [Int64: Standing] = [:]
    return all.filter { slot in
      let day = LocalTime.day(of: slot.interval.start)
      let standing = standings[day] ?? places.standing(of: device, onDay: day)
      standings[day] = standing
      var placed = device
      placed.commune = standing.commune
      return slot.targets(placed, units: Set(standing.units))
        && device.isInService(atStartOf: slot)
    }.sorted { ($0.interval.start, $0.id) < ($1.interval.start, $1.id) }
  }
}

extension Device {
  fileprivate func isInService(atStartOf slot: Slot) -> Bool {
    (commissionedAt ?? .min) <= slot.interval.start && slot.interval.start < retiredAt ?? .max
  }
}

/// The units that devices stand in: their sites', and all above; now, and on any day before.
package struct UnitPaths: Sendable {
  private let placements: Placements

  /// As if nothing had ever moved.
  package init(_ registry: Registry) {
    self.init(Placements(registry: registry, history: []))
  }

  package init(_ placements: Placements) { self.placements = placements }

  /// Where the device stands now.
  func path(of device: Device) -> Set<String> {
    Set(placements.standing(of: device, at: .max).units)
  }

  func neverMoved(_ device: Device) -> Bool { placements.neverMoved(device) }

  func standing(of device: Device, onDay day: Int64) -> Standing {
    placements.standing(of: device, at: Placements.end(ofDay: day))
  }

  func commune(of device: Device, at instant: Milliseconds) -> String {
    placements.versions.commune(of: device, at: instant)
  }

  func communes(of device: Device) -> Set<String> {
    let moves = placements.versions.moves[device.id]?.versions ?? []
    return Set(moves.map { placements.versions.commune(of: device, at: $0.from) })
      .union([device.commune])
  }

  func isKnown(_ unit: String) -> Bool { placements.versions.units[unit] != nil }
}
