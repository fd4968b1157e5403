// SPDX-License-Identifier: Apache-2.0

/// The names of a day's figures that come from the schedule.
enum ScheduleFigures {
  static let priorities = ["normal", "priority", "urgent"]
  static let voice = ["voice_tts_ms", "voice_all_ms", "voice_tts_bulletins", "voice_all_bulletins"]
  static let meetings = [
    "meetings", "meetings_on_time", "meetings_late", "meetings_absent", "meetings_unverifiable",
  ]
  static let broadcasts =
    ["unverifiable_slots"] + voice
    + priorities.flatMap { ["slots_\($0)", "requested_\($0)_ms", "played_\($0)_ms"] }
  static let all = broadcasts + meetings
}
