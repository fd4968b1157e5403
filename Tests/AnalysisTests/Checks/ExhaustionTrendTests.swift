// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("forecasts of exhaustion")
struct ExhaustionTrendTests {
  private static let hour: Milliseconds = 3_600_000
  private static let day: Milliseconds = 86_400_000
  private static let start: Milliseconds = LocalTime.start(ofDay: 20_000)
  private static let battery = ExhaustionTrend.Limits(limit: 20, isRising: false, within: 3 * day)

  private static func noise(_ random: inout SeededGenerator) -> Double {
    (0..<6).reduce(0.0) { sum, _ in sum + .random(in: -0.7...0.7, using: &random) }
  }

  @Test("a steady fall is told before it ends, with an interval that holds the truth")
  func falls() throws {
    var (told, held) = (0, 0)
    for seed in UInt64(0)..<100 {
      var random = SeededGenerator(seed: seed)
      var trend = ExhaustionTrend()
      let perDay = Double.random(in: 4...15, using: &random)
      let end = Self.start + Milliseconds(75 / perDay * Double(Self.day))
      var began: CheckFigures?
      for step in Int64(0)..<(end - Self.start) / 600_000 {
        let time = Self.start + step * 600_000
        let value = 95 - perDay * Double(time - Self.start) / Double(Self.day)
        let finding = trend.note(value + Self.noise(&random), at: time, Self.battery)
        if case .began(let figures)? = finding, began == nil { began = figures }
      }
      guard let began, let earliest = began.reachedEarliest, let latest = began.reachedLatest
      else { continue }
      told += 1
      #expect(began.since < end, "seed \(seed)")
      #expect(abs(try #require(began.perDay) + perDay) < perDay / 3, "seed \(seed)")
      if earliest <= end + Self.hour, latest >= end - Self.hour { held += 1 }
    }
    print("seeds 0..<100: told \(told), the interval held \(held)")
    #expect(told == 100)
    #expect(held >= 85)
  }

  @Test("noise without a trend, and a battery that is charged every day, are not told")
  func noTrend() {
    var told = 0
    for seed in UInt64(0)..<20 {
      var random = SeededGenerator(seed: seed)
      var (flat, solar) = (ExhaustionTrend(), ExhaustionTrend())
      for step in Int64(0)..<60 * 144 {
        let time = Self.start + step * 600_000
        let noise = Self.noise(&random)
        if flat.note(60 + noise, at: time, Self.battery) != nil { told += 1 }
        let hour = Double(step % 144) / 6
        let charge = hour < 12 ? 90 - 3 * hour : 54 + 3 * (hour - 12)
        if solar.note(charge + noise, at: time, Self.battery) != nil { told += 1 }
      }
    }
    print("seeds 0..<20: \(told) findings in 80 device-months without a trend")
    #expect(told <= 2)
  }

  @Test("a new roll of paper ends it and starts anew; what is reached stays until then")
  func refill() throws {
    var trend = ExhaustionTrend()
    let limits = ExhaustionTrend.Limits(limit: 15, isRising: false, within: 3 * Self.day)
    var findings: [CheckFinding] = []
    for step in Int64(0)..<24 * 30 {
      let paper = max(0, 100 - 0.4 * Double(step % 400))
      let found = trend.note(paper, at: Self.start + step * Self.hour, limits)
      if let found { findings.append(found) }
    }
    #expect(findings.count == 3, "\(findings)")
    #expect(findings[1] == .ended(at: Self.start + 401 * Self.hour))
  }

  @Test("one wild value neither starts anew nor moves the forecast")
  func outlier() throws {
    var (clean, wild) = (ExhaustionTrend(), ExhaustionTrend())
    for step in Int64(0)..<24 * 4 {
      let (value, time) = (95 - 0.3 * Double(step), Self.start + step * Self.hour)
      _ = clean.note(value, at: time, Self.battery)
      if step == 50 { _ = wild.note(1e9, at: time, Self.battery) }
      _ = wild.note(value, at: time + 1, Self.battery)
    }
    #expect(clean.isOpen == wild.isOpen)
  }

  @Test("a SIM quota is told if it ends before its cycle, and once it is used up")
  func quota() throws {
    for (perDay, isTold) in [(300.0, true), (100, false)] {
      let limits = ExhaustionTrend.Limits(
        limit: 5_000, isRising: true, within: 7 * Self.day, cycleDay: 1, tellsReached: true)
      // From the 1st of a month on.
      let first = try #require(LocalTime.day(year: 2026, month: 10, day: 1))
      var trend = ExhaustionTrend()
      var began: CheckFigures?
      var endedOn: Int64?
      for step in Int64(0)..<35 * 24 {
        let time = LocalTime.start(ofDay: first) + step * Self.hour
        let used = Double(step % (31 * 24)) / 24 * perDay
        switch trend.note(used, at: time, limits) {
        case .began(let figures): began = began ?? figures
        case .ended(let time): endedOn = LocalTime.day(of: time) - first
        case nil: break
        }
      }
      #expect((began != nil) == isTold)
      guard let began else { continue }
      #expect(endedOn == 31)
      let truth = LocalTime.start(ofDay: first) + Milliseconds(5_000 / perDay * Double(Self.day))
      #expect(abs(try #require(began.reachedAt) - truth) < Self.day)
    }
  }

  @Test("buckets and lines are those of the whole history", arguments: 0..<30 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var trend = ExhaustionTrend()
    let length = Self.battery.bucketLength
    var buckets: [Int64: [Double]] = [:]
    var time = Self.start
    var value = 95.0
    for _ in 0..<300 {
      time += Milliseconds.random(in: 1...3 * Self.hour, using: &random)
      value -= 0.1 + Double.random(in: -0.2...0.2, using: &random)
      guard value > 25 else { break }
      let bucket = time / length
      let isNew = buckets.keys.max().map { bucket > $0 } ?? false
      let wasOpen = trend.isOpen
      let finding = trend.note(value, at: time, Self.battery)
      if isNew {
        let points = buckets.sorted { $0.key < $1.key }.suffix(16)
          .filter { bucket - $0.key <= 32 }
          .map { key, values in
            let mean = Float(values.reduce(0, +) / Double(values.count))
            return (x: Double(key - bucket) + 0.5, y: Double(mean) - 20)
          }
        let line = points.count >= 8 ? TheilSen(points) : nil
        let reached = line.flatMap { line in
          line.highest < 0
            ? bucket * length
              + Milliseconds(max(0, line.intercept) / -line.slope * Double(length)) : nil
        }
        if !wasOpen {
          let isDue = reached.map { $0 - time <= Self.battery.within } ?? false
          #expect((finding != nil) == isDue, "seed \(seed)")
          if case .began(let figures)? = finding { #expect(figures.reachedAt == reached) }
        }
      } else {
        #expect(finding == nil, "seed \(seed)")
      }
      buckets[bucket, default: []].append(value)
    }
  }

  @Test("the end of a SIM's cycle is the next day with that number", arguments: 1...31)
  func cycle(day: Int) throws {
    let first = try #require(LocalTime.day(year: 2027, month: 12, day: 1))
    for offset in Int64(0)..<120 {
      let instant = LocalTime.start(ofDay: first + offset) + 13 * Self.hour
      // Walks on until a day that begins a cycle.
      var next = first + offset
      while true {
        next += 1
        let date = LocalTime.civil(ofDay: next)
        let isLast = LocalTime.civil(ofDay: next + 1).month != date.month
        if date.day == Int64(day) || isLast && date.day < Int64(day) { break }
      }
      #expect(SimCycle.end(at: instant, day: day) == LocalTime.start(ofDay: next))
    }
  }
}
