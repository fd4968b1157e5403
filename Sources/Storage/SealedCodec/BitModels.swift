// SPDX-License-Identifier: Apache-2.0

/// How the estimates of a column's bits begin and how fast they follow.
struct Adaptation {
  /// As if so many bits had been seen before, in the proportion expected of them.
  var weight: UInt32
  /// How many times more that is at each level of the tree below: a distribution without spikes
  /// is the more even the closer one looks (a Pólya tree, Lavine 1992).
  var growth: UInt32
  /// Older bits than about this many are forgotten; at most `countMax`.
  var memory: UInt32

  static let countMax: UInt32 = 1_000

  static let presets = [
    // Few different numbers.
    Adaptation(weight: 0, growth: 1, memory: 1_000),
    // Many, some more likely than others, without order between neighbours.
    Adaptation(weight: 6, growth: 1, memory: 1_000),
    // Many, and neighbours about as likely.
    Adaptation(weight: 2, growth: 2, memory: 1_000),
    // All equally likely.
    Adaptation(weight: 1_000, growth: 1, memory: 1_000),
    // What comes next depends on the last half hour.
    Adaptation(weight: 1, growth: 2, memory: 30),
  ]

  func weight(level: Int) -> UInt32 {
    var weight = weight
    for _ in 0..<level { weight = min(weight * growth, Self.countMax) }
    return weight
  }
}

/// Estimates of the probability of a 1, one for each node of a context's decision tree.
///
/// A node is the Krichevsky–Trofimov estimator with a head start (`Adaptation`): it moves by
/// 1/(n + 1.5), so what never changes costs next to nothing after a few rows, which is what most
/// columns of a day are made of.
struct BitModels {
  /// 22 bits of probability over 10 bits of count; 0 is a node that was not visited yet.
  private var states: [UInt32]
  private let weights: [UInt32]
  private let memory: UInt32
  private let steps = Self.steps

  /// 65,536 / (n + 1.5).
  private static let steps: [UInt32] = (0..<1_024).map { 131_072 / UInt32(2 * $0 + 3) }

  init(count: Int, adaptation: Adaptation) {
    states = Array(repeating: 0, count: count)
    weights = (0...IntervalTree.depthMax).map { adaptation.weight(level: $0) }
    memory = adaptation.memory
  }

  /// - Parameters:
  ///   - level: how deep in its tree the node stands.
  ///   - expected: the probability of a 1 in 1/65,536 before anything was seen.
  @inline(__always)
  mutating func code<Coder: BitCoder>(
    _ bit: UInt32, at node: Int, level: Int = 0, expected: @autoclosure () -> UInt32 = 32_768,
    with coder: inout Coder
  ) -> UInt32 {
    var state = states[node]
    if state == 0 { state = max(expected(), 1) << 16 | weights[level] }
    var probability = state >> 10
    let count = state & 1_023
    let found = coder.code(bit, one: min(max(probability >> 6, 1), 65_535))
    let step = UInt64(steps[Int(count)])
    if found != 0 {
      probability &+= UInt32(truncatingIfNeeded: (UInt64(4_194_303 &- probability) &* step) >> 16)
    } else {
      probability &-= UInt32(truncatingIfNeeded: (UInt64(probability) &* step) >> 16)
    }
    states[node] = probability << 10 | (count < memory ? count + 1 : count)
    return found
  }
}

/// Whole numbers from 0 below `span`, down a binary tree over the interval.
struct IntervalTree {
  /// Deeper nodes are not learnt: a day does not visit them often enough.
  static let depthMax = 11

  let span: UInt32
  let depth: Int
  /// Nodes that one context needs.
  let nodeCount: Int

  init(span: UInt32) {
    self.span = span
    depth = 32 - (span - 1).leadingZeroBitCount
    nodeCount = 1 << min(depth, Self.depthMax)
  }

  /// The part behind the middle, in 1/65,536.
  @inline(__always)
  private static func share(_ start: UInt32, _ middle: UInt32, _ end: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(end &- middle) << 16) / UInt64(end &- start))
  }

  /// Before anything was seen, all numbers are equally likely.
  @inline(__always)
  func code<Coder: BitCoder>(
    _ symbol: UInt32, in models: inout BitModels, at base: Int, with coder: inout Coder
  ) -> UInt32 {
    var start: UInt32 = 0
    var node = 1
    var level = 0
    var half: UInt32 = depth == 0 ? 0 : 1 << UInt32(depth - 1)
    while half > 0 {
      let middle = start &+ half
      node <<= 1
      if middle < span {
        let end = min(middle &+ half, span)
        let bit: UInt32 = symbol >= middle ? 1 : 0
        let parent = node >> 1
        let found =
          parent < nodeCount
          ? models.code(
            bit, at: base + parent, level: level, expected: Self.share(start, middle, end),
            with: &coder)
          : coder.code(bit, one: Self.share(start, middle, end))
        if found != 0 {
          start = middle
          node |= 1
        }
      }
      half >>= 1
      level += 1
    }
    return start
  }
}
