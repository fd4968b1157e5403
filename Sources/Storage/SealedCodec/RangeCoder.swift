// SPDX-License-Identifier: Apache-2.0

/// One side of an arithmetic code over binary decisions: it writes them, reads them back, or only
/// counts what they would cost.
///
/// A format described once against this protocol is the same in both directions by construction:
/// who writes passes the true bit and gets it back; who reads passes anything and gets the true
/// one.
protocol BitCoder {
  /// Whether the bits passed in mean nothing and the bits returned are the truth.
  static var isReading: Bool { get }
  /// Whether what comes back is made up, because nothing is left to read.
  var isExhausted: Bool { get }

  /// - Parameter one: the probability of a 1 in 1/65,536, from 1 to 65,535.
  mutating func code(_ bit: UInt32, one: UInt32) -> UInt32

  /// The lowest `count` bits of `value`, each as likely 0 as 1.
  mutating func codeEven(_ value: UInt64, count: Int) -> UInt64
}

/// G. N. N. Martin, "Range encoding: an algorithm for removing redundancy from a digitised
/// message" (1979), for two symbols: an interval of 64 bits is cut in proportion to the
/// probabilities, and leading bytes that can no longer change leave.
struct RangeEncoder: BitCoder {
  static var isReading: Bool { false }
  /// Below this the interval is widened, so a cut is exact to 2⁻³² of it.
  static let rangeMin: UInt64 = 1 << 48

  let isExhausted = false
  private var output: [UInt8] = []
  private var low: UInt64 = 0
  private var range = UInt64.max

  @inline(__always)
  mutating func code(_ bit: UInt32, one: UInt32) -> UInt32 {
    let bound = (range >> 16) &* UInt64(one)
    if bit != 0 {
      range = bound
    } else {
      add(bound)
      range &-= bound
    }
    normalize()
    return bit
  }

  @inline(__always)
  mutating func codeEven(_ value: UInt64, count: Int) -> UInt64 {
    var left = count
    while left > 0 {
      let size = min(left, 16)
      left -= size
      range >>= UInt64(size)
      add(((value >> UInt64(left)) & ((1 << UInt64(size)) - 1)) &* range)
      normalize()
    }
    return value
  }

  /// The fewest bytes that, with zeros behind them, lie in the interval.
  consuming func finished() -> [UInt8] {
    for count in 0..<8 {
      let rest = UInt64.max >> UInt64(count * 8)
      let (sum, overflow) = low.addingReportingOverflow(rest)
      let value = sum & ~rest
      guard value &- low < range else { continue }
      if overflow { carry() }
      appendBytes(of: value, count: count)
      return output
    }
    appendBytes(of: low, count: 8)
    return output
  }

  private mutating func appendBytes(of value: UInt64, count: Int) {
    for index in 0..<count {
      output.append(UInt8(truncatingIfNeeded: value >> UInt64(56 - index * 8)))
    }
  }

  @inline(__always)
  private mutating func add(_ amount: UInt64) {
    let (sum, overflow) = low.addingReportingOverflow(amount)
    low = sum
    if overflow { carry() }
  }

  /// One more in the last byte that left; the interval never passes 1, so there always is one.
  private mutating func carry() {
    var index = output.count - 1
    while output[index] == .max {
      output[index] = 0
      index -= 1
    }
    output[index] += 1
  }

  @inline(__always)
  private mutating func normalize() {
    while range < Self.rangeMin {
      output.append(UInt8(truncatingIfNeeded: low >> 56))
      low <<= 8
      range <<= 8
    }
  }
}

/// Takes back what `RangeEncoder` wrote. Bytes behind the end read as 0: any input decodes to
/// something, and `isExhausted` tells when it was too short to be an encoder's.
struct RangeDecoder: BitCoder {
  static var isReading: Bool { true }

  private let input: ArraySlice<UInt8>
  private var position: Int
  private var code: UInt64 = 0
  private var range = UInt64.max

  init(_ input: ArraySlice<UInt8>) {
    self.input = input
    position = input.startIndex
    for _ in 0..<8 { shiftIn() }
  }

  /// Eight bytes of look-ahead are the decoder's own; beyond them it makes up content.
  var isExhausted: Bool { position > input.endIndex + 8 }
  /// Bytes that nothing asked for: no encoder leaves any.
  var hasRest: Bool { position < input.endIndex }

  @inline(__always)
  mutating func code(_ bit: UInt32, one: UInt32) -> UInt32 {
    let bound = (range >> 16) &* UInt64(one)
    let found: UInt32
    if code < bound {
      range = bound
      found = 1
    } else {
      code &-= bound
      range &-= bound
      found = 0
    }
    normalize()
    return found
  }

  @inline(__always)
  mutating func codeEven(_ value: UInt64, count: Int) -> UInt64 {
    var found: UInt64 = 0
    var left = count
    while left > 0 {
      let size = min(left, 16)
      left -= size
      range >>= UInt64(size)
      // Damaged bytes may point above the last part.
      let part = min(code / range, (1 << UInt64(size)) - 1)
      code &-= part &* range
      found = found << UInt64(size) | part
      normalize()
    }
    return found
  }

  @inline(__always)
  private mutating func normalize() {
    while range < RangeEncoder.rangeMin {
      shiftIn()
      range <<= 8
    }
  }

  @inline(__always)
  private mutating func shiftIn() {
    code = code << 8 | (position < input.endIndex ? UInt64(input[position]) : 0)
    position += 1
  }
}

/// Adds up what an encoder would write, to choose between forms without writing them.
struct CostMeter: BitCoder {
  static var isReading: Bool { false }
  private static let resolutionBits: UInt32 = 12
  /// A bit in parts, because adding whole numbers is faster.
  private static let partsPerBit: Float = 65_536
  /// −log₂ of a probability, by its upper bits.
  private static let costs: [UInt32] = (0..<1 << resolutionBits).map {
    UInt32(-partsPerBit * log2OfFraction((Float($0) + 0.5) / Float(1 << resolutionBits)))
  }

  let isExhausted = false
  private var parts = 0
  private let costs = Self.costs

  var bits: Float { Float(parts) / Self.partsPerBit }

  @inline(__always)
  mutating func code(_ bit: UInt32, one: UInt32) -> UInt32 {
    let probability = bit != 0 ? one : 65_536 - one
    parts &+= Int(costs[Int(min(probability, 65_535) >> (16 - Self.resolutionBits))])
    return bit
  }

  @inline(__always)
  mutating func codeEven(_ value: UInt64, count: Int) -> UInt64 {
    parts &+= count << 16
    return value
  }

  /// log₂ of a number above 0 and at most 1, from its exponent and a series for its significand.
  static func log2OfFraction(_ value: Float) -> Float {
    let x = (Double(value.significand) - 1) / (Double(value.significand) + 1)
    var (term, sum) = (x, 0.0)
    for odd in stride(from: 1.0, through: 19, by: 2) {
      sum += term / odd
      term *= x * x
    }
    return Float(Double(value.exponent) + 2 * sum * 1.442_695_040_888_963_4)
  }
}
