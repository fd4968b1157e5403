// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// The laws that make uptime indifferent to order, repetition and partition: every set over a few
/// instants, then thousands of random ones.
@Suite("the algebra of intervals")
struct IntervalAlgebraTests {
  private static let instants = 5
  private static let universe = Interval(start: 0, end: Milliseconds(instants))
  /// Every set of those instants.
  private static let all: [IntervalSet] = (0..<(1 << instants)).map { (bits: Int) -> IntervalSet in
    let chosen = (0..<instants).filter { (instant: Int) -> Bool in (bits >> instant) & 1 == 1 }
    return IntervalSet(chosen.map {
      Interval(start: Milliseconds($0), end: Milliseconds($0) + 1)
    })
  }

  @Test("union and intersection are commutative, associative and idempotent: all small sets")
  func latticeLaws() {
    for a in Self.all {
      #expect(a.union(a) == a && a.intersection(a) == a)
      #expect(a.subtracting(a).isEmpty && a.union(IntervalSet()) == a)
      for b in Self.all {
        guard a.union(b) == b.union(a), a.intersection(b) == b.intersection(a),
          a.union(a.intersection(b)) == a, a.intersection(a.union(b)) == a,
          a.subtracting(b) == a.intersection(b.complement(in: Self.universe))
        else {
          Issue.record("\(a.intervals) and \(b.intervals)")
          continue
        }
        for c in Self.all {
          guard a.union(b).union(c) == a.union(b.union(c)),
            a.intersection(b).intersection(c) == a.intersection(b.intersection(c)),
            a.intersection(b.union(c)) == a.intersection(b).union(a.intersection(c))
          else {
            Issue.record("\(a.intervals), \(b.intervals) and \(c.intervals)")
            continue
          }
        }
      }
    }
  }

  @Test("the parts of a set, cut anywhere, joined in any order, more than once, are the set")
  func partsAreTheWhole() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("interval parts test: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for number in 0..<3_000 {
      let whole = Self.set(&random)
      let span = Interval(start: -10, end: 1_300)
      var cuts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        Milliseconds.random(in: span.start...span.end, using: &random)
      }
      cuts = ([span.start] + cuts + [span.end]).sorted()
      var parts = zip(cuts, cuts.dropFirst()).map {
        whole.clipped(to: Interval(start: $0, end: $1))
      }
      parts += parts.filter { _ in Bool.random(using: &random) }
      parts.shuffle(using: &random)
      let joined = parts.reduce(IntervalSet()) { $0.union($1) }
      var inserted = IntervalSet()
      for part in parts.flatMap(\.intervals).shuffled(using: &random) { inserted.insert(part) }
      #expect(joined == whole && inserted == whole, "seed \(seed), case \(number)")
      let gap = Milliseconds.random(in: 0...80, using: &random)
      #expect(
        joined.closing(gap: gap).closing(gap: gap) == whole.closing(gap: gap),
        "seed \(seed), case \(number)")
    }
  }

  @Test("a device's runs and marks do not depend on how its readings were cut, mixed or repeated")
  func historyOfParts() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("history parts test: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for number in 0..<2_000 {
      let readings = (0..<Int.random(in: 0...14, using: &random)).map { _ in
        let at = Milliseconds.random(in: 0...600, using: &random) * 1_000
        return HistoryReading(
          eventTime: at, receivedAt: at + Milliseconds.random(in: 0...3, using: &random),
          session: UInt16.random(in: 1...2, using: &random),
          flags: [[], [], [], .backlog, .offlineMark, .retained].randomElement(using: &random)
            ?? [],
          upSeconds: Bool.random(using: &random) ? Double.random(in: 0...900, using: &random) : nil)
      }
      var plain = DeviceHistory(reportInterval: 30_000)
      for reading in readings { plain.add(reading) }
      var mixed = DeviceHistory(reportInterval: 30_000)
      let again = readings + readings.filter { _ in Bool.random(using: &random) }
      for reading in again.shuffled(using: &random) { mixed.add(reading) }
      #expect(plain == mixed, "seed \(seed), case \(number)")
    }
  }

  private static func set(_ random: inout SeededGenerator) -> IntervalSet {
    IntervalSet(
      (0..<Int.random(in: 0...12, using: &random)).map { _ in
        let start = Milliseconds.random(in: 0...990, using: &random)
        return Interval(
          start: start,
          end: start + ([0, 1, 2, 10, 200].randomElement(using: &random) ?? 0))
      })
  }
}
