// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What truly became of one slot at one device.
package struct SlotTruth: Sendable, Hashable, Encodable {
  package enum Attendance: String, Sendable, Encodable {
    case onTime = "on_time"
    case late, absent
  }

  package var id: String
  package var start: Milliseconds
  package var end: Milliseconds
  /// Of a bulletin: as devices write it.
  package var priority: String
  package var voice: String
  package var requestedSeconds: Int
  /// How long it sounded, or how long the endpoint was in the call.
  package var playedSeconds: Int
  /// Nothing happened, or the news of its end arrived within the plan.
  package var isTold: Bool
  /// Of a meeting; nil for a bulletin.
  package var attendance: Attendance?

  init(_ slot: DailySchedule.Slot, isMeeting: Bool) {
    id = slot.id
    start = slot.start
    end = slot.end
    priority = slot.priority.word
    voice = slot.voice.rawValue
    requestedSeconds = Int(slot.length / 1_000)
    playedSeconds = 0
    isTold = true
    attendance = isMeeting ? .absent : nil
  }

  /// - Parameter isTold: the news of its end is out.
  mutating func note(_ activity: Activity, until end: Milliseconds, isTold: Bool) {
    playedSeconds = Int((end - activity.start) / 1_000)
    self.isTold = isTold
    guard attendance != nil else { return }
    let length = self.end - start
    let attended = min(end, self.end) - max(activity.start, start)
    let isOnTime = activity.start - start <= 5 * 60_000 && 2 * attended >= length
    attendance = isOnTime ? .onTime : .late
  }
}
