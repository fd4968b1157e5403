// SPDX-License-Identifier: Apache-2.0

/// Logarithms and exponentials made of the four operations that IEEE 754 rounds exactly, so that a
/// detector says the same to the last bit on every machine, which a C library does not promise.
enum Logarithm {
  static let ofTwo = 0.693_147_180_559_945_309_417

  /// The natural logarithm of a positive finite number, within 2e-15 of it relatively or 4e-16.
  ///
  /// x = 2^k·m with m in [√½, √2); ln m = 2·artanh((m − 1)/(m + 1)), whose series in the square of
  /// that ratio, at most 0.0295, is cut where its terms fall below the last bit.
  @inline(__always)
  static func natural(_ x: Double) -> Double {
    var bits = x.bitPattern
    var exponent = 0.0
    if bits < 0x0010_0000_0000_0000 {
      bits = (x * 0x1p54).bitPattern
      exponent = -54
    }
    // Subtracting the bits of √½ makes the exponent field count from there.
    let shifted = bits &- 0x3FE6_A09E_667F_3BCD
    let power = Int64(bitPattern: shifted) >> 52
    exponent += Double(power)
    let mantissa = Double(bitPattern: bits &- UInt64(bitPattern: power << 52))
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    var series = 1.0 / 19
    series = series * square + 1.0 / 17
    series = series * square + 1.0 / 15
    series = series * square + 1.0 / 13
    series = series * square + 1.0 / 11
    series = series * square + 1.0 / 9
    series = series * square + 1.0 / 7
    series = series * square + 1.0 / 5
    series = series * square + 1.0 / 3
    series = series * square
    return exponent * ofTwo + 2 * (ratio + ratio * series)
  }

  /// sign(x)·ln(1 + |x|), the scale of counts and rates; finite for an infinite x, too.
  @inline(__always)
  static func symmetric(_ x: Double) -> Double {
    let logarithm = natural(1 + x.magnitude)
    return x < 0 ? -logarithm : logarithm
  }

  /// What ``symmetric(_:)`` is of, up to e^70.
  static func unscaled(_ x: Double) -> Double {
    let magnitude = exponential(min(x.magnitude, 70)) - 1
    return x < 0 ? -magnitude : magnitude
  }

  /// e to a power; 0 below -700, and as at 700 above it.
  static func exponential(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let x = min(x, 700)
    let power = (x / ofTwo).rounded()
    let rest = x - power * ofTwo
    var sum = 1.0
    for divisor in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * rest / divisor }
    return sum * Double(sign: .plus, exponent: Int(power), significand: 1)
  }
}
