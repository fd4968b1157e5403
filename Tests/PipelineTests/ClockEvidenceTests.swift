// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("judging clocks by sets of readings")
struct ClockEvidenceTests {
  private typealias Reading = ClockEvidence.Reading
  private static let noon = LocalTime.start(ofDay: 20_700) + 12 * 3_600_000
  private static let hour: Milliseconds = 3_600_000

  /// A device over two days: boots, a clock that is right, ahead or behind in each, readings that
  /// come at once, late, or were kept, and some that do not tell `up`.
  private static func readings(_ random: inout SeededGenerator) -> [Reading] {
    var readings: [Reading] = []
    var now = noon
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let bootAt = now
      let errors: [Milliseconds] = [
        0, 0, 100_000, 7 * hour, 30 * hour, -2 * hour, -50 * hour, -24 * 400 * hour,
      ]
      let error = errors.randomElement(using: &random) ?? 0
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        now += .random(in: 1_000...4 * hour, using: &random)
        let delay: Milliseconds =
          Int.random(in: 0..<3, using: &random) > 0
          ? .random(in: 0...2_000, using: &random) : .random(in: 0...10 * hour, using: &random)
        let keepers: [ClockJudge.Keeper] = [.nobody, .nobody, .nobody, .broker, .device]
        readings.append(
          Reading(
            sentAt: now + error, receivedAt: now + delay,
            bootAt: Int.random(in: 0..<6, using: &random) == 0
              ? nil : bootAt + error + .random(in: 0...900, using: &random),
            keeper: keepers.randomElement(using: &random) ?? .nobody))
      }
      now += .random(in: 20_000...hour, using: &random)
    }
    return readings
  }

  /// The smallest lag of the readings that measure and share the boot, from the definition: boots
  /// are one as long as steps of at most the tolerance lead from one to the other, and a measure of
  /// another hour counts by what a clock may lose from the one to the other.
  private static func lagMin(of reading: Reading, among readings: [Reading]) -> Milliseconds? {
    let today = LocalTime.day(of: reading.receivedAt)
    return [today - 1, today].compactMap { day -> (bound: Milliseconds, lag: Milliseconds)? in
      let measures = readings.filter {
        LocalTime.day(of: $0.receivedAt) == day
          && ClockJudge.isMeasure(lag: $0.lag, keptBy: $0.keeper)
      }
      func bound(_ measure: Reading) -> (bound: Milliseconds, lag: Milliseconds) {
        let hours = measure.receivedAt / hour - reading.receivedAt / hour
        return (measure.lag + abs(hours) * 6_000, measure.lag)
      }
      guard let bootAt = reading.bootAt else { return measures.map(bound).min(by: <) }
      var known: Set<Milliseconds> = []
      var found = measures.compactMap(\.bootAt).filter {
        abs($0 - bootAt) <= ClockState.bootTolerance
      }
      while let next = found.popLast() {
        guard known.insert(next).inserted else { continue }
        found += measures.compactMap(\.bootAt).filter {
          abs($0 - next) <= ClockState.bootTolerance
        }
      }
      return measures.filter { $0.bootAt.map(known.contains) ?? false }.map(bound)
        .min(by: <)
    }.min(by: <)?.lag
  }

  @Test(
    "every reading is judged by the smallest lag of its boot, whatever the order",
    arguments: 0..<300 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let readings = Self.readings(&random)
    var evidence = ClockEvidence()
    for reading in (readings + readings).shuffled(using: &random) { evidence.add(reading) }
    for reading in readings {
      let verdict = evidence.judge(reading, commissionedAt: nil)
      let expected = ClockJudge.verdict(
        sentAt: reading.sentAt, receivedAt: reading.receivedAt,
        lagMin: Self.lagMin(of: reading, among: readings),
        boot: reading.bootAt == nil ? .untold : .same, keptBy: reading.keeper,
        commissionedAt: nil)
      #expect(verdict == expected, "seed \(seed), \(reading)")
      #expect(reading.eventTimes.contains(verdict.eventTime), "seed \(seed), \(reading)")
    }
  }

  @Test(
    "what a device with a wrong clock sends at any delay keeps its order",
    arguments: [7, 30, -2, -50] as [Int64])
  func order(errorHours: Int64) {
    let error = errorHours * Self.hour
    var readings = (0..<100 as Range<Int64>).map { minute in
      Reading(
        sentAt: Self.noon + minute * 60_000 + error, receivedAt: Self.noon + minute * 60_000 + 200,
        bootAt: Self.noon - Self.hour + error, keeper: .nobody)
    }
    for late in stride(from: 3, to: 90, by: 9) { readings[late].receivedAt += 8 * 60_000 }
    var evidence = ClockEvidence()
    for reading in readings { evidence.add(reading) }
    let times = readings.map { evidence.judge($0, commissionedAt: nil).eventTime }
    #expect(times == (0..<100).map { Self.noon + $0 * 60_000 + 200 })
  }
}
