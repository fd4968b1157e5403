// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A set of instants, stored as maximal disjoint half-open intervals in ascending order.
///
/// Intervals that overlap or touch are one interval, so that two sets that hold the same instants
/// are equal whatever the order they were built in: union is commutative, associative and
/// idempotent. That is what makes uptime indifferent to order, duplicates and replays.
package struct IntervalSet: Hashable, Sendable, Codable {
  package private(set) var intervals: [Interval]

  package init() { intervals = [] }

  /// The union of `parts`, in any order; empty parts hold nothing.
  package init(_ parts: some Sequence<Interval>) {
    var sorted = parts.filter { $0.start < $0.end }
    sorted.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    self.init(ascending: sorted)
  }

  /// - Precondition: no part is empty and starts never decrease.
  private init(ascending parts: [Interval]) {
    intervals = []
    intervals.reserveCapacity(parts.count)
    for part in parts {
      if let last = intervals.last, part.start <= last.end {
        intervals[intervals.count - 1].end = max(last.end, part.end)
      } else {
        intervals.append(part)
      }
    }
  }

  package var isEmpty: Bool { intervals.isEmpty }

  /// How many milliseconds the set holds.
  package var duration: Milliseconds { intervals.reduce(0) { $0 + $1.duration } }

  package func contains(_ instant: Milliseconds) -> Bool {
    let position = firstEnding(after: instant)
    return position < intervals.count && intervals[position].start <= instant
  }

  /// Whether every instant of `part` is in the set.
  package func covers(_ part: Interval) -> Bool {
    let position = firstEnding(after: part.start)
    return part.duration == 0
      || position < intervals.count && intervals[position].start <= part.start
        && part.end <= intervals[position].end
  }

  /// Adds every instant of `part`. Adding at the end, the usual case, costs one comparison.
  package mutating func insert(_ part: Interval) {
    guard part.start < part.end else { return }
    guard let last = intervals.last, part.start <= last.end else {
      intervals.append(part)
      return
    }
    // The first interval that overlaps or touches the part, and the first wholly beyond it.
    let lower = firstIndex { $0.end >= part.start }
    let upper = firstIndex { $0.start > part.end }
    guard lower < upper else {
      intervals.insert(part, at: lower)
      return
    }
    let merged = Interval(
      start: min(part.start, intervals[lower].start),
      end: max(part.end, intervals[upper - 1].end))
    if upper - lower == 1 {
      intervals[lower] = merged
    } else {
      intervals.replaceSubrange(lower..<upper, with: CollectionOfOne(merged))
    }
  }

  package func union(_ other: IntervalSet) -> IntervalSet {
    if other.isEmpty { return self }
    if isEmpty { return other }
    return IntervalSet(intervals + other.intervals)
  }

  package func intersection(_ other: IntervalSet) -> IntervalSet {
    var result = IntervalSet()
    var left = 0
    var right = 0
    while left < intervals.count && right < other.intervals.count {
      let start = max(intervals[left].start, other.intervals[right].start)
      let end = min(intervals[left].end, other.intervals[right].end)
      if start < end { result.intervals.append(Interval(start: start, end: end)) }
      if intervals[left].end <= other.intervals[right].end { left += 1 } else { right += 1 }
    }
    return result
  }

  package func subtracting(_ other: IntervalSet) -> IntervalSet {
    var result = IntervalSet()
    var right = 0
    for part in intervals {
      var start = part.start
      while right < other.intervals.count && other.intervals[right].end <= start { right += 1 }
      var cut = right
      while cut < other.intervals.count && other.intervals[cut].start < part.end {
        let hole = other.intervals[cut]
        if start < hole.start {
          result.intervals.append(Interval(start: start, end: hole.start))
        }
        start = max(start, hole.end)
        cut += 1
      }
      if start < part.end { result.intervals.append(Interval(start: start, end: part.end)) }
    }
    return result
  }

  /// The instants of `scope` that the set does not hold.
  package func complement(in scope: Interval) -> IntervalSet {
    IntervalSet(CollectionOfOne(scope)).subtracting(self)
  }

  package func clipped(to scope: Interval) -> IntervalSet {
    var result = IntervalSet()
    var position = firstEnding(after: scope.start)
    while position < intervals.count && intervals[position].start < scope.end {
      let start = max(intervals[position].start, scope.start)
      let end = min(intervals[position].end, scope.end)
      if start < end { result.intervals.append(Interval(start: start, end: end)) }
      position += 1
    }
    return result
  }

  /// The set with every gap of at most `gap` between two of its intervals filled.
  package func closing(gap: Milliseconds) -> IntervalSet {
    var result = IntervalSet()
    for part in intervals {
      if let last = result.intervals.last, part.start - last.end <= gap {
        result.intervals[result.intervals.count - 1].end = part.end
      } else {
        result.intervals.append(part)
      }
    }
    return result
  }

  private func firstEnding(after instant: Milliseconds) -> Int {
    firstIndex { $0.end > instant }
  }

  /// Binary search: `holds` is false for a prefix of the intervals and true for the rest.
  private func firstIndex(where holds: (Interval) -> Bool) -> Int {
    var lower = 0
    var upper = intervals.count
    while lower < upper {
      let middle = lower + (upper - lower) / 2
      if holds(intervals[middle]) { upper = middle } else { lower = middle + 1 }
    }
    return lower
  }
}
