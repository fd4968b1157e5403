// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pipeline
import Telemetry
import TestSupport
import Testing

@Suite struct CalendarFileTests {
  /// 2026-02-16, local midnight.
  static let now = LocalTime.start(ofDay: 20_500)

  func read(_ lines: [String]) throws -> [CalendarEvent] {
    let all = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//nhip//tests//EN"] + lines
      + ["END:VCALENDAR", ""]
    return try CalendarFile.read(
      all.joined(separator: "\r\n"), file: "a.ics", now: Self.now)
  }

  func event(_ lines: [String], uid: String = "1") -> [String] {
    ["BEGIN:VEVENT", "UID:\(uid)"] + lines + ["END:VEVENT"]
  }

  func one(_ lines: [String]) throws -> CalendarEvent {
    try #require(try read(event(lines)).first)
  }

  func texts(_ event: CalendarEvent) -> [String] {
    event.occurrences.map {
      "\(LocalTime.text($0.start)) – \(LocalTime.text($0.end))"
    }
  }

  @Test("random rules occur when a day by day expander says", arguments: 0..<160 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    let rule = CalendarRuleCase(seed: seed)
    let events = try CalendarFile.read(
      rule.calendar(), file: "seed-\(seed).ics", now: CalendarRuleCase.now)
    let expected = rule.expected()
    #expect(events.map(\.occurrences) == [expected.occurrences], "seed \(seed)\n\(rule.calendar())")
    #expect(events.map(\.isCut) == [expected.isCut], "seed \(seed)\n\(rule.calendar())")
  }

  @Test("the random rules meet every frequency, end and cut")
  func coverage() {
    let cases = (0..<160 as Range<UInt64>).map(CalendarRuleCase.init)
    #expect(Set(cases.map(\.frequency)).count == 3 && Set(cases.map(\.zone)).count == 3)
    #expect(cases.count { $0.expected().isCut } > 15)
    #expect(cases.count { $0.untilDay != nil } > 15 && cases.count { $0.count != nil } > 15)
    #expect(cases.count { $0.startMinute == nil } > 15)
  }

  @Test("floating times and dates are local, and a date lasts its day")
  func local() throws {
    let floating = try one(["DTSTART:20260301T080000", "DURATION:PT90M"])
    #expect(texts(floating) == ["01/03/2026 08:00:00 – 01/03/2026 09:30:00"])
    let day = try one(["DTSTART;VALUE=DATE:20260301"])
    #expect(texts(day) == ["01/03/2026 00:00:00 – 02/03/2026 00:00:00"])
    let days = try one(["DTSTART;VALUE=DATE:20260301", "DTEND;VALUE=DATE:20260304"])
    #expect(texts(days) == ["01/03/2026 00:00:00 – 04/03/2026 00:00:00"])
  }

