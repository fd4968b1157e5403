// SPDX-License-Identifier: Apache-2.0

import CLibical
import Foundation
import Synchronization

/// What libical made of a text: components with their properties.
///
/// Used by one thread at a time: libical keeps time zones in global memory.
@safe struct CalendarTree: ~Copyable {
  /// Held by whoever reads a tree.
  static let oneAtATime = Mutex(())

  // Owned; freed with the tree and everything under it.
  private let root: OpaquePointer

  /// - Returns: nil if libical finds no component in it.
  init?(_ text: String) {
    guard let root = unsafe icalparser_parse_string(text) else { return nil }
    unsafe self.root = root
  }

  deinit { unsafe icalcomponent_free(root) }

  var errorCount: Int { Int(unsafe icalcomponent_count_errors(root)) }

  /// The events directly under a VCALENDAR, in the order of the text.
  var events: [CalendarComponent] {
    let isCalendar = unsafe icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT
    let top = unsafe CalendarComponent(unsafe root)
    let calendars = isCalendar ? [top] : top.components(ICAL_VCALENDAR_COMPONENT)
    return calendars.flatMap { $0.components(ICAL_VEVENT_COMPONENT) }
  }
}

/// A component of a tree that lives on.
@safe struct CalendarComponent {
  // Borrowed from the tree, whose owner keeps it while components are in use.
  private let pointer: OpaquePointer

  fileprivate init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  func components(_ kind: icalcomponent_kind) -> [CalendarComponent] {
    var found: [CalendarComponent] = []
    var next = unsafe icalcomponent_get_first_component(pointer, kind)
    while let component = unsafe next {
      unsafe found.append(CalendarComponent(unsafe component))
      unsafe next = icalcomponent_get_next_component(pointer, kind)
    }
    return found
  }

  /// In the order of the text.
  func properties(_ kind: icalproperty_kind) -> [CalendarProperty] {
    var found: [CalendarProperty] = []
    var next = unsafe icalcomponent_get_first_property(pointer, kind)
    while let property = unsafe next {
      unsafe found.append(CalendarProperty(unsafe property, of: pointer))
      unsafe next = icalcomponent_get_next_property(pointer, kind)
    }
    return found
  }

  func property(_ kind: icalproperty_kind) -> CalendarProperty? { properties(kind).first }

  /// Of the first property of the kind; empty if there is none.
  func text(_ kind: icalproperty_kind) -> String { property(kind)?.text ?? "" }
}

/// A property of a component that lives on.
@safe struct CalendarProperty {
  // Both borrowed from the tree.
  private let pointer: OpaquePointer
  private let component: OpaquePointer

  fileprivate init(_ pointer: OpaquePointer, of component: OpaquePointer) {
    unsafe self.pointer = pointer
    unsafe self.component = component
  }

  var kind: icalproperty_kind { unsafe icalproperty_isa(pointer) }

  var name: String {
    let name = unsafe icalproperty_get_property_name(pointer)
    return unsafe name.map { unsafe String(cString: $0) }?.uppercased() ?? ""
  }

  /// The value, unescaped if it is text, composed (NFC).
  var text: String {
    let value = unsafe icalproperty_get_value(pointer)
    let kind = unsafe value.map { unsafe icalvalue_isa($0) }
    let text =
      switch kind {
      case ICAL_TEXT_VALUE: unsafe icalvalue_get_text(value)
      case ICAL_X_VALUE: unsafe icalvalue_get_x(value)
      default: unsafe icalproperty_get_value_as_string(pointer)
      }
    let read = unsafe text.map { unsafe String(cString: $0) } ?? ""
    return read.precomposedStringWithCanonicalMapping
  }

  /// The zone that the property names.
  var zoneName: String? { parameter("TZID") }

  func parameter(_ name: String) -> String? {
    let value = unsafe icalproperty_get_parameter_as_string(pointer, name)
    return unsafe value.map { unsafe String(cString: $0) }
  }

  /// A date or time with the zone it names, from the file or, by its Olson name, from the system.
  ///
  /// - Returns: nil if the zone is known to neither.
  var time: CalendarTime? {
    unsafe time(icalproperty_get_datetime_with_component(pointer, component))
  }

  /// A recurrence set's addition: a time, or a stretch with a length of its own.
  var addition: (start: CalendarTime, end: CalendarTime?)? {
    let value = unsafe icalproperty_get_rdate(pointer)
    let period = unsafe value.period
    guard unsafe icaltime_is_null_time(period.start) == 0 else {
      return time.map { ($0, nil) }
    }
    let first = unsafe icalproperty_get_datetime_with_component(pointer, component)
    let zone = unsafe first.zone
    var (start, end) = unsafe (period.start, period.end)
    if unsafe icaltime_is_null_time(end) != 0 {
      unsafe end = icaltime_add(start, period.duration)
    }
    if unsafe start.zone == nil { unsafe start.zone = zone }
    if unsafe end.zone == nil { unsafe end.zone = zone }
    guard let start = unsafe time(start), let end = unsafe time(end) else { return nil }
    return (start, end)
  }

  var rule: icalrecurrencetype {
    unsafe kind == ICAL_EXRULE_PROPERTY
      ? icalproperty_get_exrule(pointer) : icalproperty_get_rrule(pointer)
  }

  var duration: icaldurationtype { unsafe icalproperty_get_duration(pointer) }

  private func time(_ time: icaltimetype) -> CalendarTime? {
    if unsafe time.is_date == 0, zoneName != nil, unsafe time.zone == nil { return nil }
    return unsafe CalendarTime(unsafe time)
  }
}
