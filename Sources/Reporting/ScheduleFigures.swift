// SPDX-License-Identifier: Apache-2.0

/// The names of a day's figures that come from the schedule (`Fulfilment`, `Attendance`).
enum ScheduleFigures {
  static let priorities = ["normal", "priority", "urgent", "unknown"]
  static let voice = ["voice_tts_ms", "voice_all_ms", "voice_tts_bulletins", "voice_all_bulletins"]
  /// As the table of meetings has them; `meetings` are those of which somebody can tell.
  static let meetings = [
    "meetings", "meetings_on_time", "meetings_late", "meetings_absent", "meetings_unverifiable",
  ]
  static let meetingsInMaintenance = "meetings_maintenance"
  static let broadcasts =
    ["maintenance_slots", "unverifiable_slots", "pending_slots", "event_only_days"] + voice
    + priorities.flatMap { ["slots_\($0)", "requested_\($0)_ms", "played_\($0)_ms"] }
  private static let inForce =
    broadcasts + meetings + ["meetings_pending", meetingsInMaintenance]
  /// How much more of each there is without what was entered after the fact.
  static let all = inForce + inForce.map(FigureNames.announced)
}
