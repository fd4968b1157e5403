// SPDX-License-Identifier: Apache-2.0

import CLibical
import Telemetry

/// Puts the components that share a UID together: an event, and what is different of it at times.
struct CalendarEvents {
  let file: String
  let now: Milliseconds
  let problems: ConfigurationProblems

  /// What is told by a field of its own, or tells nothing that anybody asks for.
  private static let known: Set<String> = [
    "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "STATUS", "DTSTART", "DTEND",
    "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "DTSTAMP", "CREATED",
    "LAST-MODIFIED", "SEQUENCE",
  ]

  func read(_ placed: [PlacedEvent]) -> [CalendarEvent] {
    var order: [String] = []
    var byUID: [String: [PlacedEvent]] = [:]
    for event in placed {
      event.check()
      let uid = event.uid
      guard !uid.isEmpty else {
        event.report("UID", "the event has no UID, by which a later import would find it")
        continue
      }
      if byUID[uid] == nil { order.append(uid) }
      byUID[uid, default: []].append(event)
    }
    guard problems.isEmpty else { return [] }
    var events: [CalendarEvent] = []
    var occurrenceCount = 0
    for uid in order {
      guard let event = event(uid, byUID[uid] ?? []) else { continue }
      occurrenceCount += event.occurrences.count
      guard occurrenceCount <= CalendarFile.occurrenceCountMax else {
        problems.add(
          ConfigurationError(
            file: file, line: event.line, problem: "the events of the file occur too often",
            allowed: "\(CalendarFile.occurrenceCountMax) occurrences in all"))
        return []
      }
      events.append(event)
    }
    return events
  }

  private func event(_ uid: String, _ parts: [PlacedEvent]) -> CalendarEvent? {
    let masters = parts.filter { $0.component.property(ICAL_RECURRENCEID_PROPERTY) == nil }
    for repeated in masters.dropFirst() {
      repeated.report("UID", "another event has the same UID", allowed: "each UID once")
    }
    var replaced: Set<Milliseconds> = []
    var overrides: [CalendarExpansion.Override] = []
    for part in parts {
      guard let time = part.component.property(ICAL_RECURRENCEID_PROPERTY)?.time else { continue }
      if !replaced.insert(time.instant).inserted {
        part.report("RECURRENCE-ID", "the occurrence is changed twice")
      }
      guard let span = part.span() else { continue }
      let moved = CalendarExpansion(start: span.start, length: span.length, now: now)
      overrides.append(
        .init(
          replaces: time,
          interval: isCancelled(part) ? nil : moved.interval(from: span.start)))
    }
    guard let master = masters.first else {
      // Some programs send only what changed of an event.
      return parts.first.map { described($0, uid: uid, overrides.compactMap(\.interval), false) }
    }
    guard let span = master.span() else { return nil }
    var expansion = CalendarExpansion(start: span.start, length: span.length, now: now)
    let occurrences = expansion.occurrences(of: master.component, overrides: overrides)
    return described(master, uid: uid, occurrences, expansion.isCut)
  }

  private func isCancelled(_ event: PlacedEvent) -> Bool {
    event.component.text(ICAL_STATUS_PROPERTY).uppercased() == "CANCELLED"
  }

  private func described(
    _ event: PlacedEvent, uid: String, _ occurrences: [Interval], _ isCut: Bool
  ) -> CalendarEvent {
    let component = event.component
    let others = component.properties(ICAL_ANY_PROPERTY).filter { !Self.known.contains($0.name) }
    return CalendarEvent(
      uid: uid, summary: component.text(ICAL_SUMMARY_PROPERTY),
      description: component.text(ICAL_DESCRIPTION_PROPERTY),
      location: component.text(ICAL_LOCATION_PROPERTY),
      categories: component.properties(ICAL_CATEGORIES_PROPERTY).map(\.text),
      properties: others.map { CalendarEvent.Property(name: $0.name, value: $0.text) },
      isCancelled: isCancelled(event),
      occurrences: occurrences.sorted { ($0.start, $0.end) < ($1.start, $1.end) },
      isCut: isCut, line: event.place.line)
  }
}
