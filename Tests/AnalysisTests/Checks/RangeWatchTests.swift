// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("values out of range")
struct RangeWatchTests {
  private static let limits = RangeWatch.Limits(
    lowest: -10, highest: 90, readings: 3, length: 5_000, gap: 20_000)

  /// Looks back through all readings each time.
  private static func isOpen(
    _ readings: [(value: Double, at: Milliseconds)]
  ) -> Bool {
    var isOpen = false
    for last in readings.indices {
      func run(_ isOutside: Bool) -> ArraySlice<(value: Double, at: Milliseconds)> {
        var first = last + 1
        while first > 0 {
          let reading = readings[first - 1]
          guard (reading.value < -10 || reading.value > 90) == isOutside else { break }
          if first <= last, readings[first].at - reading.at > 20_000 { break }
          first -= 1
        }
        return readings[first..<last + 1]
      }
      if isOpen {
        isOpen = run(false).count < 3
      } else {
        let outside = run(true)
        isOpen =
          outside.count >= 3 && readings[last].at - (outside.first?.at ?? 0) >= 5_000
      }
    }
    return isOpen
  }

  @Test("as a look back through everything says", arguments: 0..<60 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var watch = RangeWatch()
    var readings: [(value: Double, at: Milliseconds)] = []
    var isOutside = false
    var time: Milliseconds = 0
    for _ in 0..<200 {
      time += Milliseconds.random(in: 500...4_000, using: &random)
      if Int.random(in: 0..<25, using: &random) == 0 { time += 30_000 }
      if Int.random(in: 0..<5, using: &random) == 0 { isOutside.toggle() }
      let value = isOutside ? (Bool.random(using: &random) ? 200.0 : -50) : 20
      readings.append((value, time))
      _ = watch.note(value, at: time, Self.limits)
      #expect(watch.isOpen == Self.isOpen(readings), "seed \(seed) at \(time)")
    }
  }

  @Test("an infinite value is outside, one wild value is no alarm")
  func infinite() {
    var watch = RangeWatch()
    #expect(watch.note(.infinity, at: 0, Self.limits) == nil)
    #expect(watch.note(20, at: 1_000, Self.limits) == nil)
    for second in 2..<20 {
      let finding = watch.note(.infinity, at: Milliseconds(second) * 1_000, Self.limits)
      #expect((finding != nil) == (second == 7))
    }
  }
}
