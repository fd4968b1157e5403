// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("failures of service of sealed days")
struct KeptFailuresTests {
  private static let midnight = SealFixture.midnight
  private static let day = LocalTime.dayLength

  /// The WAN of an access point is down over a midnight, and for ten minutes of the second day.
  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    _ = try fixture.replay(
      try (0..<2_880).map { minute in
        let at = midnight + Int64(minute) * 60_000
        let isDown = (1_400..<1_500).contains(minute) || (2_000..<2_010).contains(minute)
        return try ReplayFixture.line(
          "nhip/v1/04321/wifi-ap/ap-1/telemetry",
          "{\"ts\":\(at),\"up\":\(600 + minute * 60),\"wan\":{\"up\":\(!isDown)}}", at: at + 250)
      })
    try SealFixture.seal(fixture, through: 20_778, at: midnight + 12 * day)
    return fixture
  }

  private static func drop(_ fixture: ReplayFixture) throws {
    let instant = midnight + 2 * day
    while try fixture.store.dropSealedReadings(endedBefore: instant, countMax: 9) > 0 {}
  }

  private static let failed: Milliseconds = 110 * 60_000
  private static let expected = [(1_400, 1_500), (2_000, 2_010)].map { from, to in
    ServiceFailure(
      interval: Interval(
        start: midnight + Int64(from) * 60_000, end: midnight + Int64(to) * 60_000),
      failing: [Condition(metric: "wan_up", comparison: .equal, constant: .number(1))],
      isRestored: true)
  }

  private static func explain(
    _ fixture: ReplayFixture, from: Milliseconds = 0, to: Milliseconds = 2 * day
  ) throws -> Explanation {
    try #require(
      try Explanation.build(
        store: fixture.store, profiles: fixture.profiles, device: 1,
        period: Interval(start: midnight + from, end: midnight + to), language: .en))
  }

  @Test("stand in the report and the explanation, over midnight as one, when readings are gone")
  func kept() throws {
    let fixture = try Self.fixture()
    let whole = (Self.midnight, Self.midnight + 2 * Self.day)
    for isGone in [false, true] {
      if isGone { try Self.drop(fixture) }
      let report = try fixture.report(from: whole.0, to: whole.1)
      #expect(report.devices[0].serviceFailures == Self.expected)
      #expect(report.devices[0].service?.failed == Self.failed)
      #expect(!report.devices[0].hasLostServiceFailures)
      let json = JSONReport.render(report)
      #expect(json.contains("\"service_failures_complete\" : true"))
      #expect(json.contains("\"end\" : \(Self.expected[0].interval.end)"))
      let explained = try Self.explain(fixture)
      #expect(explained.service?.failures == Self.expected)
      #expect(explained.service?.times == report.devices[0].service)
      #expect(TextExplanation.render(explained).contains("1:40:00"))
      let second = try Self.explain(fixture, from: Self.day, to: 2 * Self.day)
      #expect(second.service?.failures.map(\.interval.duration) == [60 * 60_000, 600_000])
      // The last reading is a minute before the end.
      #expect(second.availability[.up] >= Self.day - 60_000)
    }
  }

  @Test("that an older nhip did not keep are said to be lost, with their sum")
  func olderSeals() throws {
    let fixture = try Self.fixture()
    try fixture.store.execute("UPDATE sealed_figure SET failures = NULL WHERE day = 20778")
    try fixture.store.execute("DELETE FROM day_sheet WHERE day = 20778")
    try Self.drop(fixture)
    let report = try fixture.report(from: Self.midnight, to: Self.midnight + 2 * Self.day)
    #expect(report.devices[0].hasLostServiceFailures)
    #expect(report.devices[0].service?.failed == Self.failed)
    #expect(report.devices[0].serviceFailures.map(\.interval.duration) == [40 * 60_000])
    #expect(JSONReport.render(report).contains("\"service_failures_complete\" : false"))
    let explained = try Self.explain(fixture)
    #expect(explained.lostFailures.map(\.failed) == [70 * 60_000])
    #expect(
      TextExplanation.render(explained).contains(
        "service failed for 1:10:00 in all; single failures were not kept"))
  }

  @Test("of a simulated fleet sum to the time in which service failed, whatever is gone")
  func fleet() throws {
    let fleet = try ExplainedFleet()
    for isGone in [false, true] {
      if isGone { try fleet.dropReadings(before: fleet.sealedThrough) }
      for device in try fleet.report().devices {
        guard let service = device.service else { continue }
        let sum = device.serviceFailures.reduce(0) { $0 + $1.interval.duration }
        #expect(sum == service.failed, "seed \(fleet.seed) \(device.device.id)")
      }
    }
  }

  @Test("are found by verify if they are not what readings give")
  func verified() throws {
    let fixture = try Self.fixture()
    var found: [String] = []
    for damage in ["failures = failures", "failures = '1:2:r:a~==~n1.0'"] {
      found.removeAll()
      try fixture.store.execute("UPDATE sealed_figure SET \(damage) WHERE day = 20778")
      _ = try Verification.run(
        store: fixture.store, profiles: fixture.profiles, progress: { _ in },
        report: { found.append($0.what) })
      let isFound = found.contains { $0.hasPrefix("its failures of service") }
      #expect(isFound == damage.contains("'"), "\(found)")
    }
  }
}
