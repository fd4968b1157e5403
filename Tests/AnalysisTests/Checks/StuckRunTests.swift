// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("stuck values")
struct StuckRunTests {
  private static let minute: Milliseconds = 60_000
  private static let limits = StuckRun.Limits(times: 3, atLeast: 60 * minute, gap: 3 * minute)

  /// All readings kept, every question answered from the beginning.
  private struct Oracle {
    var readings: [(value: Double, at: Milliseconds)] = []

    /// Runs in order: value, first and last reading, and whether each was told.
    var runs: [(value: Double, start: Milliseconds, end: Milliseconds, isTold: Bool, count: Int)] =
      []

    mutating func isStuck(_ value: Double, at time: Milliseconds) -> (Bool, margin: Double) {
      defer { readings.append((value, time)) }
      guard let last = readings.last else {
        runs.append((value, time, time, false, 1))
        return (false, 1)
      }
      if value != last.value {
        ended.append((runs[runs.count - 1], time))
        runs.append((value, time, time, false, 1))
        return (false, 1)
      }
      if time - last.at > StuckRunTests.limits.gap, !runs[runs.count - 1].isTold {
        runs[runs.count - 1] = (value, time, time, false, 1)
        return (false, 1)
      }
      runs[runs.count - 1].end = time
      if time - last.at <= StuckRunTests.limits.gap { runs[runs.count - 1].count += 1 }
      let run = runs[runs.count - 1]
      let longest = ended.map { ended in
        let days = LocalTime.day(of: time) - LocalTime.day(of: ended.at)
        let length = Double(ended.run.end - ended.run.start) * (ended.run.isTold ? 0.5 : 1)
        return length * pow(2, -Double(days) / 14)
      }.max() ?? 0
      let length = Double(run.end - run.start)
      let isAsked =
        run.count >= 5 && ended.count >= 20 && time - readings[0].at >= 3 * 86_400_000
        && length >= Double(StuckRunTests.limits.atLeast)
      let isStuck = run.isTold || isAsked && length > 3 * longest
      if isStuck { runs[runs.count - 1].isTold = true }
      return (isStuck, abs(length / max(1, 3 * longest) - 1))
    }

    var ended:
      [(
        run: (value: Double, start: Milliseconds, end: Milliseconds, isTold: Bool, count: Int),
        at: Milliseconds
      )] = []
  }

  @Test("as an oracle that keeps everything says", arguments: 0..<12 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (run, oracle) = (StuckRun(), Oracle())
    var (time, value) = (Milliseconds(1_700_000_000_000), 220.0)
    var left = 0
    var told = 0
    for _ in 0..<9_000 {
      time += Self.minute
      if Int.random(in: 0..<800, using: &random) == 0 {
        time += Milliseconds.random(in: 1...600, using: &random) * Self.minute
      }
      if left > 0 {
        left -= 1
      } else if Int.random(in: 0..<1_200, using: &random) == 0 {
        left = Int.random(in: 30...400, using: &random)
      } else {
        value = Double(Int.random(in: 218...223, using: &random))
      }
      let (isStuck, margin) = oracle.isStuck(value, at: time)
      _ = run.note(value, at: time, Self.limits)
      // 32 bits round what the oracle does not.
      if margin > 0, margin < 1e-4 { return }
      #expect(run.isOpen == isStuck, "seed \(seed) at \(time)")
      if run.isOpen != isStuck { return }
      if isStuck { told += 1 }
    }
    print("stuck seed \(seed): \(told) readings of told runs")
  }

  @Test("what has always been constant never alarms")
  func constant() {
    var run = StuckRun()
    for minute in 0..<50_000 {
      #expect(run.note(7, at: Milliseconds(minute) * Self.minute, Self.limits) == nil)
    }
  }

  @Test("a meter that stops is told with its run, and ends when it moves")
  func stops() throws {
    var run = StuckRun()
    var began: CheckFigures?
    var endedAt: Milliseconds?
    for minute in 0..<7_000 {
      let value = (5_000..<5_500).contains(minute) ? 221 : Double(minute % 5) + 218
      let at = Milliseconds(minute) * Self.minute
      switch run.note(value, at: at, Self.limits) {
      case .began(let figures): began = figures
      case .ended(let time): endedAt = time
      case nil: break
      }
    }
    let figures = try #require(began)
    #expect(figures.since == 5_000 * Self.minute)
    #expect(figures.length == 60 * Self.minute)
    #expect(figures.value == 221)
    #expect(endedAt == 5_500 * Self.minute)
  }

  @Test("duplicates, late readings and NaN change nothing")
  func duplicates() {
    var run = StuckRun()
    for minute in 0..<100 { _ = run.note(1, at: Milliseconds(minute) * Self.minute, Self.limits) }
    let before = run
    _ = run.note(1, at: 99 * Self.minute, Self.limits)
    _ = run.note(5, at: 3 * Self.minute, Self.limits)
    _ = run.note(.nan, at: 200 * Self.minute, Self.limits)
    #expect(run == before)
  }
}
