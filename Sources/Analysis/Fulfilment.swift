// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How much of what was to be played on one device and local day was played (tỷ lệ phát), and whose
/// voice it was.
///
/// All of it are whole numbers that can be added over days and devices: a slot belongs to the local
/// day it starts in, a bulletin to the day in which its end was told. Fulfilment is played ÷
/// requested; what nobody can tell stands apart and counts in neither.
package struct Fulfilment: Hashable, Sendable {
  package struct Sum: Hashable, Sendable {
    package var slots: Int64 = 0
    package var requested: Milliseconds = 0
    /// At most what was requested of each slot.
    package var played: Milliseconds = 0

    mutating func add(requested: Milliseconds, played: Milliseconds) {
      slots += 1
      self.requested += requested
      self.played += min(played, requested)
    }
  }

  /// What sounded, scheduled or not.
  package struct Sounded: Hashable, Sendable {
    package var bulletins: Int64 = 0
    package var played: Milliseconds = 0

    mutating func add(_ length: Milliseconds) {
      bulletins += 1
      played += length
    }
  }

  package internal(set) var normal = Sum()
  package internal(set) var priority = Sum()
  package internal(set) var urgent = Sum()
  /// Of events alone, where no event says the priority.
  package internal(set) var unknown = Sum()
  /// The commune had no schedule: the device's own events say what was requested.
  package internal(set) var isByEventsAlone = false
  /// Whole or in part in maintenance of the device: asked for, but not counted against anybody.
  package internal(set) var maintenanceSlots: Int64 = 0
  /// Nobody could hear the device, and it said nothing afterwards.
  package internal(set) var unverifiableSlots: Int64 = 0
  /// Not over yet, as far as we know.
  package internal(set) var pendingSlots: Int64 = 0
  /// Read aloud by a machine.
  package internal(set) var machineVoice = Sounded()
  package internal(set) var everyVoice = Sounded()

  /// A bulletin's end is looked for this long before and behind its slot.
  package static let tolerance: Milliseconds = 10 * 60_000
  /// A bulletin that ends later than that is still the slot's, if it is the device's next of that
  /// programme and ends within this.
  package static let lateMax: Milliseconds = 6 * 3_600_000

  package init() {}

  /// Everything that is not 0, under its name.
  package var figures: [(String, Int64)] {
    var figures: [(String, Int64)] = []
    for (name, sum) in [
      ("normal", normal), ("priority", priority), ("urgent", urgent), ("unknown", unknown),
    ] {
      figures += [
        ("slots_\(name)", sum.slots), ("requested_\(name)_ms", sum.requested),
        ("played_\(name)_ms", sum.played),
      ]
    }
    figures += [
      ("event_only_days", isByEventsAlone ? 1 : 0), ("maintenance_slots", maintenanceSlots),
      ("unverifiable_slots", unverifiableSlots), ("pending_slots", pendingSlots),
      ("voice_tts_bulletins", machineVoice.bulletins), ("voice_tts_ms", machineVoice.played),
      ("voice_all_bulletins", everyVoice.bulletins), ("voice_all_ms", everyVoice.played),
    ]
    return figures.filter { $0.1 != 0 }
  }

  mutating func add(_ priority: Slot.Priority?, requested: Milliseconds, played: Milliseconds) {
    switch priority {
    case .normal?: normal.add(requested: requested, played: played)
    case .priority?: self.priority.add(requested: requested, played: played)
    case .urgent?: urgent.add(requested: requested, played: played)
    case nil: unknown.add(requested: requested, played: played)
    }
  }

  mutating func sound(_ length: Milliseconds, _ voice: Slot.Voice) {
    guard length > 0 else { return }
    everyVoice.add(length)
    if voice == .tts { machineVoice.add(length) }
  }
}
