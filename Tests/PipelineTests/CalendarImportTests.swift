// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("calendar commands")
struct CalendarImportTests {
  private static let now = LocalTime.start(ofDay: 20_700)
  private let fixture: ReplayFixture

  init() throws { fixture = try ReplayFixture() }

  private func calendar(_ events: [[String]]) throws -> String {
    let lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//nhip//tests//EN"]
      + events.enumerated().flatMap { index, lines in
        ["BEGIN:VEVENT", "UID:\(index)"] + lines + ["END:VEVENT"]
      } + ["END:VCALENDAR", ""]
    try fixture.folder.write("a.ics", lines.joined(separator: "\r\n"))
    return "\(fixture.folder.path)/a.ics"
  }

  private func run(_ command: ControlCommand, note: String? = nil) throws -> String {
    let files = try ControlFiles.load(
      for: command, store: fixture.store.path, profiles: { fixture.profiles }, at: Self.now)
    var execution = ControlExecution(store: fixture.store, profiles: fixture.profiles)
    return try execution.run(
      ControlRequest(command, by: "an", note: note), files: files, at: Self.now)
  }

  private static let times = ["DTSTART:20261201T080000", "DURATION:PT2H"]

  @Test("an event's own properties win over what the command says, list by list")
  func properties() throws {
    let file = try calendar([
      Self.times + ["SUMMARY:Cắt điện", "X-NHIP-PURPOSE:power-cut", "X-NHIP-SITE:nvh01,nvh02"],
      Self.times + ["X-NHIP-RESPONSIBLE:Điện lực"],
    ])
    let order = CalendarOrder(
      file: file, calendar: "c", purpose: .maintenance,
      scope: CalendarScope(sites: ["nvh03"], kinds: ["wifi-ap"]), responsible: "VNPT")
    let text = try run(.calendarImport(order), note: "thử")
    #expect(text.contains("new\tpower-cut") && text.hasSuffix("2 changes"))
    let entries = try fixture.store.calendarEntries()
    #expect(entries.map(\.purpose) == [.powerCut, .maintenance])
    #expect(entries[0].scope == CalendarScope(sites: ["nvh01", "nvh02"], kinds: ["wifi-ap"]))
    #expect(entries[1].scope == order.scope)
    #expect(entries.map(\.responsible) == ["VNPT", "Điện lực"])
    #expect(entries.map(\.enteredBy) == ["an", "an"] && entries.map(\.note) == ["thử", "thử"])
    let list = CalendarList.text(entries, now: Self.now, language: .vi)
    #expect(list.contains("cắt điện theo kế hoạch") && list.contains("01/12/2026 08:00:00"))
    #expect(try run(.calendarImport(order)) == "0 changes")
    #expect(try run(.calendarWithdraw(entries: [1, 2])).hasPrefix("2 entries withdrawn"))
  }

  @Test("what began before it was entered is said to be late")
  func late() throws {
    let file = try calendar([
      ["DTSTART:20261201T080000", "DURATION:PT2H"], ["DTSTART:20260101T080000", "DURATION:PT2H"],
    ])
    let text = try run(
      .calendarImport(CalendarOrder(file: file, calendar: "c", purpose: .maintenance)))
    #expect(text.contains("1 occurrences began before they were entered"))
  }

  @Test(
    "names that nothing has are refused with the nearest one, in a file at its line",
    arguments: [
      (["X-NHIP-SITE:nvh0l"], "no site is called 'nvh0l', did you mean 'nvh01'?"),
      (["X-NHIP-UNIT:99999"], "no unit is called '99999'"),
      (["X-NHIP-KIND:wifi-app"], "did you mean 'wifi-ap'?"),
      (["X-NHIP-PURPOSE:party"], "no such purpose"),
      (["X-NHIP-SITES:nvh01"], "unknown property, did you mean 'X-NHIP-SITE'?"),
    ])
  func unknown(lines: [String], words: String) throws {
    let file = try calendar([Self.times, Self.times + lines])
    let order = CalendarOrder(file: file, calendar: "c", purpose: .maintenance)
    let errors = try #require(throws: ConfigurationErrors.self) {
      try run(.calendarImport(order))
    }
    #expect(errors.description.contains(words), "\(errors)")
    #expect(errors.description.contains("a.ics:9:"), "\(errors)")
    #expect(try fixture.store.calendarEntries().isEmpty)
  }

  @Test("a scope of the command line that nothing has, and a file without a purpose, are refused")
  func refused() throws {
    let file = try calendar([Self.times])
    let unknown = #expect(throws: ControlFailure.self) {
      try run(
        .calendarImport(
          CalendarOrder(
            file: file, calendar: "c", purpose: .drill,
            scope: CalendarScope(devices: ["ap-thon01-l"]))))
    }
    #expect(unknown?.text.contains("no device is called 'ap-thon01-l', did you mean") == true)
    let purposeless = #expect(throws: ConfigurationErrors.self) {
      try run(.calendarImport(CalendarOrder(file: file, calendar: "c")))
    }
    #expect(purposeless?.description.contains("nothing says what the event") == true)
    #expect(throws: ControlFailure.self) {
      try run(.calendarImport(CalendarOrder(file: file, calendar: "a\nb", purpose: .drill)))
    }
  }

  @Test("a gap is confirmed with a note, for time that has passed")
  func confirmation() throws {
    let past = Interval(start: Self.now - 7_200_000, end: Self.now - 3_600_000)
    #expect(try run(.observedConfirm(past), note: "router").hasPrefix("gap 1 confirmed"))
    #expect(throws: ControlFailure.self) { try run(.observedConfirm(past)) }
    let future = Interval(start: Self.now, end: Self.now + 1)
    #expect(throws: ControlFailure.self) { try run(.observedConfirm(future), note: "x") }
    #expect(try run(.observedWithdraw(gap: 1)).hasPrefix("gap 1 withdrawn"))
  }

  @Test("a note on an outage is withdrawn once, and stays in the store")
  func withdrawnNote() throws {
    let store = fixture.store
    let device = try #require(try store.registry().devices.first)
    let cause = RecordedCause(
      device: device.number, at: Self.now - 9, cause: "đứt cáp", enteredAt: Self.now - 5,
      enteredBy: "lan")
    let kept = try store.record(cause, replacingIn: Interval(start: 0, end: 1))
    let text = try run(.outageWithdraw(note: kept.id))
    #expect(text.hasPrefix("note \(kept.id) withdrawn: 'đứt cáp' of \(device.id)"))
    #expect(try store.recordedCauses(from: .min, to: .max).isEmpty)
    #expect(throws: StoreError.self) { try run(.outageWithdraw(note: kept.id)) }
    let rows = try store.recordedCauses(from: .min, to: .max, inForce: false)
    #expect(rows.map(\.withdrawnBy) == ["an"] && rows.map(\.cause) == ["đứt cáp"])
  }
}
