// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Analysis

/// The packed detector beside the plain one.
@Suite struct DetectorReferenceTests {
  /// How far scores may lie apart: severity by what 32 bits lose, and by baselines that a rounding
  /// by chance has moved; novelty by weights of tails in bytes, whose steps are 6 %.
  static let severityTolerance = 0.1
  static let noveltyTolerance = 0.5
  /// Of all readings, so many may lie further apart.
  static let apartShareMax = 0.02
  /// Of the alarms of either, so many are the other's within some readings: metrics in whole steps
  /// lie on the edges of half octaves, where a little decides.
  static let alarmShareMin = 0.75
  static let alarmDistance = 3

  enum Form: CaseIterable { case rhythm, counts, rare, steps }

  struct Series {
    var values: [Double]
    var watch = Watch()
  }

  /// Six weeks, a reading every quarter of an hour, with spikes, shifts and restless stretches.
  private static func series(_ form: Form, seed: UInt64) -> Series {
    var noise = DetectorNoise(seed: seed)
    var series = Series(values: [])
    if form == .counts { series.watch.scale = .logarithmic }
    var fault = (until: 0, shift: 0.0, factor: 1.0)
    for index in 0..<42 * 96 {
      let day = abs(Double(index % 96) / 48 - 1) * (index / 96 % 7 > 4 ? 0.6 : 1)
      if index > 400, index >= fault.until, abs(noise.next()) < 0.004 {
        let length = [1, 2, 8, 96][index % 4]
        let isRestless = index % 3 == 0
        fault = (index + length, isRestless ? 0 : 12 * noise.next(), isRestless ? 8 : 1)
      }
      let isFaulty = index < fault.until
      let moved = noise.next() * (isFaulty ? fault.factor : 1) + (isFaulty ? fault.shift : 0)
      let value: Double =
        switch form {
        case .rhythm: 50 + 10 * day + moved
        case .counts: max((1 + 15 * day + (1 + 3 * day) * moved).rounded(), 0)
        case .rare: abs(noise.next()) < 0.03 ? abs(moved).rounded(.up) : 0
        case .steps: (20 + 4 * day + moved).rounded()
        }
      series.values.append(value)
    }
    return series
  }

  private struct Compared {
    var readings = 0
    var apart = 0
    var alarms: (packed: [Int], plain: [Int]) = ([], [])

    /// Alarms of either that the other has within some readings, of all.
    var agreed: (count: Int, all: Int) {
      func found(_ left: [Int], in right: [Int]) -> Int {
        left.count { one in
          right.contains { abs($0 - one) <= DetectorReferenceTests.alarmDistance }
        }
      }
      let count = found(alarms.packed, in: alarms.plain) + found(alarms.plain, in: alarms.packed)
      return (count, alarms.packed.count + alarms.plain.count)
    }
  }

  private static func compare(
    _ series: Series, packed constants: DetectorConstants = .shipped
  ) -> Compared {
    var bank = DetectorBank(constants: constants)
    bank.append(count: 1)
    var plain = DetectorReference(series.watch)
    var compared = Compared()
    for (index, value) in series.values.enumerated() {
      let time = Milliseconds(index) * 900_000
      let left = bank.judge(value, at: time, slot: 0, watch: series.watch)
      let right = plain.judge(value, at: time)
      #expect((left == nil) == (right == nil), "one is silent at \(index)")
      guard let left, let right else { continue }
      compared.readings += 1
      if left.startsAnomaly { compared.alarms.packed.append(index) }
      if right.starts { compared.alarms.plain.append(index) }
      let isApart =
        abs(left.severity - right.severity) > severityTolerance
        || abs(left.novelty - right.novelty) > noveltyTolerance
      if isApart { compared.apart += 1 }
    }
    return compared
  }

  @Test("packed state and plain doubles say the same", arguments: Form.allCases)
  func agrees(_ form: Form) {
    var (readings, apart, agreed, all) = (0, 0, 0, 0)
    for seed in UInt64(1)...3 {
      let compared = Self.compare(Self.series(form, seed: seed))
      let shown = "\(form), seed \(seed): \(compared.apart) of \(compared.readings) apart,"
      print(shown, "alarms", compared.alarms.packed, compared.alarms.plain)
      readings += compared.readings
      apart += compared.apart
      agreed += compared.agreed.count
      all += compared.agreed.all
    }
    #expect(Double(apart) <= Self.apartShareMax * Double(readings))
    #expect(Double(agreed) >= Self.alarmShareMin * Double(all))
    #expect(all > 0, "nothing was compared")
  }

  @Test("a detector that is a little wrong is noticed")
  func canFail() {
    var wrong = DetectorConstants.shipped
    wrong.usualLength *= 2
    let compared = Self.compare(Self.series(.rhythm, seed: 1), packed: wrong)
    #expect(Double(compared.apart) > Self.apartShareMax * Double(compared.readings))
  }
}
