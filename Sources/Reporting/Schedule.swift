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
  private let places: UnitPaths

  package init(slots: [Slot], registry: Registry) {
    self.init(slots: slots, places: UnitPaths(registry))
  }

  package init(slots: [Slot], places: UnitPaths) {
    self.slots = Dictionary(grouping: slots) { Scope(commune: $0.commune, kind: $0.kind.rawValue) }
      .mapValues { $0.sorted { ($0.interval.start, $0.id) < ($1.interval.start, $1.id) } }
    self.places = places
  }

  /// Everything that reaches into a period.
  package static func read(
    from store: Store, registry: Registry, overlapping period: Interval
  ) throws(StoreError) -> Schedule {
    Schedule(slots: try store.slots(overlapping: period), registry: registry)
  }

  /// Whether the commune has slots for the device's kind, cancelled ones included.
  package func isKnown(for device: Device) -> Bool {
    slots[Scope(commune: device.commune, kind: device.kind)] != nil
  }

  /// The slots that mean a device, cancelled ones included, in order of start and id.
  ///
  /// A device that is not in service yet, or no longer, is meant by nothing.
  package func slots(of device: Device) -> [Slot] {
    let scope = Scope(commune: device.commune, kind: device.kind)
    guard let all = slots[scope] else { return [] }
    let path = places.path(of: device)
    return all.filter {
      $0.targets(device, units: path)
        && (device.commissionedAt ?? .min) <= $0.interval.start
        && $0.interval.start < device.retiredAt ?? .max
    }
  }
}

/// The units that a device stands in: its site's, and all above.
package struct UnitPaths: Sendable {
  private let unitOfSite: [String: String]
  private let parents: [String: String]

  package init(_ registry: Registry) {
    unitOfSite = Dictionary(registry.sites.map { ($0.code, $0.unit) }) { $1 }
    parents = Dictionary(registry.units.map { ($0.code, $0.parent) }) { $1 }
  }

  func path(of device: Device) -> Set<String> {
    var path: Set<String> = []
    var current = unitOfSite[device.site] ?? device.commune
    // A registry with a circle of parents ends here as well.
    while !current.isEmpty, path.insert(current).inserted { current = parents[current] ?? "" }
    return path
  }

  func isKnown(_ unit: String) -> Bool { parents[unit] != nil }
}
