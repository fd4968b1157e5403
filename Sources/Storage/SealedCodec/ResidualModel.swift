// SPDX-License-Identifier: Apache-2.0

/// The set of numbers that a column's residuals are drawn from.
enum Alphabet: Hashable {
  /// Each number from `lowest` on has a node of its own.
  case interval(lowest: UInt64, span: UInt32)
  /// The number of significant bits of the distance from `center`, then sign and bits.
  case magnitude(center: UInt64, classMin: UInt32, classMax: UInt32)

  static let intervalSpanMax: UInt32 = 65_536
}

/// Learns how a column's residuals are distributed, while they are coded.
struct ResidualModel {
  /// Contexts tell this many neighbouring situations apart.
  static let contextCount = 17
  /// Bits of a magnitude, below the first, that are learnt.
  private static let learntBits = 6

  private let alphabet: Alphabet
  private let tree: IntervalTree
  private var symbols: BitModels
  private var signs: BitModels
  private var mantissas: BitModels
  /// The coarse form of the last residual, for use as a context.
  private(set) var lastSymbol: UInt8 = 0

  init(_ alphabet: Alphabet, hasContext: Bool, adaptation: Adaptation) {
    self.alphabet = alphabet
    var isMagnitude = false
    switch alphabet {
    case .interval(_, let span): tree = IntervalTree(span: span)
    case .magnitude(_, let least, let most):
      tree = IntervalTree(span: most - least + 1)
      isMagnitude = true
    }
    symbols = BitModels(
      count: tree.nodeCount * (hasContext ? Self.contextCount : 1), adaptation: adaptation)
    signs = BitModels(count: isMagnitude ? 65 : 0, adaptation: adaptation)
    mantissas = BitModels(
      count: isMagnitude ? 65 << Self.learntBits : 0, adaptation: adaptation)
  }

  /// - Parameter context: below `contextCount`, and 0 if there is no context.
  @inline(__always)
  mutating func code<Coder: BitCoder>(
    _ residual: UInt64, context: Int, with coder: inout Coder
  ) -> UInt64 {
    let base = context * tree.nodeCount
    switch alphabet {
    case .interval(let lowest, let span):
      let symbol = tree.code(
        UInt32(truncatingIfNeeded: residual &- lowest), in: &symbols, at: base, with: &coder)
      lastSymbol = UInt8(truncatingIfNeeded: 1 + (span <= 16 ? symbol : symbol * 16 / span))
      return lowest &+ UInt64(symbol)
    case .magnitude(let center, let classMin, _):
      let distance = Int64(bitPattern: residual &- center)
      let size = UInt32(64 - distance.magnitude.leadingZeroBitCount)
      let index = tree.code(size &- classMin, in: &symbols, at: base, with: &coder)
      lastSymbol = UInt8(1 + min(index, 15))
      let found = classMin + index
      if found == 0 { return center }
      let isNegative = signs.code(distance < 0 ? 1 : 0, at: Int(found), with: &coder) != 0
      let magnitude = mantissa(distance.magnitude, size: Int(found), with: &coder)
      return isNegative ? center &- magnitude : center &+ magnitude
    }
  }

  @inline(__always)
  private mutating func mantissa<Coder: BitCoder>(
    _ magnitude: UInt64, size: Int, with coder: inout Coder
  ) -> UInt64 {
    var left = size - 1
    var node = 1
    let learnt = min(left, Self.learntBits)
    for level in 0..<learnt {
      left -= 1
      let bit = UInt32(truncatingIfNeeded: magnitude >> UInt64(left)) & 1
      let found = mantissas.code(
        bit, at: size << Self.learntBits | node, level: level, with: &coder)
      node = node << 1 | Int(found)
    }
    let top = UInt64(node) << UInt64(left)
    guard left > 0 else { return top }
    return top | coder.codeEven(magnitude & ((1 << UInt64(left)) - 1), count: left)
  }
}
