// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What became of one bulletin of the schedule on one device, and what tells so.
package struct SlotOutcome: Hashable, Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// For as long as was requested.
    case played
    /// The same, but all of it was told later than `Fulfilment.tolerance` behind the slot.
    case late
    /// For less than was requested.
    case partial
    /// Not at all, though we would have heard of it.
    case missed
    /// Nobody could hear the device, and it said nothing afterwards.
    case unverifiable
    /// Not over yet, as far as we know.
    case pending
    /// Whole or in part in maintenance of the device.
    case maintenance
    case cancelled
  }

  package var slot: Slot
  package var verdict: Verdict
  /// At most what was requested.
  package var played: Milliseconds = 0
  /// The ends of the bulletin that the device told.
  package var ends: [ScheduleReadings.PlayEnd] = []
  /// Without an end: when the device's state said that it was playing it.
  package var playing = IntervalSet()
  /// When the device last said anything, whatever it was.
  package var lastAt: Milliseconds?
  /// The whole slot was observed.
  package var isObserved = false

  /// It counts in what was requested.
  package var isCounted: Bool {
    switch verdict {
    case .played, .late, .partial, .missed: true
    case .unverifiable, .pending, .maintenance, .cancelled: false
    }
  }
}

/// How one endpoint attended one meeting, and what tells so.
package struct AttendanceOutcome: Hashable, Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    case onTime, late, absent, unverifiable, pending, maintenance, cancelled
  }

  package var slot: Slot
  package var verdict: Verdict
  /// When it was in the call, inside of the slot.
  package var attended = IntervalSet()
  package var lastAt: Milliseconds?
  package var isObserved = false
}
