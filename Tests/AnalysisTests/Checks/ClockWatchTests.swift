// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("device clocks")
struct ClockWatchTests {
  private static let hour: Milliseconds = 3_600_000
  private static let start: Milliseconds = LocalTime.start(ofDay: 20_000)
  private static let limits = ClockWatch.Limits(offBy: 300_000, perDay: 60_000)

  /// Sends a message every five minutes for some days.
  ///
  /// - Parameter lag: by how much the device's clock is behind, by the hour since the start.
  /// - Returns: the hours since the start at which something was found.
  private static func run(
    days: Int64, _ random: inout SeededGenerator, lateShare: Double = 0.2,
    lag: (Double) -> Double
  ) -> [(hour: Int64, finding: CheckFinding)] {
    var watch = ClockWatch()
    var found: [(hour: Int64, finding: CheckFinding)] = []
    for tick in Int64(0)..<days * 288 {
      let sent = tick * 300_000
      let isLate = Double.random(in: 0..<1, using: &random) < lateShare
      let late = Milliseconds.random(in: 50...(isLate ? 3_000_000 : 800), using: &random)
      let behind = Milliseconds(lag(Double(sent) / Double(hour)) * 1_000)
      let finding = watch.note(lag: behind + late, receivedAt: start + sent + late, limits)
      if let finding { found.append((sent / hour, finding)) }
    }
    return found
  }

  @Test("late messages are no wrong clock", arguments: 0..<20 as Range<UInt64>)
  func late(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let found = Self.run(days: 20, &random, lateShare: 0.6) { _ in 0 }
    #expect(found.isEmpty, "seed \(seed): \(found)")
  }

  @Test("a clock that is off is told within hours, and when it is right again")
  func off() throws {
    for behind in [400.0, -400.0, 90_000] {
      var random = SeededGenerator(seed: 1)
      let found = Self.run(days: 4, &random) { $0 >= 24 && $0 < 60 ? behind : 0 }
      #expect(found.count == 2, "\(found)")
      guard case .began(let figures) = try #require(found.first).finding else { return }
      #expect(found[0].hour >= 25 && found[0].hour <= 30)
      #expect(abs(try #require(figures.value) - behind) < 60)
      #expect(figures.isAbove == (behind < 0))
      guard found.count == 2 else { return }
      #expect(found[1].hour >= 60 && found[1].hour <= 63)
    }
  }

  @Test("a drift of more than a minute a day is told within four days, one that was set is not")
  func drift() throws {
    for perDay in [90.0, -90] {
      var random = SeededGenerator(seed: 2)
      let found = Self.run(days: 4, &random) { perDay * $0 / 24 }
      guard case .began(let figures) = try #require(found.first).finding else { return }
      #expect(abs(try #require(figures.perDay) - perDay) < 5)
    }
    var random = SeededGenerator(seed: 3)
    #expect(Self.run(days: 10, &random) { $0 < 100 ? 0 : 200 }.isEmpty)
    #expect(Self.run(days: 10, &random) { 30 * $0 / 24 }.first.map { $0.hour > 9 * 24 } ?? true)
  }

  @Test("openness follows the minima of all hours and days", arguments: 0..<10 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var watch = ClockWatch()
    var hours: [Int64: [Milliseconds]] = [:]
    var (isOpen, isDrift, judged) = (false, false, Int64.min)
    var lag: Milliseconds = 0
    for tick in Int64(0)..<2_500 {
      let receivedAt = Self.start + tick * 200_000
      if Int.random(in: 0..<120, using: &random) == 0 {
        lag = Milliseconds.random(in: -900_000...900_000, using: &random)
      }
      lag += Milliseconds.random(in: -300...500, using: &random)
      if Int.random(in: 0..<200, using: &random) == 0 { continue }
      let measured = lag + Milliseconds.random(in: 0...200_000, using: &random)
      let hour = receivedAt / Self.hour
      if let last = hours.keys.max(), hour > last, hours[last, default: []].count >= 10 {
        (isOpen, isDrift) = Self.judged(after: last, hours, isOpen, isDrift)
        judged = last
      }
      hours[hour, default: []].append(measured)
      _ = watch.note(lag: measured, receivedAt: receivedAt, Self.limits)
      #expect(watch.isOpen == isOpen, "seed \(seed), hour \(judged)")
    }
  }

  private static func judged(
    after last: Int64, _ hours: [Int64: [Milliseconds]], _ isOpen: Bool, _ isDrift: Bool
  ) -> (isOpen: Bool, isDrift: Bool) {
    let told = hours.filter { $0.key <= last && $0.value.count >= 10 }.mapValues { $0.min() ?? 0 }
    let newest = told[last] ?? 0
    var days: [Int64: Milliseconds] = [:]
    for (hour, least) in told {
      let day = LocalTime.day(of: hour * Self.hour)
      days[day] = min(days[day] ?? least, least)
    }
    let today = LocalTime.day(of: last * Self.hour)
    func move(_ day: Int64?) -> Milliseconds? {
      guard let day, let least = days[day], let before = days[day - 1] else { return nil }
      return least - before
    }
    // The newest day that is over.
    let done = days.keys.filter { $0 < today }.max()
    let isFirst = !told.keys.contains { $0 < last && LocalTime.day(of: $0 * Self.hour) == today }
    if isOpen {
      let isCalm = move(done).map { abs($0) <= limits.perDay / 2 } ?? true
      let isOver = isDrift ? isCalm : abs(newest) <= limits.offBy / 2
      return (!isOver, !isOver && isDrift)
    }
    if isFirst, let done, let move1 = move(done), let move2 = move(done - 1),
      (move1 < 0) == (move2 < 0), min(abs(move1), abs(move2)) > limits.perDay
    {
      return (true, true)
    }
    guard let before = told[last - 1], abs(before - newest) <= 60_000 else { return (false, false) }
    return (abs(newest) > limits.offBy, false)
  }
}
