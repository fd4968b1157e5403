// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Telemetry
import Testing

@testable import Reporting

@Suite("lists for programs")
struct ListJSONTests {
  private static func object(_ line: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(object as? [String: Any])
  }

  private static let title = "Cắt \"điện\"\n471"

  @Test("an entry of a calendar says all that is known of it, on one line")
  func entries() throws {
    var entry = CalendarEntry(
      id: 7, calendar: "c", uid: "u", purpose: .powerCut,
      scope: CalendarScope(units: ["04321"], feeders: ["471"]),
      occurrences: [Interval(start: 10, end: 20), Interval(start: 30, end: 40)],
      title: Self.title, enteredAt: 5, enteredBy: "an")
    let lines = CalendarList.json([entry, entry])
    #expect(lines.count == 2 && lines[0] == lines[1] && !lines[0].contains("\n"))
    let told = try Self.object(lines[0])
    #expect(told["title"] as? String == Self.title && told["purpose"] as? String == "power-cut")
    #expect(told["feeders"] as? [String] == ["471"] && told["kinds"] as? [String] == [])
    let occurrences = try #require(told["occurrences"] as? [[String: Int]])
    #expect(occurrences == [["start": 10, "end": 20], ["start": 30, "end": 40]])
    #expect(told["withdrawn_at"] == nil && told["note"] == nil)
    (entry.withdrawnAt, entry.withdrawnBy) = (9, "lan")
    let withdrawn = try Self.object(CalendarList.json([entry])[0])
    #expect(withdrawn["withdrawn_at"] as? Int == 9 && withdrawn["withdrawn_by"] as? String == "lan")
  }

  @Test("an outage that goes on has no end, and a note comes with its id")
  func outages() throws {
    let device = Device(
      number: 3, id: "ap-1", kind: "wifi-ap", name: "", site: "s", commune: "04321")
    var listed = ListedOutage(
      device: device, unitName: "Thôn 1",
      outage: Outage(
        interval: Interval(start: 100, end: 400), accountable: 300, downInPeriod: 300,
        cause: .noLink, isMarked: false, isOpen: true),
      recorded: RecordedCause(
        id: 12, device: 3, at: 150, cause: "cáp", enteredAt: 500, enteredBy: "lan"))
    let told = try Self.object(CalendarList.json([listed])[0])
    #expect(told["end"] == nil && told["start"] as? Int == 100)
    #expect(told["duration_ms"] as? Int == 300)
    #expect(told["cause"] as? String == "no_link")
    #expect((told["recorded"] as? [String: Any])?["id"] as? Int == 12)
    listed.recorded = nil
    #expect(try Self.object(CalendarList.json([listed])[0])["recorded"] == nil)
  }

  @Test("a slot names what it says and what of it is not registered")
  func slots() throws {
    let slot = Slot(
      commune: "04321", id: "BT-1", interval: Interval(start: 1_000, end: 61_000),
      title: Self.title, devices: ["loa-9"], version: 2, receivedAt: 5)
    let list = ScheduleList(slots: [slot], registry: Registry(), unit: nil)
    let told = try Self.object(list.json[0])
    #expect(told["slot"] as? String == "BT-1" && told["requested_ms"] as? Int == 60_000)
    #expect(told["not_registered"] as? [String] == ["loa-9"])
    #expect(told["cancelled"] as? Bool == false && told["prio"] as? String == "thuong")
  }
}
