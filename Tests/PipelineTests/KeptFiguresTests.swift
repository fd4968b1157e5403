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
        let (old, new) = (expected.devices[0], report.devices[0])
        #expect(new.times == old.times, "\(period) gone \(gone)")
        #expect(new.strip == old.strip, "\(period) gone \(gone)")
        #expect(new.outageCount == old.outageCount && new.longestOutage == old.longestOutage)
        #expect(new.outages == old.outages, "\(period) gone \(gone)")
        #expect(new.targetVerdict == old.targetVerdict)
        #expect(report.seal.isSealed)
      }
    }
    #expect(before[0].devices[0].outageCount == 2)
  }

  @Test("gives the same figures of use of whole days, and says that readings are gone")
  func usage() throws {
    let fixture = try Self.fixture()
    let whole = (Self.midnight, Self.midnight + 3 * Self.day)
    let before = try fixture.report(from: whole.0, to: whole.1)
    #expect(before.seal.readingsGoneUntil == nil)
    try Self.drop(fixture, before: 20_779)
    let report = try fixture.report(from: whole.0, to: whole.1)
    #expect(report.seal.readingsGoneUntil == Self.midnight + 2 * Self.day)
    #expect(report.devices[0].usage == before.devices[0].usage)
    #expect(report.devices[0].readingCount == 1_320 + 1_260 + 1_380)
    #expect(report.devices[0].rebootCount == before.devices[0].rebootCount)
    for text in [TextReport.render(report), HTMLReport.render(report)] {
      #expect(text.contains("readings deleted by retention"))
    }
    var vietnamese = report
    vietnamese.language = .vi
    #expect(
      TextReport.render(vietnamese).contains(
        "theo số liệu đã chốt; bản ghi đã xoá theo thời hạn lưu"))
    let from = "\"readings_from\" : \(Self.midnight + 2 * Self.day)"
    #expect(JSONReport.render(report).contains(from))
  }

  @Test("sums days that an older nhip sealed without states and sheets")
  func olderSeals() throws {
    let fixture = try Self.fixture()
    let whole = (Self.midnight, Self.midnight + 3 * Self.day)
    let before = try fixture.report(from: whole.0, to: whole.1)
    try fixture.store.execute("UPDATE sealed_figure SET intervals = '' WHERE day = 20777")
    try fixture.store.execute("DELETE FROM day_sheet WHERE day = 20777")
    try Self.drop(fixture, before: 20_779)
    let report = try fixture.report(from: whole.0, to: whole.1)
    #expect(report.devices[0].times == before.devices[0].times)
    #expect(report.devices[0].usage == before.devices[0].usage)
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
      let place: Testing.Comment = "seed \(seed), \(left.device.id)"
      #expect(right.times == left.times, place)
      #expect(right.outages == left.outages, place)
      #expect(right.usage == left.usage, place)
    }
  }
}
