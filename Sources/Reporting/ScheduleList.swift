// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The slots of a period for an operator's eyes: whom they mean, and what of it is not registered.
package struct ScheduleList: Sendable {
  package struct Line: Sendable {
    package var slot: Slot
    /// How many registered devices the slot means.
    package var deviceCount: Int
    /// Ids and codes that the slot names and the registry does not; they may follow.
    package var unknownDevices: [String]
    package var unknownUnits: [String]
  }

  package let lines: [Line]

  /// - Parameter unit: code of a unit: only slots that mean a device in it or below it, or that
  ///   name it; nil means all.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, period: Interval, unit: String?
  ) throws(StoreError) -> ScheduleList {
    ScheduleList(
      slots: try store.slots(overlapping: period), registry: try store.registry(), unit: unit)
  }

  init(slots: [Slot], registry: Registry, unit: String?) {
    let places = UnitPaths(registry)
    let devices = registry.devices.filter { $0.retiredAt == nil }
      .map { (device: $0, path: places.path(of: $0)) }
    let scopes = Dictionary(grouping: devices) { [$0.device.commune, $0.device.kind] }
    let ids = Set(devices.map(\.device.id))
    lines = slots.compactMap { slot in
      let meant = (scopes[[slot.commune, slot.kind.rawValue]] ?? []).filter {
        slot.targets($0.device, units: $0.path)
      }
      let isWanted =
        unit.map { unit in
          slot.units.contains(unit) || meant.contains { $0.path.contains(unit) }
        } ?? true
      guard isWanted else { return nil }
      return Line(
        slot: slot, deviceCount: meant.count,
        unknownDevices: slot.devices.filter { !ids.contains($0) },
        unknownUnits: slot.units.filter { !places.isKnown($0) })
    }
  }

  /// A table with tabs between its columns, a line a slot.
  package var text: String {
    let header = [
      "start", "end", "commune", "slot", "version", "kind", "priority", "prog", "devices",
      "state", "title", "not registered",
    ]
    let rows = lines.map { line in
      [
        LocalTime.text(line.slot.interval.start), LocalTime.text(line.slot.interval.end),
        line.slot.commune, line.slot.id, "\(line.slot.version)", line.slot.kind.rawValue,
        line.slot.priority.word, Self.cell(line.slot.programme), "\(line.deviceCount)",
        line.slot.isCancelled ? "cancelled" : "in force", Self.cell(line.slot.title),
        (line.unknownDevices + line.unknownUnits).joined(separator: " "),
      ]
    }
    return ([header] + rows).map { $0.joined(separator: "\t") + "\n" }.joined()
  }

  /// A title comes from outside: it must not make columns and lines of its own.
  private static func cell(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
  }
}
