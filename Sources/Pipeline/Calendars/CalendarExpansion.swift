// SPDX-License-Identifier: Apache-2.0

import CLibical
import Telemetry

/// Writes the recurrences of one event out: when it is, as instants.
///
/// libical says which dates a rule means; which of them are excluded, moved or behind the limits is
/// decided here.
struct CalendarExpansion {
  /// So many whole years around the one of the import: the same file again in the same year says
  /// the same.
  static let horizonYears: Int64 = 5
  /// An event more frequent than that is no plan that people made.
  static let occurrenceCountMax = 10_000
  /// One occurrence; longer work has no end that anybody knows.
  static let lengthDaysMax = 3_660
  /// Of one rule, those before the first that counts included: a century by the hour.
  static let stepCountMax = 1_000_000

  /// How long an occurrence lasts: days by the calendar, then so much time.
  struct Length {
    var days = 0
    var rest: Milliseconds = 0
  }

  /// What an occurrence that is changed alone becomes; nil is called off.
  struct Override {
    let replaces: CalendarTime
    let interval: Interval?
  }

  private struct Occurrence {
    let interval: Interval
    let civilDay: Int64
  }

  /// Occurrences that touch it are written out.
  private let reach: Interval
  let start: CalendarTime
  let length: Length
  private(set) var isCut = false
  private var found: [Milliseconds: Occurrence] = [:]

  init(start: CalendarTime, length: Length, now: Milliseconds) {
    self.start = start
    self.length = length
    let year = LocalTime.civil(ofDay: LocalTime.day(of: now)).year
    func newYear(_ year: Int64) -> Milliseconds {
      LocalTime.start(ofDay: LocalTime.day(year: max(1_900, year), month: 1, day: 1) ?? 0)
    }
    reach = Interval(
      start: newYear(year - Self.horizonYears), end: newYear(year + Self.horizonYears + 1))
  }

  /// - Returns: ascending and distinct.
  mutating func occurrences(
    of event: CalendarComponent, overrides: [Override]
  ) -> [Interval] {
    let rules = event.properties(ICAL_RRULE_PROPERTY)
    if rules.isEmpty || interval(from: start).end > reach.start { add(start) }
    for rule in rules {
      for time in times(of: rule) { add(time) }
    }
    for addition in event.properties(ICAL_RDATE_PROPERTY).compactMap(\.addition) {
      guard let end = addition.end else {
        add(addition.start)
        continue
      }
      let interval = Interval(
        start: addition.start.instant, end: max(addition.start.instant, end.instant))
      add(Occurrence(interval: interval, civilDay: addition.start.civilDay))
    }
    for rule in event.properties(ICAL_EXRULE_PROPERTY) {
      for time in times(of: rule) { remove(time) }
    }
    for time in event.properties(ICAL_EXDATE_PROPERTY).compactMap(\.time) { remove(time) }
    for override in overrides { remove(override.replaces) }
    let moved = overrides.compactMap(\.interval)
    let all = Set(found.values.map(\.interval) + moved).filter { $0.duration > 0 }
    var sorted = all.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    if sorted.count > Self.occurrenceCountMax {
      isCut = true
      sorted.removeLast(sorted.count - Self.occurrenceCountMax)
    }
    return sorted
  }

  func interval(from time: CalendarTime) -> Interval {
    let start = time.instant
    let days = length.days == 0 ? start : time.adding(days: length.days).instant
    return Interval(start: start, end: max(start, days + length.rest))
  }

  private mutating func add(_ time: CalendarTime) {
    add(Occurrence(interval: interval(from: time), civilDay: time.civilDay))
  }

  private mutating func add(_ occurrence: Occurrence) {
    found[occurrence.interval.start] = occurrence
  }

  /// A date takes out whatever begins on it.
  private mutating func remove(_ time: CalendarTime) {
    if !time.isDate || start.isDate {
      found[time.instant] = nil
    } else {
      for (instant, occurrence) in found where occurrence.civilDay == time.civilDay {
        found[instant] = nil
      }
    }
  }

  /// What a rule says, within the limits.
  private mutating func times(of property: CalendarProperty) -> [CalendarTime] {
    var rule = unsafe property.rule
    if unsafe icaltime_is_null_time(rule.until) == 0 {
      let until = unsafe CalendarTime(unsafe rule.until).asEnd(ofRuleFrom: start)
      unsafe rule.until = until.value
    }
    guard let iterator = unsafe icalrecur_iterator_new(rule, start.value) else { return [] }
    defer { unsafe icalrecur_iterator_free(iterator) }
    var times: [CalendarTime] = []
    for _ in 0..<Self.stepCountMax {
      let next = unsafe icalrecur_iterator_next(iterator)
      guard unsafe icaltime_is_null_time(next) == 0 else { return times }
      let time = unsafe CalendarTime(unsafe next)
      let interval = interval(from: time)
      if interval.end <= reach.start { continue }
      guard interval.start < reach.end, times.count <= Self.occurrenceCountMax else {
        isCut = true
        return times
      }
      times.append(time)
    }
    isCut = true
    return times
  }
}
