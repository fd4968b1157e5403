// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The slots as they were announced: each as it stood when it began. What was entered, changed or
/// cancelled after that is left out of them, as what calendars were given after the fact is left
/// out of the announced plan.
enum AnnouncedSlots {
  /// - Parameters:
  ///   - slots: in force.
  ///   - versions: of slots of which there are several, all that are kept.
  /// - Returns: nil if that is the same.
  static func of(
    _ slots: [Slot], versions: [Slot], overlapping period: Interval
  ) -> [Slot]? {
    let byName = Dictionary(grouping: versions) { Name(commune: $0.commune, id: $0.id) }
    var announced = slots.filter { slot in
      byName[Name(commune: slot.commune, id: slot.id)] == nil
        && slot.receivedAt <= slot.interval.start
    }
    for versions in byName.values {
      guard let slot = begun(versions), slot.interval.start < period.end,
        period.start < slot.interval.end
      else { continue }
      announced.append(slot)
    }
    announced.sort {
      ($0.interval.start, $0.commune, $0.id) < ($1.interval.start, $1.commune, $1.id)
    }
    return announced == slots ? nil : announced
  }

  private struct Name: Hashable {
    var commune: String
    var id: String
  }

  /// The version of a slot that was in force when its start came: the first one that no other
  /// replaced before. Nil if the slot was entered late.
  private static func begun(_ versions: [Slot]) -> Slot? {
    let versions = versions.sorted { $0.version < $1.version }
    for (position, slot) in versions.enumerated() where slot.receivedAt <= slot.interval.start {
      let next = position + 1 < versions.count ? versions[position + 1].receivedAt : .max
      if next > slot.interval.start { return slot }
    }
    return nil
  }
}
