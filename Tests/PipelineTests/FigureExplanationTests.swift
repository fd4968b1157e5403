// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("an explained figure")
struct FigureExplanationTests {
  private static func explain(
    _ fleet: ExplainedFleet, _ device: Device, _ figure: String, _ period: Interval
  ) throws -> FigureExplanation {
    try #require(
      try FigureExplanation.build(
        store: fleet.fixture.store, profiles: fleet.fixture.profiles, device: device.number,
        figure: figure, period: period, language: .en))
  }

  /// Whole numbers are equal; what has decimals is rounded to millionths by each day.
  private static func agree(
    _ left: UsageResult.Amount?, _ right: UsageResult.Amount?, days: Int
  ) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (.whole(let left)?, .whole(let right)?): left == right
    case (let left?, let right?): abs(left.double - right.double) <= 1e-6 * Double(days + 1)
    default: false
    }
  }

  @Test("is the sum of its days, and each day of its lines, of every kind, device and figure")
  func sums() throws {
    let fleet = try ExplainedFleet()
    var told = Set<String>()
    let hour = LocalTime.hourLength
    for period in [
      fleet.period, Interval(start: fleet.period.start + 30 * hour, end: fleet.period.end - hour),
    ] {
      for device in try fleet.report(of: period).devices {
        // Reading takes its time: of the second period one figure of each device.
        for result in device.usage where period == fleet.period || device.usage.first == result {
          let name = result.figure.name
          let place: Comment = "seed \(fleet.seed) \(device.device.id) \(name) \(period)"
          let explained = try Self.explain(fleet, device.device, name, period)
          #expect(explained.placed.map(\.result) == [result], place)
          let days = UsageAccount.together(
            explained.days.map { ($0.amount, $0.covered) }, by: result.figure.formula)
          #expect(Self.agree(days, result.amount, days: explained.days.count), place)
          for day in explained.days {
            let account = try #require(day.account, place)
            #expect(account.rows.count <= UsageAccount.rowsMax, place)
            #expect(!day.isOtherNow, place)
            // Where nothing counts, a count is 0 and has no lines.
            let isNothing = account.rows.isEmpty && (day.amount?.double ?? 0) == 0
            #expect(isNothing || Self.agree(account.amount, day.amount, days: 24), place)
            if !isNothing { told.insert("\(device.device.kind).\(name)") }
          }
        }
      }
    }
    let all = fleet.fixture.profiles.flatMap { profile in
      profile.usage.map { "\(profile.kind).\($0.name)" }
    }
    // A SIM and the strangers of a day are not told by every device.
    #expect(told.count >= all.count - 4, "seed \(fleet.seed): \(Set(all).subtracting(told))")
  }

  @Test("of days whose readings are gone is the sealed one, and says so")
  func gone() throws {
    let fleet = try ExplainedFleet(deviceCountOfKind: 1)
    let before = try fleet.report()
    try fleet.dropReadings(before: fleet.sealedThrough + 1)
    for device in before.devices {
      for result in device.usage {
        let explained = try Self.explain(
          fleet, device.device, result.figure.name, fleet.period)
        #expect(explained.placed.map(\.result) == [result], "seed \(fleet.seed)")
        let sealed = explained.days.filter { $0.standing == .sealed(revision: 1) }
        #expect(!sealed.isEmpty, "seed \(fleet.seed)")
        #expect(sealed.allSatisfy { $0.account == nil }, "seed \(fleet.seed)")
        let hot = explained.days.filter { $0.day > fleet.sealedThrough }
        #expect(hot.allSatisfy { $0.account != nil && $0.standing == .provisional })
        guard sealed.contains(where: { $0.amount != nil }) else { continue }
        var text = TextFigureExplanation.render(explained)
        #expect(text.contains("readings deleted by retention; the sealed figure stands"))
        var vietnamese = explained
        vietnamese.language = .vi
        text = TextFigureExplanation.render(vietnamese)
        #expect(text.contains("bản ghi đã xoá theo thời hạn lưu, còn số đã chốt"))
      }
    }
  }

  @Test("of a counter tells of boots, falls, silences and midnight, with the readings around them")
  func counter() throws {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    let midnight = SealFixture.midnight
    let told: [(minute: Int64, up: Int64, bytes: Int64)] = [
      (-1, 600, 100), (1, 720, 300), (2, 780, 350), (30, 2_460, 950), (31, 2_520, 40),
      (60, 30, 7), (61, 90, 10), (1_439, 82_770, 10), (1_441, 82_890, 30),
    ]
    _ = try fixture.replay(
      try told.map {
        let at = midnight + $0.minute * 60_000
        return try ReplayFixture.line(
          "nhip/v1/04321/wifi-ap/ap-1/telemetry",
          "{\"ts\":\(at),\"up\":\($0.up),\"rx_bytes\":\($0.bytes)}", at: at + 250)
      })
    let device = try #require(try fixture.store.registry().devices.first)
    let day = Interval(start: midnight, end: midnight + LocalTime.dayLength)
    let explained = try #require(
      try FigureExplanation.build(
        store: fixture.store, profiles: fixture.profiles, device: device.number,
        figure: "download", period: day, language: .en))
    let rows = try #require(explained.days.first?.account?.rows)
    #expect(
      rows.map(\.source) == [.edge, .growth, .silence, .fall, .boot, .growth, .silence, .edge])
    #expect(
      rows.map(\.amount) == [100, 50, 600, 40, 7, 3, 0, 10].map { UsageResult.Amount.whole($0) })
    #expect(explained.amount == .whole(810))
    #expect(rows[3].first?.value == .integer(950) && rows[3].last?.value == .integer(40))
    // The boot was 30 s before the reading that told of it: nothing was counted before that.
    #expect(rows[4].interval.start == midnight + 60 * 60_000 - 30_000)
    let text = TextFigureExplanation.render(explained)
    for words in ["grew over a silence, counted", "value fell, counts from 0", "810 B"] {
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test("that no device has, or of a device that was retired before, is none")
  func none() throws {
    let fixture = try ReplayFixture(registry: SealFixture.oneDevice)
    let day = Interval(start: SealFixture.midnight, end: SealFixture.midnight + 1)
    for (number, name) in [(Int64(1), "nothing"), (99, "download")] {
      #expect(
        try FigureExplanation.build(
          store: fixture.store, profiles: fixture.profiles, device: number, figure: name,
          period: day) == nil)
    }
  }
}
