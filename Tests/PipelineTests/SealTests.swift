// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("sealing")
struct SealTests {
  /// 21:00 local, so that a few hours lie in two days.
  private static let start = ReplayFixture.start + 14 * LocalTime.hourLength

  private struct Fleet {
    var registry: Registry
    var lines: [String]
    var first: String
    var last: String
    var days: ClosedRange<Int64>
  }

  /// Some devices of a simulated commune with all the faults of a day.
  private static func fleet(
    seed: UInt64, count: Int, hours: Int64, faults: FaultRates = .day
  ) -> Fleet {
    let length = hours * LocalTime.hourLength
    let all = FleetPlan.communes(1, seed: seed)
    var random = SeededGenerator(seed: seed)
    let devices = Array(all.shuffled(using: &random).prefix(count))
    let plan = FleetPlan(
      devices: devices, seed: seed, start: start, duration: length, faults: faults)
    let registry = Registry(
      units: [Telemetry.Unit(code: "1", name: "x", level: "commune")],
      sites: [Site(code: "s", name: "s", type: "t", unit: "1")],
      devices: devices.map {
        Device(
          id: $0.id, kind: $0.kind, name: $0.id, site: "s", commune: $0.commune,
          commissionedAt: plan.start - 30 * LocalTime.dayLength)
      })
    // What was published when a device connected, days before the plan, is late by as much: a live
    // judge takes such a device's very first message for a sign of a wrong clock.
    let lines = plan.messages().filter {
      !$0.topic.hasSuffix("/state") || $0.publishedAt > start + 600_000
    }.map { NDJSON.line($0) }
    return Fleet(
      registry: registry, lines: Array(lines), first: lines.first ?? "", last: lines.last ?? "",
      days: LocalTime.day(of: plan.start)...LocalTime.day(of: plan.start + length))
  }

  @Test("order, repetition, batches and restarts of the messages change nothing that is sealed")
  func anyOrder() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("seal order test: seed \(seed)")
    let fleet = Self.fleet(seed: seed, count: 6, hours: 6)
    let plain = try ReplayFixture(registry: fleet.registry)
    _ = try plain.replay(fleet.lines)
    try SealFixture.seal(plain, through: fleet.days.upperBound)
    let expected = try SealFixture.content(of: plain.store)
    #expect(expected.hashes.count >= 2, "seed \(seed)")
    #expect(expected.counts.values.reduce(0, +) > 1_000, "seed \(seed)")

    var random = SeededGenerator(seed: seed)
    for variant in 0..<3 {
      let other = try ReplayFixture(registry: fleet.registry)
      var lines = fleet.lines
      lines += lines.filter { _ in Int.random(in: 0..<10, using: &random) == 0 }
      lines.shuffle(using: &random)
      let parts = Int.random(in: 1...4, using: &random)
      for part in 0..<parts {
        let own = lines.indices.filter { $0 % parts == part }.map { lines[$0] }
        // When we could hear is our own record: every part says the same of it.
        _ = try other.replay([fleet.first] + own + [fleet.last])
        // Some of it is sealed already when the rest comes.
        if Bool.random(using: &random) {
          try SealFixture.seal(
            other, through: Int64.random(in: fleet.days, using: &random),
            partReadingCount: Int.random(in: 30...3_000, using: &random),
            spanDayCount: Int.random(in: 1...3, using: &random))
        }
      }
      // In one part, or in so many that most of it waits in a file.
      try SealFixture.seal(
        other, through: fleet.days.upperBound, partReadingCount: [400_000, 700, 40][variant])
      let difference = SealFixture.difference(expected, try SealFixture.content(of: other.store))
      #expect(difference == nil, "seed \(seed), variant \(variant)")
    }
  }

  @Test("the figures of a sealed day are those that a report of the day gave before")
  func figuresAreTheReports() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("seal figures test: seed \(seed)")
    // What is judged by the whole of two days once sealed is left out: wrong clocks, and readings
    // so late that the live judge takes the clock for wrong.
    var faults = FaultRates.day
    faults.wrongClockDevices = 0
    faults.lateDelayMax = 200_000
    let fleet = Self.fleet(seed: seed, count: 6, hours: 30, faults: faults)
    let fixture = try ReplayFixture(registry: fleet.registry)
    _ = try fixture.replay(fleet.lines)
    let reports = try fleet.days.map { day in
      let interval = SealedDay.interval(ofDay: day)
      return (day, try fixture.report(from: interval.start, to: interval.end))
    }
    try SealFixture.seal(fixture, through: fleet.days.upperBound)
    let sealed = Dictionary(
      uniqueKeysWithValues: try fixture.store.sealedDays().map { ($0.day, $0) })
    var compared = 0
    for (day, report) in reports {
      let figures = try fixture.store.sealedFigures(of: #require(sealed[day]))
      for device in report.devices {
        let own = Dictionary(
          uniqueKeysWithValues: try #require(figures[device.device.number]).pairs)
        let expected = [
          "readings": Int64(device.readingCount), "up": device.times[.up],
          "unknown": device.times[.unknown],
          "unobserved": device.times[.unobserved],
          "outages": Int64(device.outageCount),
          "longest_outage": device.longestOutage,
          "reboots": Int64(device.rebootCount),
        ]
        for (name, value) in expected {
          #expect(
            own[name] == "\(value)", "seed \(seed), day \(day), \(device.device.id), \(name)")
        }
        // The boot instants that readings tell differ by a second; a day looks at its own only, so
        // that the end of a power cut may lie a little elsewhere. Their sum is exact.
        let off = try #require(own["off"].flatMap { Int64($0) })
        let noLink = try #require(own["no_link"].flatMap { Int64($0) })
        #expect(off + noLink == device.times[.off] + device.times[.noLink])
        #expect(abs(off - device.times[.off]) <= 1_000, "seed \(seed), day \(day)")
        for usage in device.usage {
          if case .whole(let value) = usage.amount {
            #expect(own[usage.figure.name] == "\(value)", "seed \(seed), \(device.device.id)")
          }
        }
        compared += 1
      }
    }
    #expect(compared > 6, "seed \(seed)")
    for (day, before) in reports {
      let interval = SealedDay.interval(ofDay: day)
      let after = try fixture.report(from: interval.start, to: interval.end)
      #expect(after.seal.isSealed && !before.seal.isSealed)
      for (left, right) in zip(before.devices, after.devices) {
        #expect(left.device.number == right.device.number && left.lastHeard != nil)
        #expect(left.readingCount == right.readingCount, "seed \(seed), \(left.device.id)")
        #expect(left.times[.up] == right.times[.up], "seed \(seed), day \(day)")
        #expect(left.outageCount == right.outageCount)
      }
    }
    // Without the hot blocks as well: nothing else is read.
    let whole = Interval(
      start: LocalTime.start(ofDay: fleet.days.lowerBound),
      end: LocalTime.start(ofDay: fleet.days.upperBound + 1))
    let before = try fixture.report(from: whole.start, to: whole.end)
    #expect(before.seal.isSealed)
  }
}
