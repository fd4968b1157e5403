// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite struct UsageTests {
  static let title = Title(vi: "", en: "")

  static func figure(_ name: String, _ metric: String, _ formula: UsageFigure.Formula,
    word: String = "") -> UsageFigure
  {
    UsageFigure(
      name: name, title: title, metric: metric, formula: formula, word: word, unit: "")
  }

  static let profile = Profile(
    kind: "test", title: title, version: 1, reportInterval: 60_000, offlineAfter: 180_000,
    serviceHours: [],
    metrics: [
      Metric(name: "bytes", path: "/bytes", form: .counter, title: title),
      Metric(
        name: "clients", path: "/clients", form: .gauge, lowest: 0, highest: 512, title: title),
      Metric(name: "play", path: "/play", form: .state, title: title),
      Metric(name: "played", path: "/played_s", form: .gauge, title: title),
    ],
    service: [],
    usage: [
      figure("traffic", "bytes", .total), figure("mean", "clients", .mean),
      figure("peak", "clients", .maximum), figure("minutes", "clients", .integral),
      figure("playing", "play", .duration, word: "playing"),
      figure("played", "played", .sum), figure("plays", "played", .count),
    ], alerts: [])

  struct Row {
    var time: Milliseconds
    var up: Double?
    var bytes: Value = .absent
    var clients: Value = .absent
    var play: Value = .absent
    var played: Value = .absent
  }

  static func calculator(_ rows: [Row]) -> UsageCalculator {
    var readings = DeviceReadings(metricNames: UsageCalculator.metricNames(for: profile))
    for row in rows {
      readings.append(
        eventTime: row.time, channel: .telemetry, payloadHash: UInt64(row.time), flags: [],
        upSeconds: row.up, values: [row.bytes, row.clients, row.play, row.played])
    }
    return UsageCalculator(readings: readings, profile: profile)
  }

  static func total(_ rows: [Row], _ start: Milliseconds, _ end: Milliseconds) -> Int128? {
    let results = calculator(rows).figures(in: Interval(start: start, end: end))
    guard case .whole(let value) = results[0].amount else { return nil }
    return value
  }

  @Test("a counter's increments are summed from the last reading before the period")
  func totals() {
    let rows = [
      Row(time: 0, bytes: .integer(100)), Row(time: 1_000, bytes: .integer(200)),
      Row(time: 2_000, bytes: .integer(700)), Row(time: 3_000, bytes: .integer(701)),
    ]
    #expect(Self.total(rows, 1_000, 2_001) == 500)
    #expect(Self.total(rows, 1_500, 2_500) == 250)
    #expect(Self.total(rows.reversed() + rows, 0, 3_001) == 601)
    #expect(Self.total(rows, 5_000, 6_000) == nil)
  }

  @Test("a fall in value or a new boot starts the counter at nothing")
  func resets() {
    let fall = [
      Row(time: 0, bytes: .integer(100)), Row(time: 1_000, bytes: .integer(30)),
      Row(time: 2_000, bytes: .integer(50)),
    ]
    #expect(Self.total(fall, 0, 3_000) == 50)
    // The value did not fall, but the device booted between the readings.
    let boot = [
      Row(time: 100_000, up: 100, bytes: .integer(5)),
      Row(time: 160_000, up: 20, bytes: .integer(9)),
    ]
    #expect(Self.total(boot, 0, 200_000) == 9)
    let calculator = Self.calculator(boot)
    #expect(calculator.rebootCount(in: Interval(start: 0, end: 200_000)) == 1)
    #expect(calculator.rebootCount(in: Interval(start: 0, end: 160_000)) == 0)
    let wander = [
      Row(time: 100_000, up: 100, bytes: .integer(5)),
      Row(time: 170_000, up: 160, bytes: .integer(9)),
    ]
    #expect(Self.total(wander, 0, 200_000) == 4)
  }

  @Test("who has been running since before the last reading has not booted since")
  func noBootSinceItRan() {
    // After a long silence its clock is corrected by twenty seconds more.
    let readings = [
      Row(time: 100_000, up: 100, bytes: .integer(5)),
      Row(time: 72_120_000, up: 72_100, bytes: .integer(9)),
    ]
    let period = Interval(start: 0, end: 80_000_000)
    #expect(Self.total(readings, period.start, period.end) == 4)
    #expect(Self.calculator(readings).rebootCount(in: period) == 0)
  }

  @Test("counters above the largest signed integer stay exact")
  func large() {
    let rows = [
      Row(time: 0, bytes: .unsigned(.max - 7)), Row(time: 1_000, bytes: .unsigned(.max)),
      Row(time: 2_000, bytes: .unsigned(3)),
    ]
    #expect(Self.total(rows, 0, 5_000) == 10)
  }

  @Test(
    "totals of adjacent periods add up, and agree with adding up shares",
    arguments: 0..<200 as Range<UInt64>)
  func adjacent(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var rows: [Row] = []
    var value: Int64 = 0
    for second in 0..<40 as Range<Int64> where Int.random(in: 0..<3, using: &random) > 0 {
      value = Int.random(in: 0..<8, using: &random) == 0
        ? Int64.random(in: 0...5, using: &random)
        : value + Int64.random(in: 0...1_000, using: &random)
      rows.append(Row(time: second * 1_000, bytes: .integer(value)))
    }
    guard rows.count > 1 else { return }
    let cut = Int64.random(in: 0...40_000, using: &random)
    let whole = Self.total(rows, 0, 40_000)
    let left = Self.total(rows, 0, cut) ?? 0
    let right = Self.total(rows, cut, 40_000) ?? 0
    #expect(whole == left + right, "seed \(seed)")

    // The oracle: walk every millisecond step of each pair as a share of the increment.
    var expected = 0.0
    for (before, after) in zip(rows, rows.dropFirst()) {
      let (low, high) = (try #require(before.bytes.double), try #require(after.bytes.double))
      let increment = high < low ? high : high - low
      for step in stride(from: before.time, to: after.time, by: 1) where step < cut {
        expected += increment / Double(after.time - before.time)
      }
    }
    #expect(abs(Double(left) - expected) <= 1.001, "seed \(seed)")
  }

  @Test("means hold each value until the next reading, at most the gap allowance")
  func weighted() {
    let rows = [
      Row(time: 0, clients: .integer(10), play: .word("playing")),
      Row(time: 60_000, clients: .integer(20), play: .word("idle")),
      Row(time: 120_000, clients: .integer(9_999)),
      Row(time: 600_000, clients: .number(0.5), play: .word("playing"), played: .integer(12)),
    ]
    let results = Self.calculator(rows).figures(in: Interval(start: 30_000, end: 660_000))
    // 30 s of 10, 180 s of 20 (9,999 is out of range), 60 s of 0.5.
    #expect(results[1].covered == 270_000)
    #expect(results[1].amount == .number((300_000 + 3_600_000 + 30_000) / 270_000))
    #expect(results[2].amount == .number(20) && results[2].at == 60_000)
    #expect(results[3].amount == .number(3_930_000 / 60_000))
    #expect(results[4].amount == .whole(90_000))
    #expect(results[5].amount == .whole(12) && results[6].amount == .whole(1))
  }

  @Test("no reading means no figure, which is not 0")
  func empty() {
    let results = Self.calculator([]).figures(in: Interval(start: 0, end: 1_000))
    #expect(results.dropLast().allSatisfy { $0.amount == nil && $0.shown == nil })
  }
}
