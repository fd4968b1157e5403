// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("a report of days whose readings retention has deleted")
struct KeptFiguresTests {
  private static let midnight = SealFixture.midnight
  private static let day = LocalTime.dayLength
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"

  /// A reading a minute over three days; silent from 22:00 of the first to 03:00 of the second, and
  /// for an hour of the third.
  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    let minutes = Array(0..<1_320) + Array(1_620..<3_600) + Array(3_660..<4_400)
    _ = try fixture.replay(
      try minutes.map { minute in
        let at = midnight + Int64(minute) * 60_000
        return try ReplayFixture.line(
          topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(10_000 + minute * 60),"
            + "\"rx_bytes\":\(minute * 1_000)}", at: at + 250)
      })
    try SealFixture.seal(fixture, through: 20_779, at: midnight + 12 * day)
    return fixture
  }

  private static func drop(_ fixture: ReplayFixture, before day: Int64) throws {
    let instant = LocalTime.start(ofDay: day)
    while try fixture.store.dropSealedReadings(endedBefore: instant, countMax: 9) > 0 {}
  }

  @Test("gives the same states and outages of every period, however its ends lie")
  func samePeriods() throws {
    let fixture = try Self.fixture()
    let periods: [(Milliseconds, Milliseconds)] = [
      (0, 3 * Self.day), (0, Self.day), (Self.day, 3 * Self.day), (3_600_000, 2 * Self.day + 1),
      (Self.day - 3_600_000, Self.day + 3_600_000), (2 * Self.day, 3 * Self.day),
      (Self.day + 12_345, Self.day + 23_456),
    ].map { (Self.midnight + $0.0, Self.midnight + $0.1) }
    let before = try periods.map { try fixture.report(from: $0.0, to: $0.1) }
    for gone: Int64 in [20_778, 20_779, 20_780] {
      try Self.drop(fixture, before: gone)
      for (period, expected) in zip(periods, before) {
        let report = try fixture.report(from: period.0, to: period.1)
        let (old, new) = (expected.devices[0].availability, report.devices[0].availability)
        #expect(new.states == old.states, "\(period) gone \(gone)")
        #expect(new.outageCount == old.outageCount && new.longestOutage == old.longestOutage)
        #expect(new.outages.map(\.interval) == old.outages.map(\.interval))
        #expect(new.outages.map(\.downInPeriod) == old.outages.map(\.downInPeriod))
        #expect(report.devices[0].targetVerdict == expected.devices[0].targetVerdict)
        #expect(report.seal.isSealed)
      }
    }
    #expect(before[0].devices[0].availability.outageCount == 2)
  }

  @Test("lists figures of use by day and says so, and never adds them")
  func usageByDay() throws {
    let fixture = try Self.fixture()
    let whole = (Self.midnight, Self.midnight + 3 * Self.day)
    #expect(try fixture.report(from: whole.0, to: whole.1).kept == nil)
    try Self.drop(fixture, before: 20_779)
    let report = try fixture.report(from: whole.0, to: whole.1)
    let kept = try #require(report.kept)
    #expect(kept.until == Self.midnight + 2 * Self.day)
    #expect(kept.lines.map(\.day) == [20_777, 20_778])
    #expect(kept.lines.map { $0.whole("readings") } == [1_320, 1_260])
    let last = try fixture.report(from: kept.until, to: whole.1)
    #expect(report.devices[0].usage == last.devices[0].usage)
    #expect(report.devices[0].readingCount == last.devices[0].readingCount)
    let texts = [TextReport.render(report), HTMLReport.render(report)]
    for text in texts {
      #expect(text.contains("readings deleted by retention"))
      #expect(text.contains("Sealed figures by day") && text.contains("Usage, reboots"))
    }
    var vietnamese = report
    vietnamese.language = .vi
    #expect(
      TextReport.render(vietnamese).contains(
        "theo số liệu đã chốt; bản ghi đã xoá theo thời hạn lưu"))
    let json = JSONReport.render(report)
    #expect(json.contains("\"readings_from\" : \(kept.until)"))
    #expect(json.contains("readings=1320 up="))
  }

  @Test("with none left says what was sealed, and nothing of use")
  func nothingLeft() throws {
    let fixture = try Self.fixture()
    try Self.drop(fixture, before: 20_780)
    let report = try fixture.report(from: Self.midnight, to: Self.midnight + Self.day)
    #expect(report.devices[0].availability[.up] == Self.day - report.devices[0].availability.down)
    #expect(report.devices[0].availability.down > 0)
    #expect(report.devices[0].usage.allSatisfy { $0.amount == nil || $0.shown == 0 })
    #expect(report.kept?.lines.count == 1)
    #expect(report.devices[0].readingCount == 0)
    #expect(!TextReport.render(report).isEmpty && !CSVReport.render(report).isEmpty)
  }

  @Test("counts days that an older nhip sealed as no data, and lists their sums")
  func olderSeals() throws {
    let fixture = try Self.fixture()
    try fixture.store.execute("UPDATE sealed_figure SET intervals = '' WHERE day = 20777")
    try Self.drop(fixture, before: 20_779)
    let report = try fixture.report(from: Self.midnight, to: Self.midnight + 3 * Self.day)
    #expect(report.devices[0].availability[.unobserved] == Self.day)
    #expect(report.kept?.daysWithoutStates == [20_777])
    #expect(report.kept?.lines.first?.whole("up") == 79_140_000)
    #expect(TextReport.render(report).contains("1 days only the day's sums are left"))
  }

  @Test("is the report of a simulated fleet as it was with its readings")
  func fleet() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("kept figures test: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let devices = Array(FleetPlan.communes(1, seed: seed).shuffled(using: &random).prefix(5))
    let start = ReplayFixture.start + 14 * LocalTime.hourLength
    let plan = FleetPlan(
      devices: devices, seed: seed, start: start, duration: 30 * LocalTime.hourLength, faults: .day)
    let registry = Registry(
      units: [Telemetry.Unit(code: "1", name: "x", level: "commune")],
      sites: [Site(code: "s", name: "s", type: "t", unit: "1")],
      devices: devices.map {
        Device(
          id: $0.id, kind: $0.kind, name: $0.id, site: "s", commune: $0.commune,
          commissionedAt: start - 30 * Self.day)
      })
    let fixture = try ReplayFixture(registry: registry)
    _ = try fixture.replay(plan.messages().map { NDJSON.line($0) })
    let last = LocalTime.day(of: start + 30 * LocalTime.hourLength)
    try SealFixture.seal(fixture, through: last)
    let period = Interval(
      start: LocalTime.start(ofDay: last - 2), end: LocalTime.start(ofDay: last + 1))
    let before = try fixture.report(from: period.start, to: period.end)
    try Self.drop(fixture, before: Int64.random(in: last - 1...last + 1, using: &random))
    let after = try fixture.report(from: period.start, to: period.end)
    for (left, right) in zip(before.devices, after.devices) {
      let (old, new) = (left.availability, right.availability)
      let place: Testing.Comment = "seed \(seed), \(left.device.id)"
      #expect(new[.up] == old[.up] && new[.unobserved] == old[.unobserved], place)
      #expect(new.down == old.down && new[.excluded] == old[.excluded], place)
      #expect(new.outages.map(\.interval) == old.outages.map(\.interval), place)
      #expect(new.outages.map(\.downInPeriod) == old.outages.map(\.downInPeriod), place)
    }
  }
}
