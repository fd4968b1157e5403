// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Reporting
import Telemetry
import Testing

@testable import Pipeline

@Suite("service around slots")
struct SlotHoursTests {
  private static let start = ReplayFixture.start
  private static let minute: Milliseconds = 60_000

  /// The repository's loudspeakers, but serving around slots only.
  private static func profiles() throws -> [Profile] {
    try ReplayFixture.alwaysInService().map { profile in
      var profile = profile
      if profile.kind == "loudspeaker" { profile.serviceAroundSlots = 10 * minute }
      return profile
    }
  }

  private static func slot(_ id: String, at minutes: Int64, cancelled: Bool = false) -> String {
    "{\"start\":\(start + minutes * minute),\"dur_s\":1800,\"cancelled\":\(cancelled)}"
  }

  @Test("a device that is silent between slots is not down, and within one it is")
  func outage() throws {
    let fixture = try ReplayFixture(profiles: Self.profiles())
    let device = try #require(
      try fixture.store.registry().devices.first { $0.kind == "loudspeaker" })
    let topic = Topic.path(
      commune: device.commune, kind: device.kind, device: device.id, channel: .telemetry)
    var lines = [
      try ReplayFixture.line(
        Topic.slot(commune: "04321", id: "a"), Self.slot("a", at: 120), at: Self.start),
      try ReplayFixture.line(
        Topic.slot(commune: "04321", id: "b"), Self.slot("b", at: 200, cancelled: true),
        at: Self.start),
    ]
    for minute in Array(0..<130) + Array(290...300) {
      lines.append(
        try ReplayFixture.line(
          topic, "{\"play\":\"idle\"}", at: Self.start + Milliseconds(minute) * Self.minute))
    }
    _ = try fixture.replay(lines)
    let report = try fixture.report(from: Self.start, to: Self.start + 300 * Self.minute)
    let found = try #require(report.devices.first { $0.device.number == device.number })
    let times = found.times
    // The slot from minute 120 to 150 and ten minutes on both sides; last heard in minute 129.
    #expect(times[.excluded] == 250 * Self.minute)
    #expect(times[.up] == 19 * Self.minute)
    #expect(found.outageCount == 1)
    // Silent until minute 290, but nobody had to hear it.
    let alerts = try fixture.store.alerts(from: Self.start, to: Self.start + 300 * Self.minute)
    #expect(
      alerts.filter { $0.device == device.number && $0.rule == "loudspeaker/offline" }.count == 1)
  }

  @Test("weekly hours count beside slots; without slots there are only these")
  func weeklyHours() throws {
    let office = ServiceHours(weekdays: 127, startMinute: 450, endMinute: 1_020)
    let day = LocalTime.start(ofDay: 20_777)
    let scope = Interval(start: day, end: day + LocalTime.dayLength)
    let meeting = Interval(start: day + 1_080 * Self.minute, end: day + 1_140 * Self.minute)
    var plan = ServicePlan(hours: [office], aroundSlots: IntervalSet([meeting]))
    #expect(plan.expected(in: scope).duration == (570 + 60) * Self.minute)
    #expect(!plan.isExcused(at: meeting.start))
    #expect(plan.isExcused(at: meeting.end))
    plan.hours = []
    #expect(plan.expected(in: scope) == IntervalSet([meeting]))
    plan.aroundSlots = IntervalSet()
    #expect(plan.expected(in: scope).isEmpty)
    // What people booked in a calendar stands above both.
    plan.booked = IntervalSet([scope])
    #expect(plan.expected(in: scope).duration == scope.duration)
    #expect(plan.clipped(to: meeting).aroundSlots == IntervalSet())
  }

  @Test("a profile says how long around a slot")
  func profile() throws {
    func margin(_ text: String) throws -> Milliseconds? {
      let folder = try TemporaryFolder()
      let path = "\(ReplayFixture.repository)/devices/loudspeaker/device.yaml"
      let shipped = try String(contentsOfFile: path, encoding: .utf8)
      try folder.write("loudspeaker/device.yaml", "\(shipped)service_around_slots: \(text)\n")
      return try ProfileLoader.load(directory: folder.path).first?.serviceAroundSlots
    }
    #expect(try margin("10m") == 600_000)
    #expect(try margin("0s") == 0)
    #expect(throws: ConfigurationErrors.self) { try margin("soon") }
    #expect(throws: ConfigurationErrors.self) { try margin("-5m") }
    let shipped = try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
    #expect(shipped.allSatisfy { $0.serviceAroundSlots == nil })
  }
}
