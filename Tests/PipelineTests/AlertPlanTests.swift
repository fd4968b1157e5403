// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Silence that people planned: offline alerts against a count of minutes.
@Suite("planned silence")
struct AlertPlanTests {
  private static let minute: Milliseconds = 60_000

  private static func entry(
    _ purpose: CalendarPurpose, _ minutes: Range<Int>
  ) -> CalendarEntry {
    CalendarEntry(
      calendar: "c", uid: "\(minutes)", purpose: purpose,
      occurrences: [
        Interval(
          start: Milliseconds(minutes.lowerBound) * minute,
          end: Milliseconds(minutes.upperBound) * minute)
      ])
  }

  @Test("silence in maintenance or on a holiday raises nothing; a longer one does")
  func planned() {
    for purpose in [CalendarPurpose.maintenance, .powerCut, .drill, .holiday] {
      var bench = JudgeBench()
      bench.plan([Self.entry(purpose, 2..<60)])
      bench.hear(at: 0)
      bench.tick(60 * Self.minute)
      #expect(bench.open.isEmpty, "\(purpose)")
      bench.tick(61 * Self.minute)
      #expect(bench.open.isEmpty, "two minutes before and one after: \(purpose)")
      bench.tick(61 * Self.minute + 1)
      #expect(bench.open == ["wifi-ap/offline"], "\(purpose)")
    }
  }

  @Test("the broker's word that a device is gone raises nothing while it is worked on")
  func mark() {
    for isPlanned in [true, false] {
      var bench = JudgeBench()
      if isPlanned { bench.plan([Self.entry(.maintenance, 1..<60)]) }
      bench.hear(at: 0)
      bench.observe(until: 2 * Self.minute)
      bench.mark(receivedAt: 2 * Self.minute)
      bench.brokerAlive(at: 2 * Self.minute + 30_000)
      #expect(bench.open.isEmpty == isPlanned)
    }
  }

  @Test("what an operator enters holds from then on")
  func entered() {
    var bench = JudgeBench()
    bench.hear(at: 0)
    bench.tick(2 * Self.minute)
    bench.plan([Self.entry(.maintenance, 1..<100)])
    bench.tick(90 * Self.minute)
    #expect(bench.open.isEmpty)
    bench.plan([])
    bench.tick(95 * Self.minute)
    #expect(bench.open == ["wifi-ap/offline"])
  }

  @Test(
    "random plans raise when a count of unplanned minutes exceeds the allowance",
    arguments: 0..<100 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bench = JudgeBench()
    var planned = Array(repeating: false, count: 200)
    var entries: [CalendarEntry] = []
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let start = Int.random(in: 0..<190, using: &random)
      let minutes = start..<Int.random(in: start + 1...min(200, start + 40), using: &random)
      entries.append(
        Self.entry(Bool.random(using: &random) ? .maintenance : .holiday, minutes))
      for minute in minutes { planned[minute] = true }
    }
    bench.plan(entries)
    bench.hear(at: 0)
    for minute in 1..<200 {
      bench.tick(Milliseconds(minute) * Self.minute)
      let unplanned = planned[..<minute].count { !$0 }
      #expect(bench.open.isEmpty == (unplanned <= 3), "seed \(seed), minute \(minute)")
    }
  }
}
