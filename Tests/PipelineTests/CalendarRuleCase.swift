// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Telemetry
import TestSupport

/// A random recurring event, as text for the importer and written out day by day by an expander
/// that looks at every day in turn and knows nothing of libical.
struct CalendarRuleCase {
  enum Frequency: String, CaseIterable { case daily, weekly, monthly }
  enum Zone: CaseIterable { case local, named, universal }

  /// 2026-02-16; rules are followed to the end of 2031.
  static let now = LocalTime.start(ofDay: 20_500)
  static let horizon = LocalTime.start(ofDay: 22_645)
  private static let dayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

  let frequency: Frequency
  let interval: Int64
  let weekdays: [Int]
  let count: Int?
  /// A day, by the calendar of the zone; the last instant is the start of an event on it.
  let untilDay: Int64?
  let zone: Zone
  /// Since midnight, in minutes; nil is an event of whole days.
  let startMinute: Int64?
  let length: Milliseconds
  private(set) var startDay: Int64
  private(set) var excludedDays: Set<Int64> = []

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    frequency = Frequency.allCases.randomElement(using: &random)!
    interval = Int64.random(in: 1...4, using: &random)
    weekdays =
      Bool.random(using: &random)
      ? Array((0..<7).shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
      : []
    zone = Zone.allCases.randomElement(using: &random)!
    startMinute = Int.random(in: 0..<4, using: &random) == 0
      ? nil : Int64.random(in: 0..<1_440, using: &random)
    length = startMinute == nil
      ? LocalTime.dayLength * Int64.random(in: 1...2, using: &random)
      : LocalTime.minuteLength * Int64.random(in: 1...600, using: &random)
    startDay = 20_500 + Int64.random(in: -700...300, using: &random)
    let ending = Int.random(in: 0..<3, using: &random)
    count = ending == 0 ? Int.random(in: 1...60, using: &random) : nil
    untilDay = ending == 1 ? startDay + Int64.random(in: 0...900, using: &random) : nil
    // What a rule means that its own beginning does not meet, nobody defines.
    while !isMet(by: startDay) { startDay += 1 }
    let days = startDay..<startDay + 200
    excludedDays = Set((0..<Int.random(in: 0...8, using: &random)).map { _ in
      Int64.random(in: days, using: &random)
    })
  }

  // MARK: The expander

  private func isMet(by day: Int64) -> Bool {
    guard weekdays.isEmpty || weekdays.contains(LocalTime.weekday(ofDay: day)) else { return false }
    switch frequency {
    case .daily: return (day - startDay) % interval == 0
    case .weekly:
      let monday = { (day: Int64) in day - Int64(LocalTime.weekday(ofDay: day)) }
      return (monday(day) - monday(startDay)) / 7 % interval == 0
        && (!weekdays.isEmpty
          || LocalTime.weekday(ofDay: day) == LocalTime.weekday(ofDay: startDay))
    case .monthly:
      let (first, this) = (LocalTime.civil(ofDay: startDay), LocalTime.civil(ofDay: day))
      let months = (this.year - first.year) * 12 + this.month - first.month
      return months % interval == 0 && (!weekdays.isEmpty || this.day == first.day)
    }
  }

  private func start(on day: Int64) -> Milliseconds {
    let midnight = zone == .universal && startMinute != nil
      ? day * LocalTime.dayLength : LocalTime.start(ofDay: day)
    return midnight + (startMinute ?? 0) * LocalTime.minuteLength
  }

  func expected() -> (occurrences: [Interval], isCut: Bool) {
    var found: [Interval] = []
    var met = 0
    var day = startDay
    while true {
      if let untilDay, day > max(untilDay, startDay) { return (found, false) }
      defer { day += 1 }
      guard isMet(by: day) else { continue }
      met += 1
      if let count, met > count { return (found, false) }
      let start = start(on: day)
      if start >= Self.horizon { return (found, true) }
      if excludedDays.contains(day) { continue }
      found.append(Interval(start: start, end: start + length))
    }
  }

  // MARK: The text

  private func stamp(_ day: Int64) -> String {
    LocalTime.isoDate(ofDay: day).filter { $0 != "-" }
  }

  private func text(_ day: Int64, offset: Int64 = 0) -> String {
    guard let startMinute else { return stamp(day) }
    let minutes = day * 1_440 + startMinute + offset
    let (day, minute) = (minutes / 1_440, minutes % 1_440)
    let clock = [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    return "\(stamp(day))T\(clock)00"
  }

  private func property(_ name: String, _ day: Int64) -> String {
    if startMinute == nil { return "\(name);VALUE=DATE:\(text(day))" }
    switch zone {
    case .local: return "\(name):\(text(day))"
    case .named: return "\(name);TZID=Asia/Ho_Chi_Minh:\(text(day))"
    case .universal: return "\(name):\(text(day))Z"
    }
  }

  func calendar() -> String {
    var rule = "RRULE:FREQ=\(frequency.rawValue.uppercased());INTERVAL=\(interval)"
    if let count { rule += ";COUNT=\(count)" }
    if let untilDay {
      // UNTIL of a timed event is in UTC, whatever the zone.
      let day = max(untilDay, startDay)
      let end = startMinute == nil || zone == .local
        ? text(day) : text(day, offset: zone == .named ? -420 : 0) + "Z"
      rule += ";UNTIL=\(end)"
    }
    if !weekdays.isEmpty {
      rule += ";BYDAY=" + weekdays.sorted().map { Self.dayNames[$0] }.joined(separator: ",")
    }
    let minutes = length / LocalTime.minuteLength
    let lines = [
      "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//nhip//tests//EN", "BEGIN:VEVENT", "UID:rule",
      property("DTSTART", startDay),
      startMinute == nil ? "DURATION:P\(minutes / 1_440)D" : "DURATION:PT\(minutes)M", rule,
    ] + excludedDays.sorted().map { property("EXDATE", $0) } + ["END:VEVENT", "END:VCALENDAR"]
    return lines.joined(separator: "\r\n")
  }
}
