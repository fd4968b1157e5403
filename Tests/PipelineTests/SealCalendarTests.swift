// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

/// What people enter after a day was sealed, and what becomes of its figures.
@Suite("a sealed day and what people know")
struct SealCalendarTests {
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"
  private static let midnight = SealFixture.midnight
  private static let minute: Milliseconds = 60_000
  private static let sealedAt = midnight + 9 * LocalTime.dayLength

  /// A device that is silent from 10:00 to 12:00 of its first day.
  private static func fixture() throws -> ReplayFixture {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    let minutes = Array(0..<600 as Range<Int64>) + Array(720..<2_000 as Range<Int64>)
    _ = try fixture.replay(
      try minutes.map { minute in
        let at = midnight + minute * self.minute
        return try ReplayFixture.line(
          topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(10_000 + minute * 60)}", at: at + 250)
      })
    return fixture
  }

  private static func window(_ from: Int64, _ to: Int64) -> Interval {
    Interval(start: midnight + from * minute, end: midnight + to * minute)
  }

  private static func figures(_ fixture: ReplayFixture) throws -> [String: String] {
    let day = try #require(try fixture.store.sealedDays().first)
    let figures = try #require(try fixture.store.sealedFigures(of: day)[1])
    return Dictionary(uniqueKeysWithValues: figures.pairs)
  }

  private static func enter(
    _ window: Interval, in fixture: ReplayFixture, at now: Milliseconds
  ) throws {
    _ = try fixture.store.importCalendar(
      "c",
      [CalendarEntry(calendar: "", uid: "1", purpose: .maintenance, occurrences: [window])],
      isFull: false, by: "an", note: nil, at: now, dryRun: false)
  }

  @Test("back-dated maintenance makes a revision that shows both figures; withdrawn, a third")
  func backDated() throws {
    let fixture = try Self.fixture()
    let first = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    #expect(first.map(\.revision) == [1])
    let before = try Self.figures(fixture)
    #expect(before["no_link"] == "7260000" && before["announced_up"] == nil)

    try Self.enter(Self.window(590, 730), in: fixture, at: Self.sealedAt)
    let second = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    #expect(second.map(\.revision) == [2])
    let after = try Self.figures(fixture)
    #expect(after["maintenance"] == "8400000" && after["outages"] == "0")
    for name in ["up", "no_link", "off", "unknown", "unobserved", "maintenance", "outages"] {
      #expect(after["announced_\(name)"] == before[name], "\(name)")
    }
    let revision = try #require(try fixture.store.sealRevisions(ofDay: 20_777).last)
    #expect(revision.cause == "calendar or confirmed gap")
    #expect(revision.differences.contains { $0.figure == "maintenance" && $0.before == "0" })
    #expect(try fixture.store.changedStretches().isEmpty)
    #expect(try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt).isEmpty)

    _ = try fixture.store.withdrawCalendar(entries: [1], by: "an", at: Self.sealedAt)
    let third = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    #expect(third.map(\.revision) == [3])
    #expect(try Self.figures(fixture) == before)
  }

  @Test("without the hot blocks of the day the same revision comes out of the sealed readings")
  func withoutHotBlocks() throws {
    let (fixture, other) = (try Self.fixture(), try Self.fixture())
    for store in [fixture, other] {
      #expect(try SealFixture.seal(store, through: 20_778, at: Self.sealedAt).count == 2)
    }
    try other.store.execute("DELETE FROM block")
    for store in [fixture, other] {
      try Self.enter(Self.window(650, 730), in: store, at: Self.sealedAt)
      _ = try SealFixture.seal(store, through: 20_778, at: Self.sealedAt)
    }
    let (left, right) = (
      try SealFixture.content(of: fixture.store), try SealFixture.content(of: other.store)
    )
    #expect(SealFixture.difference(left, right) == nil)
    #expect(try Self.figures(other)["maintenance"] == "4800000")
  }

  @Test("verifying takes what the sealer has still to look at for no damage")
  func verified() throws {
    let fixture = try Self.fixture()
    _ = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    _ = try fixture.store.confirm(
      ConfirmedGap(
        interval: Self.window(599, 720), note: "router", enteredAt: Self.sealedAt,
        enteredBy: "an"))
    for isSealed in [false, true] {
      if isSealed { _ = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt) }
      var faults: [String] = []
      _ = try Verification.run(
        store: fixture.store, profiles: fixture.profiles, progress: { _ in },
        report: { faults.append("\($0)") })
      #expect(faults.isEmpty, "\(isSealed)")
    }
  }

  @Test("maintenance announced in time is no revision of anything and has one figure")
  func announced() throws {
    let fixture = try Self.fixture()
    try Self.enter(Self.window(590, 730), in: fixture, at: Self.midnight - 1)
    #expect(try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt).count == 1)
    let figures = try Self.figures(fixture)
    #expect(figures["maintenance"] == "8400000" && figures["announced_up"] == nil)
  }

  @Test("a confirmed gap of our uplink makes the silence unobserved, and is taken back whole")
  func confirmed() throws {
    let fixture = try Self.fixture()
    _ = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    let before = try Self.figures(fixture)
    let gap = try fixture.store.confirm(
      ConfirmedGap(
        interval: Self.window(599, 720), note: "router", enteredAt: Self.sealedAt,
        enteredBy: "an"))
    let second = try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt)
    #expect(second.map(\.revision) == [2])
    let after = try Self.figures(fixture)
    #expect(after["unobserved"] == "7260000" && after["no_link"] == "0")
    _ = try fixture.store.withdrawConfirmedGap(gap.id, by: "an", at: Self.sealedAt)
    #expect(try SealFixture.seal(fixture, through: 20_777, at: Self.sealedAt).count == 1)
    #expect(try Self.figures(fixture) == before)
  }

  @Test("a note names the outage that holds its instant and changes no figure")
  func note() throws {
    let fixture = try Self.fixture()
    let note = OutageNote(
      device: "ap-1", at: Self.midnight + 650 * Self.minute, cause: "đứt cáp", responsible: "VNPT")
    let found = try note.outage(in: fixture.store, profiles: fixture.profiles)
    #expect(found.outage.interval == Self.window(599, 720) && found.recorded == nil)
    _ = try note.record(found, in: fixture.store, by: "an", at: Self.sealedAt)
    let listed = try ListedOutages.build(
      store: fixture.store, profiles: fixture.profiles, period: Self.window(0, 1_440))
    #expect(listed.map { $0.recorded?.cause } == ["đứt cáp"])
    let text = CalendarList.text(listed, language: .vi)
    #expect(text.contains("Nguyên nhân") && text.contains("đứt cáp") && text.contains("VNPT"))
    var elsewhere = note
    elsewhere.at = Self.midnight + 100 * Self.minute
    #expect(throws: ControlFailure.self) {
      try elsewhere.outage(in: fixture.store, profiles: fixture.profiles)
    }
    elsewhere.device = "ap-2"
    let unknown = #expect(throws: ControlFailure.self) {
      try elsewhere.outage(in: fixture.store, profiles: fixture.profiles)
    }
    #expect(unknown?.text.contains("did you mean 'ap-1'") == true)
  }
}
