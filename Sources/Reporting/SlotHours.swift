// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// When devices have to serve because slots mean them, for kinds whose profile says so
/// (`service_around_slots`).
///
/// Made once of the slots of some time, then asked device by device; devices that the same slots
/// mean share one set.
struct SlotHours: Sendable {
  private var positionOfDevice: [Int64: Int] = [:]
  private var sets: [IntervalSet] = []

  private struct Key: Hashable {
    var margin: Milliseconds
    var slots: [String]
  }

  init() {}

  init(schedule: Schedule, devices: [Device], profiles: [Profile]) {
    let margins = Dictionary(profiles.map { ($0.kind, $0.serviceAroundSlots) }) { $1 }
    var positions: [Key: Int] = [:]
    for device in devices {
      guard let margin = margins[device.kind] ?? nil else { continue }
      let meant = schedule.slots(of: device)
      let key = Key(margin: margin, slots: meant.map { "\($0.commune)/\($0.id)" })
      if positions[key] == nil {
        positions[key] = sets.count
        let scope = Interval(start: .min / 2, end: .max / 2)
        sets.append(BookedHours.expected(around: meant, margin: margin, in: scope))
      }
      positionOfDevice[device.number] = positions[key]
    }
  }

  /// Nil for a device of a kind that serves by its weekly hours alone.
  func around(_ device: Device) -> IntervalSet? {
    positionOfDevice[device.number].map { sets[$0] }
  }
}
