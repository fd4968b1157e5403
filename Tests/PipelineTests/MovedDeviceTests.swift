// SPDX-License-Identifier: Apache-2.0

import Analysis
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("a device that is moved within the period of a report")
struct MovedDeviceTests {
  private static let midnight = SealFixture.midnight
  private static let day = LocalTime.dayLength
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"
  private static let whole = Interval(start: midnight, end: midnight + 3 * day)

  private static let registry = Registry(
    units: [
      Telemetry.Unit(code: "04321", name: "Xã", level: "commune"),
      Telemetry.Unit(code: "v1", name: "Thôn 1", level: "village", parent: "04321"),
      Telemetry.Unit(code: "v2", name: "Thôn 2", level: "village", parent: "04321"),
    ],
    sites: ["1", "2"].map {
      Site(code: "s\($0)", name: "s", type: "culture-house", unit: "v\($0)")
    },
    devices: [
      Device(
        id: "ap-1", kind: "wifi-ap", name: "", site: "s1", commune: "04321",
        commissionedAt: midnight)
    ])

  /// A reading a minute over three days, silent from 22:00 of the first to 03:00 of the second;
  /// moved at noon of the second.
  private static func fixture(isMoved: Bool) throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: registry)
    if isMoved {
      var device = try fixture.store.registry().devices[0]
      device.site = "s2"
      _ = try fixture.store.changeRegistry(
        Registry(devices: [device]), by: "test", note: nil, at: midnight + 3 * day / 2)
    }
    let minutes = Array(0..<1_320) + Array(1_620..<4_400)
    _ = try fixture.replay(
      try minutes.map { minute in
        let at = midnight + Int64(minute) * 60_000
        return try ReplayFixture.line(
          topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(10_000 + minute * 60),"
            + "\"clients\":2,\"rx_bytes\":\(minute * 1_000)}", at: at + 250)
      })
    return fixture
  }

  private static func report(
    _ fixture: ReplayFixture, _ period: Interval = whole, previous: Interval? = nil,
    unit: String? = nil, targets: ProgrammeTargets? = nil
  ) throws -> Report {
    try Report.build(
      store: fixture.store, profiles: fixture.profiles, period: period, previous: previous,
      unit: unit, targets: targets)
  }

  @Test(
    "counts in each place for its days, and in sum as if it had stayed", arguments: [false, true])
  func sums(isSealed: Bool) throws {
    let (stayed, moved) = (
      try Self.fixture(isMoved: false), try Self.fixture(isMoved: true)
    )
    if isSealed {
      for fixture in [stayed, moved] {
        try SealFixture.seal(fixture, through: 20_779, at: Self.midnight + 12 * Self.day)
      }
    }
    let expected = try Self.report(stayed)
    let report = try Self.report(moved)
    #expect(report.seal.isSealed == isSealed)
    let places = report.devices
    #expect(places.map(\.placement.unit) == ["v1", "v2"])
    #expect(places.map(\.placement.days) == [20_777...20_777, 20_778...20_779])
    #expect(places.map(\.times.total) == [Self.day, 2 * Self.day])
    // Last heard at 21:59.
    #expect(places.map(\.times.down) == [121 * 60_000, 180 * 60_000])
    #expect(places.map(\.readingCount) == [1_320, 4_320 - 1_620])
    let units = Dictionary(report.units.map { ($0.code, $0) }) { first, _ in first }
    let commune = try #require(units["04321"])
    #expect(commune.times == expected.devices[0].times)
    #expect(commune.deviceCount == 1 && units["v1"]?.deviceCount == 1)
    #expect(units["v2"]?.deviceCount == 1 && commune.siteCount == 2)
    let download = try #require(expected.devices[0].usage.first)
    #expect(commune.usage.first?.result.amount == download.amount)
    let first = try Self.report(moved, unit: "v1")
    #expect(first.devices.map(\.placement.unit) == ["v1"])
    #expect(first.devices[0].times == places[0].times)
    #expect(first.devices[0].readingCount == 1_320)
    let second = try Self.report(moved, unit: "v2")
    #expect(second.devices.map(\.times) == [places[1].times])
    #expect(second.unitName == "Thôn 2")
  }

  @Test("counts for the targets where it stands at the end, and the period before had it elsewhere")
  func targets() throws {
    let fixture = try Self.fixture(isMoved: true)
    var parameters = Indicator.Parameters()
    (parameters.kind, parameters.unitLevel) = ("wifi-ap", "village")
    parameters.siteType = "culture-house"
    let targets = ProgrammeTargets(indicators: [
      Indicator(
        name: "installed", titleVi: "Có", titleEn: "Has", plan: 1_000_000, level: "village",
        formula: .unitsWithDevice, parameters: parameters),
      Indicator(
        name: "share", titleVi: "", titleEn: "", plan: 950_000, level: "village",
        formula: .devicesAtTarget),
    ])
    try targets.save(in: fixture.store)
    let later = Interval(start: Self.midnight + Self.day, end: Self.whole.end)
    let before = Interval(start: Self.midnight - Self.day / 2, end: Self.midnight + Self.day)
    let report = try Self.report(fixture, later, previous: before)
    #expect(report.indicators.map(\.value) == [500_000, 0])
    #expect(report.indicators.map(\.previousValue) == [500_000, 0])
    #expect(report.indicators[0].failing == ["Thôn 1"])
    let unheard = Interval(start: Self.midnight - Self.day, end: Self.midnight + Self.day / 2)
    let alone = try Self.report(fixture, later, previous: unheard)
    #expect(alone.indicators.map(\.previousValue) == [nil, nil])
    let then = try Self.report(fixture, before)
    #expect(then.indicators[0].failing == ["Thôn 2"])
    #expect(then.indicators.map(\.previousValue) == [nil, nil])
    let narrow = try Self.report(fixture, later, unit: "v2")
    #expect(narrow.indicators[0].value == 1_000_000)
    #expect(report.rankings.map(\.level) == ["village"])
    let rows = try #require(report.rankings.first?.rows)
    #expect(rows.map(\.code) == ["v2", "v1"] && rows[1].notRanked == .noDevice)
    // It never said how its link was, and had twice the use that earns all points.
    #expect((rows[0].service, rows[0].usage, rows[0].quality) == (nil, 10_000, 10_000))
  }
}
