// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("counters that begin anew")
struct CounterWatchTests {
  private static let minute: Milliseconds = 60_000
  private static let day: Milliseconds = 86_400_000

  private enum Cause: CaseIterable { case boot, wrap, reset }

  @Test(
    "boots and wraps are never told, resets when they repeat, as counting all of them says",
    arguments: 0..<60 as Range<UInt64>, [32, 64])
  func oracle(seed: UInt64, width: Int) {
    var random = SeededGenerator(seed: seed)
    let end = width == 32 ? UInt64(UInt32.max) : .max
    var watch = CounterWatch()
    var (time, value, boot) = (Milliseconds(1_700_000_000_000), UInt64(5), Milliseconds?.none)
    var (resets, isOpen) = ([Milliseconds](), false)
    for index in 0..<1_500 {
      time += Self.minute
      if Int.random(in: 0..<300, using: &random) == 0 {
        time += Milliseconds.random(in: 0...50, using: &random) * 3_600_000
      }
      var isReset = false
      if index > 0, Int.random(in: 0..<60, using: &random) == 0 {
        switch Cause.allCases.randomElement(using: &random) {
        case .boot:
          boot = time - 20_000
          value = UInt64.random(in: 0...1_000, using: &random)
        case .wrap:
          // First near its end (a rise like any other), then around the corner.
          value = end - 1_000
          _ = watch.note(
            value, at: time, newestBoot: boot, isUpTold: true, count: 3, within: Self.day)
          isOpen = Self.next(isOpen, resets, false, time)
          time += Self.minute
          value = 1_000
        case .reset, nil:
          isReset = value > 1_000 && value < 1_000_000
          if isReset { value = 3 }
        }
      } else {
        value = value > 900_000 ? value : value + UInt64.random(in: 0...5_000, using: &random)
      }
      if isReset { resets.append(time / 1_000 * 1_000) }
      _ = watch.note(
        value, at: time, newestBoot: boot, isUpTold: true, count: 3, within: Self.day)
      isOpen = Self.next(isOpen, resets, isReset, time)
      #expect(watch.isOpen == isOpen, "seed \(seed), \(width) bits, at \(time)")
      if watch.isOpen != isOpen { return }
    }
  }

  private static func next(
    _ isOpen: Bool, _ resets: [Milliseconds], _ isReset: Bool, _ time: Milliseconds
  ) -> Bool {
    if isOpen { return resets.contains { time - $0 <= day } }
    return isReset && resets.count { (resets.last ?? 0) - $0 <= day } >= 3
  }

  @Test("a fall from near the end that would be faster than ever is a reset")
  func implausibleWrap() {
    var watch = CounterWatch()
    var opened = false
    let near = UInt64(UInt32.max) - 10_000_000
    for round in Int64(0)..<3 {
      for minute in Int64(0)..<5 {
        let at = (round * 10 + minute) * Self.minute
        let finding = watch.note(
          near + UInt64(minute) * 10, at: at, newestBoot: nil, isUpTold: true, count: 2,
          within: Self.day)
        opened = opened || finding != nil
      }
      _ = watch.note(
        3_000_000_000, at: (round * 10 + 6) * Self.minute, newestBoot: nil, isUpTold: true,
        count: 2, within: Self.day)
    }
    #expect(opened || watch.isOpen)
  }

  @Test("where nobody tells whether it booted, nothing is counted")
  func untold() {
    var watch = CounterWatch()
    for minute in Int64(0)..<100 {
      let finding = watch.note(
        UInt64(minute % 2 == 0 ? 1_000 : 0), at: minute * Self.minute, newestBoot: nil,
        isUpTold: false, count: 2, within: Self.day)
      #expect(finding == nil)
    }
  }
}
