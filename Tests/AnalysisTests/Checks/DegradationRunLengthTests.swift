// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// How often the check tells of series in which nothing changes: hourly means of one device that
/// nobody stands beside, from the first day on, learning included.
@Suite("degradation where nothing changes")
struct DegradationRunLengthTests {
  enum Noise: String, CaseIterable, Sendable {
    case normal, correlated, heavyTailed, counts, seasonal
  }

  /// - Returns: findings in so many device-months.
  static func findings(_ noise: Noise, months: Int, seed: UInt64) -> Int {
    var random = SeededGenerator(seed: seed)
    let limits = DegradationWatch.Limits(
      threshold: 12, direction: .both, scale: noise == .counts ? .logarithmic : .linear)
    var count = 0
    for _ in 0..<months / 3 {
      var watch = DegradationWatch()
      var slow = 0.0
      for hour in 0..<90 * 24 {
        let value = value(noise, hour, &slow, &random)
        let time = LocalTime.start(ofDay: 20_000) + Milliseconds(hour) * LocalTime.hourLength
        watch.note(value, at: time + 1_000, isHoliday: false, limits)
        watch.finish(through: HourMean.hour(of: time), limits)
        if case .began = watch.judge(common: 0, limits) { count += 1 }
      }
    }
    return count
  }

  private static func value(
    _ noise: Noise, _ hour: Int, _ slow: inout Double, _ random: inout SeededGenerator
  ) -> Double {
    switch noise {
    case .normal: return 50 + normal(&random)
    case .correlated:
      slow = 0.5 * slow + normal(&random)
      return 50 + slow
    case .heavyTailed:
      // Student's t of four degrees of freedom.
      let squares = (0..<4).reduce(0.0) { sum, _ in
        let part = normal(&random)
        return sum + part * part
      }
      return 50 + normal(&random) / (squares / 4).squareRoot()
    case .counts:
      // Poisson of 0.2 at night and 6 by day, as mean of four readings.
      let mean = (8..<20).contains(hour % 24) ? 6.0 : 0.2
      return (0..<4).reduce(0.0) { sum, _ in sum + poisson(mean, &random) } / 4
    case .seasonal:
      let isOff = (hour / 24 + 20_000 + 3) % 7 >= 5
      let course = (8..<17).contains(hour % 24) && !isOff ? 30.0 : 0
      return 50 + course + normal(&random)
    }
  }

  private static func normal(_ random: inout SeededGenerator) -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + .random(in: 0..<1, using: &random) }
  }

  private static func poisson(_ mean: Double, _ random: inout SeededGenerator) -> Double {
    let limit = Logarithm.exponential(-mean)
    var (product, count) = (Double.random(in: 0..<1, using: &random), 0.0)
    while product > limit {
      product *= Double.random(in: 0..<1, using: &random)
      count += 1
    }
    return count
  }

  @Test("hardly ever anything is told", arguments: Noise.allCases)
  func quiet(noise: Noise) {
    let count = Self.findings(noise, months: 60, seed: 7)
    print("run length, seed 7: \(noise) \(count) findings in 60 device-months")
    #expect(count <= 4, "\(noise)")
  }
}