  @Test("zones come from the system by Olson name or from the file")
  func zones() throws {
    // Berlin's clocks go forward on 29 March 2026; nine o'clock stays nine o'clock there.
    let olson = try one([
      "DTSTART;TZID=Europe/Berlin:20260328T090000", "DTEND;TZID=Europe/Berlin:20260328T100000",
      "RRULE:FREQ=DAILY;COUNT=2",
    ])
    #expect(texts(olson) == [
      "28/03/2026 15:00:00 – 28/03/2026 16:00:00", "29/03/2026 14:00:00 – 29/03/2026 15:00:00",
    ])
    let zone = [
      "BEGIN:VTIMEZONE", "TZID:SE Asia Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000",
      "TZOFFSETFROM:+0700", "TZOFFSETTO:+0700", "END:STANDARD", "END:VTIMEZONE",
    ]
    let start = "DTSTART;TZID=SE Asia Standard Time:20260301T080000"
    let named = try read(zone + event([start, "DURATION:PT1H"]))
    #expect(named.map(texts) == [["01/03/2026 08:00:00 – 01/03/2026 09:00:00"]])
  }

  @Test("additions, exclusions and changed occurrences are taken over")
  func set() throws {
    let master = event([
      "DTSTART:20260301T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4",
      "RDATE:20260310T080000", "EXDATE;VALUE=DATE:20260302",
    ])
    let moved = event(["RECURRENCE-ID:20260303T080000", "DTSTART:20260303T200000", "DURATION:PT2H"])
    let off = event([
      "RECURRENCE-ID:20260304T080000", "DTSTART:20260304T080000", "DURATION:PT1H",
      "STATUS:CANCELLED",
    ])
    let events = try read(master + moved + off)
    #expect(events.map(texts) == [[
      "01/03/2026 08:00:00 – 01/03/2026 09:00:00", "03/03/2026 20:00:00 – 03/03/2026 22:00:00",
      "10/03/2026 08:00:00 – 10/03/2026 09:00:00",
    ]])
    #expect(events.first?.isCut == false)
  }

  @Test("words are unescaped and unfolded; own properties are kept in order")
  func words() throws {
    let event = try one([
      "DTSTART:20260301T080000", "DURATION:PT1H", "SUMMARY:Bảo trì\\, ", " đợt 1",
      "CATEGORIES:MAINTENANCE,Điện", "STATUS:CANCELLED", "X-NHIP-UNIT:0432103",
      "X-NHIP-SITE;X-A=1:nvh-1", "PRIORITY:1", "BEGIN:VALARM", "TRIGGER:-PT5M", "ACTION:DISPLAY",
      "DESCRIPTION:not this", "END:VALARM",
    ])
    #expect(event.summary == "Bảo trì, đợt 1" && event.description.isEmpty && event.isCancelled)
    #expect(event.categories == ["MAINTENANCE", "Điện"])
    #expect(event.properties.map(\.name) == ["X-NHIP-UNIT", "X-NHIP-SITE", "PRIORITY"])
    #expect(event.values(of: "X-NHIP-UNIT") == ["0432103"] && event.line == 4)
  }

  @Test("a rule without an end is cut at the horizon, and an hourly one at the limit")
  func cut() throws {
    let daily = try one(["DTSTART:20260301T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY"])
    #expect(daily.isCut && daily.occurrences.count > 1_800)
    let hourly = try one(["DTSTART:20260301T080000", "DURATION:PT1M", "RRULE:FREQ=HOURLY"])
    #expect(hourly.isCut && hourly.occurrences.count == 10_000)
    let old = try one(["DTSTART:19900301T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY"])
    let again = try CalendarFile.read(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:19900301T080000\nDURATION:PT1H\n"
        + "RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n", file: "a.ics",
      now: LocalTime.start(ofDay: LocalTime.day(year: 2026, month: 12, day: 31) ?? 0))
    #expect(again.map(\.occurrences) == [old.occurrences], "the same file in the same year")
    #expect(old.occurrences.count == 11 * 365 + 2)
    #expect(old.occurrences.contains { $0.start > Self.now })
  }

  @Test("damaged files are read or refused, and end", arguments: 0..<150 as Range<UInt64>)
  func damaged(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes = Array(CalendarRuleCase(seed: seed).calendar().utf8)
    let marks = Array(";:,=-+0123456789TZPWDHMS\r\n \"ABYFREQRULE".utf8)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.remove(at: at)
      case 1: bytes[at] = marks.randomElement(using: &random)!
      default: bytes.insert(marks.randomElement(using: &random)!, at: at)
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      for event in try CalendarFile.read(text, file: "a.ics", now: Self.now) {
        let starts = event.occurrences.map(\.start)
        #expect(starts == starts.sorted() && event.occurrences.count <= 10_000, "seed \(seed)")
        #expect(event.occurrences.allSatisfy { $0.duration > 0 }, "seed \(seed)")
      }
    } catch {
      #expect(error.errors.allSatisfy { $0.file == "a.ics" && $0.line > 0 }, "seed \(seed)")
    }
  }

  static let times = ["DTSTART:20260301T080000", "DURATION:PT1H"]

  @Test(
    "what is wrong is said at its line",
    arguments: [
      (["DTSTART:20260301T080000", "DTEND:20260301T070000"], 7, "ends before it begins"),
      (["DTSTART:20260301T080000"], 4, "ends when it begins"),
      (["DTSTART:20260301T080000", "DURATION:P4294967295W"], 7, "too long"),
      (["SUMMARY:nothing"], 4, "does not say when it begins"),
      (times + ["RRULE:FREQ=SOMETIMES"], 8, "is no recurrence rule"),
      (times + ["RRULE:FREQ=DAILY;COUNT=many"], 8, "is no recurrence rule"),
      (times + ["RRULE:FREQ=SECONDLY"], 8, "repeats too often"),
      (["DTSTART;TZID=Mars/Base:20260301T080000", "DURATION:PT1H"], 6, "Mars/Base is unknown"),
      (["DTSTART:20260231T080000", "DURATION:PT1H"], 6, "no such date"),
      (["DTSTART:tomorrow", "DURATION:PT1H"], 6, "is no property that can be read"),
      (times + ["DTSTRT:20260301T080000"], 8, "is no property that can be read"),
      (times + ["END:VJOURNAL"], 8, "ends nothing"), (times + ["a line"], 8, "is no property"),
      (times + ["BEGIN:VALARM"], 9, "ends nothing"),
    ] as [([String], Int, String)])
  func faults(lines: [String], line: Int, words: String) throws {
    let errors = try #require(throws: ConfigurationErrors.self) { try read(event(lines)) }
    let places = errors.errors.map { "\($0.description)" }
    #expect(places.contains { $0.hasPrefix("a.ics:\(line):") && $0.contains(words) }, "\(places)")
  }

  @Test("files that are no calendar, and events that cannot be told apart, are refused")
  func refused() throws {
    for text in ["", "hello\n", "UID:1\r\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n"] {
      let errors = #expect(throws: ConfigurationErrors.self) {
        try CalendarFile.read(text, file: "a.ics", now: Self.now)
      }
      #expect(errors != nil, "\(text)")
    }
    let twice = #expect(throws: ConfigurationErrors.self) {
      try read(event(Self.times) + event(Self.times))
    }
    #expect(twice?.description.contains("a.ics:10:1: key 'UID'") == true)
    let missing = #expect(throws: ConfigurationErrors.self) {
      try CalendarFile.load(path: "/nonexistent/a.ics", now: Self.now)
    }
    #expect(missing?.description.contains("does not exist") == true)
    #expect(try read([]).isEmpty)
  }
}
