// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("slots and maintenance that were entered after the fact")
struct LateSlotTests {
  private static let midnight = SealFixture.midnight
  private static let minute: Milliseconds = 60_000

  private static func at(_ minutes: Int) -> Milliseconds {
    midnight + Milliseconds(minutes) * minute
  }

  /// Half an hour each; published in the minute that comes with it.
  private static let slots: [(id: String, start: Int, published: Int, payload: String)] = [
    ("known", 60, 10, ""), ("late", 120, 121, ""), ("cancelled", 180, 10, ""),
    ("cancelled", 180, 200, ",\"cancelled\":true"), ("work", 240, 10, ""),
    ("late-work", 300, 10, ""), ("late-both", 360, 400, ""), ("recalled", 420, 10, ""),
    ("recalled", 420, 419, ",\"cancelled\":true"),
  ]

  /// A loudspeaker that is heard all day and plays nothing.
  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(profiles: try ReplayFixture.alwaysInService())
    let device = try #require(
      try fixture.store.registry().devices.first { $0.kind == "loudspeaker" })
    for (uid, start, entered) in [("work", 245, 5), ("late-work", 290, 500), ("both", 360, 500)] {
      let entry = CalendarEntry(
        calendar: "", uid: uid, purpose: .maintenance, scope: CalendarScope(devices: [device.id]),
        occurrences: [Interval(start: at(start), end: at(start + 20))])
      _ = try fixture.store.importCalendar(
        uid, [entry], isFull: false, by: "an", note: nil, at: at(entered),
        dryRun: false)
    }
    let topic = Topic.path(
      commune: device.commune, kind: device.kind, device: device.id, channel: .telemetry)
    var messages = slots.map { slot in
      (
        at: at(slot.published), topic: Topic.slot(commune: device.commune, id: slot.id),
        payload: "{\"start\":\(at(slot.start)),\"dur_s\":1800\(slot.payload)}"
      )
    }
    messages += (0..<2_000).map { (at: at($0), topic: topic, payload: "{\"play\":\"idle\"}") }
    messages.sort { $0.at < $1.at }
    _ = try fixture.replay(
      try messages.map { try ReplayFixture.line($0.topic, $0.payload, at: $0.at) })
    return fixture
  }

  private static let expected: [String: Int64] = [
    // In force: known and late.
    "slots_normal": 2, "requested_normal_ms": 2 * 30 * minute, "maintenance_slots": 3,
    // Announced: known, cancelled, and what was worked on without anybody having said so.
    "announced_slots_normal_more": 1, "announced_requested_normal_ms_more": 30 * minute,
    "announced_maintenance_slots_more": -2,
  ]

  @Test("count in force, and how much more there is without them stands beside it")
  func figures() throws {
    let fixture = try Self.fixture()
    let period = (Self.midnight, Self.midnight + LocalTime.dayLength)
    func check(isSealed: Bool) throws {
      let report = try fixture.report(from: period.0, to: period.1)
      #expect(report.seal.isSealed == isSealed)
      let device = try #require(report.devices.first { $0.device.kind == "loudspeaker" })
      for (name, value) in Self.expected { #expect(device.figures[name] == value, "\(name)") }
      let page = HTMLReport.render(report)
      #expect(page.contains("Fulfilment, normal, without late entries (%)"))
      #expect(page.contains("Slots in maintenance (not counted)"))
      #expect(JSONReport.render(report).contains("\"announced_slots_normal_more\" : 1"))
    }
    try check(isSealed: false)
    try SealFixture.seal(
      fixture, through: LocalTime.day(of: Self.midnight),
      at: Self.midnight + 12 * LocalTime.dayLength)
    try check(isSealed: true)
    // Sealing again by the same rules changes nothing.
    let day = LocalTime.day(of: Self.midnight)
    let again = try SealFixture.sealAgain(fixture, through: day, forced: day)
    #expect(again.changed.isEmpty)
  }
}
