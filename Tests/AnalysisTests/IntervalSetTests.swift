// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite struct IntervalSetTests {
  static let size = 64
  static let scope = Interval(start: 0, end: Int64(size))

  /// The oracle: one Bool for each instant.
  static func bitmap(_ parts: [Interval]) -> [Bool] {
    (0..<size).map { instant in parts.contains { $0.contains(Int64(instant)) } }
  }

  static func set(_ bitmap: [Bool]) -> [Interval] {
    var result: [Interval] = []
    for (instant, holds) in bitmap.enumerated() where holds {
      if let last = result.last, last.end == Int64(instant) {
        result[result.count - 1].end += 1
      } else {
        result.append(Interval(start: Int64(instant), end: Int64(instant) + 1))
      }
    }
    return result
  }

  static func parts(_ random: inout SeededGenerator) -> [Interval] {
    (0..<Int.random(in: 0...8, using: &random)).map { _ in
      let start = Int64.random(in: 0...60, using: &random)
      return Interval(
        start: start, end: min(64, start + Int64.random(in: 0...9, using: &random)))
    }
  }

  @Test("touching intervals are one, empty ones are none, in any order")
  func touching() {
    let set = IntervalSet([
      Interval(start: 5, end: 9), Interval(start: 3, end: 3), Interval(start: 1, end: 5),
      Interval(start: 10, end: 11),
    ])
    #expect(set.intervals == [Interval(start: 1, end: 9), Interval(start: 10, end: 11)])
    #expect(set.duration == 9)
    #expect(set.contains(1) && set.contains(8) && !set.contains(9) && !set.contains(0))
    #expect(set.closing(gap: 1).intervals == [Interval(start: 1, end: 11)])
    #expect(set.closing(gap: 0) == set)
  }

  @Test("every operation agrees with a bitmap", arguments: 0..<400 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (leftParts, rightParts) = (Self.parts(&random), Self.parts(&random))
    let (left, right) = (IntervalSet(leftParts), IntervalSet(rightParts))
    let (leftBits, rightBits) = (Self.bitmap(leftParts), Self.bitmap(rightParts))
    func check(_ set: IntervalSet, _ bits: [Bool], _ name: String) {
      #expect(set.intervals == Self.set(bits), "\(name), seed \(seed)")
    }
    let pairs = Array(zip(leftBits, rightBits))
    check(left, leftBits, "init")
    check(left.union(right), pairs.map { $0 || $1 }, "union")
    check(left.intersection(right), pairs.map { $0 && $1 }, "intersection")
    check(left.subtracting(right), pairs.map { $0 && !$1 }, "subtracting")
    check(left.complement(in: Self.scope), leftBits.map { !$0 }, "complement")
    var inserted = IntervalSet()
    for part in leftParts.shuffled(using: &random) { inserted.insert(part) }
    check(inserted, leftBits, "insert")
    #expect(left.duration == Int64(leftBits.count { $0 }), "seed \(seed)")
    for instant in 0..<Self.size {
      #expect(left.contains(Int64(instant)) == leftBits[instant], "contains, seed \(seed)")
    }
    let low = Int64.random(in: 0...40, using: &random)
    let clip = Interval(start: low, end: low + Int64.random(in: 0...20, using: &random))
    let clipped = leftBits.enumerated().map { $1 && clip.contains(Int64($0)) }
    check(left.clipped(to: clip), clipped, "clipped")
    let gap = Int.random(in: 0...6, using: &random)
    var closed = leftBits
    var last: Int?
    for (instant, holds) in leftBits.enumerated() where holds {
      if let last, instant - last - 1 <= gap {
        for filled in last..<instant { closed[filled] = true }
      }
      last = instant
    }
    check(left.closing(gap: Int64(gap)), closed, "closing")
  }

  @Test(
    "union is commutative, associative and idempotent", arguments: 0..<100 as Range<UInt64>)
  func laws(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let first = IntervalSet(Self.parts(&random))
    let second = IntervalSet(Self.parts(&random))
    let third = IntervalSet(Self.parts(&random))
    #expect(first.union(second) == second.union(first), "seed \(seed)")
    #expect(
      first.union(second).union(third) == first.union(second.union(third)), "seed \(seed)")
    #expect(first.union(first) == first, "seed \(seed)")
    #expect(first.union(IntervalSet()) == first, "seed \(seed)")
  }
}
