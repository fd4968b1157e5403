// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("schedule from a calendar file")
struct ScheduleImportTests {
  /// 2026-11-20 00:00 in Viet Nam.
  private static let now: Milliseconds = 1_795_107_600_000
  private static let hour: Milliseconds = 3_600_000

  private static func event(_ lines: [String], uid: String = "ban-tin-sang") -> String {
    (["BEGIN:VEVENT", "UID:\(uid)", "DTSTAMP:20261101T000000Z"] + lines + ["END:VEVENT"])
      .joined(separator: "\r\n") + "\r\n"
  }

  private static func daily(
    at hour: String = "05", count: Int = 3, title: String = "Bản tin sáng", _ more: [String] = []
  ) -> String {
    event(
      [
        "SUMMARY:\(title)", "DTSTART;TZID=Asia/Ho_Chi_Minh:20261121T\(hour)0000",
        "DTEND;TZID=Asia/Ho_Chi_Minh:20261121T\(hour)1500", "RRULE:FREQ=DAILY;COUNT=\(count)",
      ] + more)
  }

  private func run(
    _ fixture: ReplayFixture, _ events: String, commune: String = "04321",
    kind: Slot.Kind = .loudspeaker, isDryRun: Bool = false, at instant: Milliseconds = now
  ) throws -> String {
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n\(events)END:VCALENDAR\r\n"
    let read = try CalendarFile.read(text, file: "hop.ics", now: instant)
    let order = ScheduleOrder(
      file: "hop.ics", commune: commune, kind: kind, isDryRun: isDryRun)
    return try ScheduleImport(order: order, store: fixture.store)
      .run(read, by: "an", at: instant)
  }

  private func slots(_ fixture: ReplayFixture) throws -> [Slot] {
    try fixture.store.slots(overlapping: Interval(start: 0, end: .max))
  }

