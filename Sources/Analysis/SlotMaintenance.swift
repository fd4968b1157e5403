// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension ServicePlan {
  /// Whether a device is worked on during a slot, whole or in part, and since when that was known.
  package enum SlotWork: Hashable, Sendable {
    case none
    /// Some of the work was entered before the slot began, or before the work itself did.
    case announced
    /// All of it was entered in the middle of it, during the slot or later.
    case late
  }

  /// What was entered in the middle of the work is announced to the slots that begin later.
  package func work(during slot: Interval) -> SlotWork {
    func meets(_ set: IntervalSet) -> Bool { !set.clipped(to: slot).isEmpty }
    guard meets(maintenance) else { return .none }
    let isAnnounced = announcedMaintenance.contains(slot.start) || meets(foreseenMaintenance)
    return isAnnounced ? .announced : .late
  }
}
