// SPDX-License-Identifier: Apache-2.0

import CLibical
import Telemetry

/// An event of libical's with the lines it stands on: asks it, and reports at the line.
struct PlacedEvent {
  let component: CalendarComponent
  let place: CalendarText.Event
  let file: String
  let problems: ConfigurationProblems

  var uid: String { component.text(ICAL_UID_PROPERTY) }

  func report(_ name: String, _ problem: String, allowed: String = "") {
    let line = place.properties.first { $0.name == name }
    problems.add(
      ConfigurationError(
        file: file, line: line?.number ?? place.line, keyPath: name, value: line?.value,
        problem: problem, allowed: allowed))
  }

  /// The dates, times and rules of the event that libical took, but cannot mean anything.
  func check() {
    let timed = [
      ICAL_DTSTART_PROPERTY, ICAL_DTEND_PROPERTY, ICAL_EXDATE_PROPERTY, ICAL_RECURRENCEID_PROPERTY,
    ].flatMap(component.properties)
    for property in timed { check(property.time, of: property) }
    for property in component.properties(ICAL_RDATE_PROPERTY) {
      check(property.addition?.start, of: property)
    }
    for property in [ICAL_RRULE_PROPERTY, ICAL_EXRULE_PROPERTY].flatMap(component.properties) {
      let frequency = unsafe property.rule.freq
      if frequency == ICAL_SECONDLY_RECURRENCE || frequency == ICAL_MINUTELY_RECURRENCE {
        report(
          property.name, "the rule repeats too often",
          allowed: "HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY")
      }
    }
    for property in component.properties(ICAL_RECURRENCEID_PROPERTY)
    where property.parameter("RANGE") != nil {
      report(
        property.name, "RANGE=THISANDFUTURE is not supported", allowed: "an event of its own")
    }
  }

  private func check(_ time: CalendarTime?, of property: CalendarProperty) {
    guard let time else {
      return report(
        property.name, "the time zone \(property.zoneName ?? "") is unknown",
        allowed: "a VTIMEZONE of the file, or an Olson name such as Asia/Ho_Chi_Minh")
    }
    if !time.isReal { report(property.name, "there is no such date or time") }
  }

  /// When it begins and how long it lasts; nil, reported, if it does not say so.
  func span() -> (start: CalendarTime, length: CalendarExpansion.Length)? {
    guard let first = component.property(ICAL_DTSTART_PROPERTY) else {
      report("DTSTART", "the event does not say when it begins")
      return nil
    }
    guard let start = first.time, start.isReal else { return nil }
    guard let length = length(from: start) else { return nil }
    guard length.days <= CalendarExpansion.lengthDaysMax,
      length.rest <= Int64(CalendarExpansion.lengthDaysMax) * LocalTime.dayLength
    else {
      report(
        component.property(ICAL_DTEND_PROPERTY) == nil ? "DURATION" : "DTEND",
        "the event is too long", allowed: "\(CalendarExpansion.lengthDaysMax) days")
      return nil
    }
    let interval = CalendarExpansion(start: start, length: length, now: 0).interval(from: start)
    guard interval.duration > 0 else {
      let name = component.property(ICAL_DTEND_PROPERTY) == nil ? "DURATION" : "DTEND"
      report(name, "the event ends when it begins", allowed: "a later end")
      return nil
    }
    return (start, length)
  }

  private func length(from start: CalendarTime) -> CalendarExpansion.Length? {
    if let property = component.property(ICAL_DTEND_PROPERTY) {
      guard let end = property.time, end.isReal else { return nil }
      guard end.isDate == start.isDate else {
        report("DTEND", "one of begin and end is a date, the other a time")
        return nil
      }
      guard end.instant >= start.instant else {
        report("DTEND", "the event ends before it begins")
        return nil
      }
      if start.isDate { return .init(days: Int(end.civilDay - start.civilDay)) }
      return .init(rest: end.instant - start.instant)
    }
    if let property = component.property(ICAL_DURATION_PROPERTY) {
      let duration = property.duration
      guard duration.is_neg == 0 else {
        report("DURATION", "the event ends before it begins")
        return nil
      }
      let seconds = (Int64(duration.hours) * 60 + Int64(duration.minutes)) * 60
        + Int64(duration.seconds)
      return .init(days: Int(duration.weeks) * 7 + Int(duration.days), rest: seconds * 1_000)
    }
    return start.isDate ? .init(days: 1) : .init()
  }
}