  @Test("one slot an occurrence, with everything the event says")
  func everything() throws {
    let fixture = try ReplayFixture()
    let text = try run(
      fixture,
      Self.daily([
        "X-NHIP-PROG:BT-05", "X-NHIP-PRIO:uu-tien", "X-NHIP-VOICE:tts", "X-NHIP-SRC:xa",
        "X-NHIP-DEVICES:loa-2, loa-1", "X-NHIP-UNITS:04321-01", "PRIORITY:1",
      ]))
    #expect(text == "3 slots new, 0 changed, 0 withdrawn, 0 as they were")
    let found = try slots(fixture)
    #expect(
      found.map(\.id) == [
        "ban-tin-sang-20261121T050000", "ban-tin-sang-20261122T050000",
        "ban-tin-sang-20261123T050000",
      ])
    let start = Self.now + 29 * Self.hour
    let expected = Slot(
      commune: "04321", id: "ban-tin-sang-20261121T050000",
      interval: Interval(start: start, end: start + Self.hour / 4), programme: "BT-05",
      title: "Bản tin sáng", priority: .priority, voice: .tts, source: "xa",
      devices: ["loa-1", "loa-2"], units: ["04321-01"], version: 1, receivedAt: Self.now,
      enteredBy: "an")
    #expect(found.first == expected)
  }

  @Test("PRIORITY of the calendar counts where nothing else is said")
  func priorities() throws {
    for (number, priority) in [
      ("0", Slot.Priority.normal), ("1", .urgent), ("4", .urgent), ("5", .priority),
      ("6", .normal), ("9", .normal),
    ] {
      let fixture = try ReplayFixture()
      _ = try run(
        fixture, Self.daily(count: 1, ["PRIORITY:\(number)"]), kind: .videoEndpoint)
      #expect(try slots(fixture).map(\.priority) == [priority], "\(number)")
      #expect(try slots(fixture).map(\.kind) == [.videoEndpoint])
    }
  }

  @Test("an import again changes what changed, and withdraws what is no longer said")
  func again() throws {
    let fixture = try ReplayFixture()
    _ = try run(fixture, Self.daily())
    let other = Self.event(
      ["DTSTART:20261121T010000Z", "DURATION:PT1H", "SUMMARY:khác"], uid: "khac")
    _ = try run(fixture, other)
    #expect(try run(fixture, Self.daily()) == "0 slots new, 0 changed, 0 withdrawn, 3 as they were")
    let renamed = Self.daily(count: 2, title: "Bản tin")
    #expect(
      try run(fixture, renamed, isDryRun: true)
        == "0 slots new, 2 changed, 1 withdrawn, 0 as they were; none taken (--dry-run)")
    #expect(try slots(fixture).allSatisfy { $0.version == 1 })
    #expect(try run(fixture, renamed) == "0 slots new, 2 changed, 1 withdrawn, 0 as they were")
    // An hour later: other slots, and those of before are withdrawn.
    #expect(
      try run(fixture, Self.daily(at: "06", count: 2))
        == "2 slots new, 0 changed, 2 withdrawn, 0 as they were")
    let inForce = try slots(fixture).filter { !$0.isCancelled }.map(\.title)
    #expect(inForce.sorted() == ["Bản tin sáng", "Bản tin sáng", "khác"])
    let cancelled = Self.daily(at: "06", count: 2, ["STATUS:CANCELLED"])
    #expect(try run(fixture, cancelled) == "0 slots new, 0 changed, 2 withdrawn, 0 as they were")
  }

  @Test("what was over a month ago is left out")
  func past() throws {
    let fixture = try ReplayFixture()
    let later = Self.now + 33 * LocalTime.dayLength
    let text = try run(fixture, Self.daily(), at: later)
    #expect(
      text == "2 slots new, 0 changed, 0 withdrawn, 0 as they were, "
        + "1 left out that were over more than 31 days ago")
  }

  @Test("a UID that cannot stand in a topic becomes an id that can, always the same")
  func identity() {
    #expect(EventSlots.base(of: "abc.DEF_1-2") == "abc.DEF_1-2")
    let long = String(repeating: "a", count: 49)
    for uid in ["họp@xã", "a b", long, "a/b", ""] {
      let base = EventSlots.base(of: uid)
      #expect(base == EventSlots.base(of: uid))
      #expect(base.utf8.count <= 48 && base.utf8.count >= 17)
      let isAllowed = base.utf8.allSatisfy { $0 < 0x80 && $0 != 0x2F && $0 != 0x20 }
      #expect(isAllowed, "\(base)")
    }
    #expect(EventSlots.base(of: "a b") != EventSlots.base(of: "a-b"))
    #expect(EventSlots.base(of: "a b") != EventSlots.base(of: "a/b"))
  }

  @Test(
    "what is wrong is named at its event, and nothing is taken",
    arguments: [
      ("X-NHIP-PRIO:gap", "no such priority"), ("X-NHIP-VOICE:choir", "no such voice"),
      ("X-NHIP-DEVICES:loa 1", "this can be none"), ("X-NHIP-PROGG:x", "did you mean"),
    ])
  func mistakes(property: String, problem: String) throws {
    let fixture = try ReplayFixture()
    let error = try #require(throws: ConfigurationErrors.self) {
      try run(fixture, Self.daily() + Self.event([
        "DTSTART:20261121T010000Z", "DURATION:PT1H", property,
      ], uid: "bad"))
    }
    #expect(error.description.contains(problem), "\(error)")
    #expect(error.description.contains("hop.ics:12"), "\(error)")
    #expect(try slots(fixture).isEmpty)
  }

  @Test("an event longer than a day, and an unknown commune, are refused")
  func refused() throws {
    let fixture = try ReplayFixture()
    let long = Self.event(["DTSTART:20261121T010000Z", "DURATION:PT25H"])
    let error = try #require(throws: ConfigurationErrors.self) { try run(fixture, long) }
    #expect(error.description.contains("longer than 24 hours"))
    let failure = try #require(throws: ControlFailure.self) {
      try run(fixture, Self.daily(), commune: "99999")
    }
    #expect(failure.text.contains("99999"))
  }

  @Test("a slot that comes for a sealed day makes a revision of it; one for later does not")
  func sealedDay() throws {
    let fixture = try ReplayFixture()
    let day = LocalTime.day(of: Self.now)
    let topic = "nhip/v1/04321/loudspeaker/loa-thon01-1/telemetry"
    let device = try #require(
      try fixture.store.registry().devices.first { $0.kind == "loudspeaker" })
    let lines = try (0..<(3 * 1_440)).map { minute in
      try ReplayFixture.line(
        topic.replacing("loa-thon01-1", with: device.id), "{\"play\":\"idle\"}",
        at: Self.now + Milliseconds(minute) * 60_000)
    }
    _ = try fixture.replay(lines)
    try SealFixture.seal(fixture, through: day + 1)
    #expect(try fixture.store.changedStretches().isEmpty)
    _ = try run(
      fixture,
      Self.event(["DTSTART:20261125T010000Z", "DURATION:PT15M"], uid: "later"))
    #expect(try fixture.store.changedStretches().isEmpty)
    _ = try run(
      fixture, Self.event(["DTSTART:20261120T010000Z", "DURATION:PT15M"], uid: "late"))
    #expect(try !fixture.store.changedStretches().isEmpty)
    let changed = try SealFixture.seal(fixture, through: day + 1)
    #expect(changed.map(\.day) == [day])
    #expect(changed.map(\.revision) == [2])
    let figures = try #require(try fixture.store.sealedFigures(of: changed[0])[device.number])
    #expect(figures.pairs.contains { $0.name == "requested_normal_ms" && $0.value == "900000" })
    #expect(!figures.pairs.contains { $0.name == "played_normal_ms" })
    #expect(try fixture.store.changedStretches().isEmpty)
  }
}
