// SPDX-License-Identifier: Apache-2.0

/// The names of a day's figures that come from the schedule (`Fulfilment`, `Attendance`).
enum ScheduleFigures {
  static let priorities = ["normal", "priority", "urgent", "unknown"]
  static let voice = ["voice_tts_ms", "voice_all_ms", "voice_tts_bulletins", "voice_all_bulletins"]
  /// As the table of meetings has them; `meetings` are those of which somebody can tell.
  static let meetings = [
    "meetings", "meetings_on_time", "meetings_late", "meetings_absent", "meetings_unverifiable",
  ]
  static let broadcasts =
    ["unverifiable_slots", "pending_slots", "event_only_days"] + voice
    + priorities.flatMap { ["slots_\($0)", "requested_\($0)_ms", "played_\($0)_ms"] }
  static let all = broadcasts + meetings + ["meetings_pending"]
}
