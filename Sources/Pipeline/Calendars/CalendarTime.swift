// SPDX-License-Identifier: Apache-2.0

import CLibical
import Telemetry

/// A date or a time of day in some zone. What names no zone is local: Asia/Ho_Chi_Minh, UTC+7.
@safe struct CalendarTime {
  // The zone it may point to belongs to the tree it came from, or to libical for good.
  private(set) var value: icaltimetype

  init(_ value: icaltimetype) {
    unsafe self.value = value
    // A date has none.
    if unsafe value.is_date != 0 { unsafe self.value.zone = nil }
  }

  /// - Parameter local: seconds since 1970-01-01 00:00 local.
  private init(local: Int64, isDate: Bool) {
    unsafe value = icaltime_from_timet_with_zone(time_t(local), isDate ? 1 : 0, nil)
    unsafe value.zone = nil
  }

  var isDate: Bool { unsafe value.is_date != 0 }
  var isLocal: Bool { unsafe value.zone == nil }

  /// Whether the calendar has such a day and the clock such a time.
  var isReal: Bool {
    guard unsafe (1...12).contains(value.month), unsafe value.year >= 1_900 else { return false }
    let days = unsafe icaltime_days_in_month(value.month, value.year)
    return unsafe (1...days).contains(value.day) && (0..<24).contains(value.hour)
      && (0..<60).contains(value.minute) && (0...60).contains(value.second)
  }

  /// Days since 1970-01-01, by the calendar of its own zone.
  var civilDay: Int64 {
    unsafe LocalTime.day(
      year: Int64(value.year), month: Int64(value.month), day: Int64(value.day)) ?? 0
  }

  var instant: Milliseconds {
    guard !isLocal else {
      return Milliseconds(unsafe icaltime_as_timet(value)) * 1_000 - LocalTime.offset
    }
    let universal = unsafe icaltime_convert_to_zone(value, icaltimezone_get_utc_timezone())
    return Milliseconds(unsafe icaltime_as_timet(universal)) * 1_000
  }

  /// By the calendar: where clocks change, a day has not always 24 hours.
  func adding(days: Int) -> CalendarTime {
    var length = icaldurationtype()
    length.is_neg = days < 0 ? 1 : 0
    length.days = UInt32(days.magnitude)
    return unsafe CalendarTime(unsafe icaltime_add(value, length))
  }

  /// The last instant of a rule, in the form that `start` has: libical compares what it is given.
  ///
  /// A date as the end of timed events means all of that day, as other programs have it.
  func asEnd(ofRuleFrom start: CalendarTime) -> CalendarTime {
    var end = self
    if isDate, !start.isDate {
      unsafe end.value.is_date = 0
      unsafe (end.value.hour, end.value.minute, end.value.second) = (23, 59, 59)
      unsafe end.value.zone = start.value.zone
      return end
    }
    if !isDate, start.isDate || start.isLocal {
      return CalendarTime(local: (instant + LocalTime.offset) / 1_000, isDate: start.isDate)
    }
    if isLocal { unsafe end.value.zone = start.value.zone }
    return end
  }
}
