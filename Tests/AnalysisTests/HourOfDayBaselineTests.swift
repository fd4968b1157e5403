// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite struct HourOfDayBaselineTests {
  static let base: Milliseconds = 1_795_279_200_000

  /// Busy by day, quiet by night, with some noise; one reading a minute.
  static func value(_ minute: Int, _ random: inout SeededGenerator) -> Double {
    let hour = LocalTime.hour(of: base + Milliseconds(minute) * 60_000)
    return (8..<20 ~= hour ? 40 : 2) + Double.random(in: -1...1, using: &random)
  }

  @Test("a spike in a seasonal series is found, and nothing else", arguments: [1, 2, 3, 4, 5])
  func spike(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var baseline = HourOfDayBaseline()
    for minute in 0..<4 * 1_440 {
      let time = Self.base + Milliseconds(minute) * 60_000
      let judgement = baseline.judge(Self.value(minute, &random), at: time)
      if minute >= 2 * 1_440 {
        #expect(judgement?.isAnomalous == false, "seed \(seed), minute \(minute)")
      }
    }
    // Four whole days on it is 23:40 again: 40 is usual by day, not at this hour.
    let time = Self.base + 4 * 86_400_000
    let found = baseline.judge(40, at: time)
    #expect(found?.isAnomalous == true, "seed \(seed)")
    #expect(found?.hour == 23)
    #expect((found?.timesUsual ?? 0) > 10)
    // Hysteresis, then back to usual.
    #expect(baseline.judge(2, at: time + 60_000)?.isAnomalous == false)
  }

  @Test("an hour that began with a fault does not make the usual unusual")
  func faultyHour() {
    var baseline = HourOfDayBaseline()
    // Twenty hours at 222, then a fault over the first forty minutes of an hour not seen before.
    let start = LocalTime.start(ofDay: 20_000)
    for minute in 0..<1_440 as Range<Int64> {
      let isFault = 1_320..<1_360 ~= minute
      let judgement = baseline.judge(isFault ? 118 : 222, at: start + minute * 60_000)
      guard minute >= 1_200 else { continue }
      #expect(judgement?.isAnomalous == (1_320..<1_350 ~= minute) || isFault, "\(minute)")
    }
  }

  @Test("a constant series never alarms", arguments: [0, -3.5, 1e-12, 1e300, -1e300])
  func constant(value: Double) {
    var baseline = HourOfDayBaseline()
    for minute in 0..<3_000 as Range<Int64> {
      let judgement = baseline.judge(value, at: minute * 60_000)
      #expect(judgement?.isAnomalous ?? false == false)
    }
  }

  @Test("it is silent until 300 readings and 20 hours have both passed")
  func warmUp() {
    var often = HourOfDayBaseline()
    for second in 0..<600 as Range<Int64> { #expect(often.judge(1, at: second) == nil) }
    #expect(often.judge(1, at: HourOfDayBaseline.warmUpLength) != nil)
    var rarely = HourOfDayBaseline()
    for hour in 0..<300 as Range<Int64> {
      #expect(rarely.judge(1, at: hour * 3_600_000) == nil)
    }
    #expect(rarely.judge(1, at: 300 * 3_600_000) != nil)
  }

  @Test("values that are not finite change nothing, and huge ones do no harm")
  func extremes() {
    var random = SeededGenerator(seed: 9)
    var baseline = HourOfDayBaseline()
    for minute in 0..<2_000 as Range<Int64> { _ = baseline.judge(5, at: minute * 60_000) }
    let before = baseline
    for value in [Double.nan, .infinity, -.infinity, .signalingNaN] {
      #expect(baseline.judge(value, at: 2_000 * 60_000) == nil)
    }
    #expect(baseline == before)
    for minute in 2_000..<3_000 as Range<Int64> {
      let value =
        [1e300, -1e300, .greatestFiniteMagnitude, 0].randomElement(using: &random) ?? 0
      let judgement = baseline.judge(value, at: minute * 60_000)
      #expect(judgement?.score.isFinite == true && judgement?.expected.isFinite == true)
    }
  }

  @Test("the state survives encoding, and damaged bytes are refused")
  func encoding() {
    var random = SeededGenerator(seed: 3)
    var baseline = HourOfDayBaseline()
    for minute in 0..<2_000 {
      _ = baseline.judge(
        Self.value(minute, &random), at: Self.base + Milliseconds(minute) * 60_000)
    }
    let bytes = baseline.encoded()
    #expect(HourOfDayBaseline(encoded: bytes) == baseline)
    #expect(HourOfDayBaseline(encoded: Array(bytes.dropLast())) == nil)
    #expect(HourOfDayBaseline(encoded: [2] + bytes.dropFirst()) == nil)
    #expect(HourOfDayBaseline(encoded: []) == nil)
  }
}
