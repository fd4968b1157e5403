// SPDX-License-Identifier: Apache-2.0

/// Doubles that are short decimals, as whole numbers.
///
/// Sensors send 71.5 or 0.02. With m ≤ 2^53 and e ≤ 9, both m and 10^e are exact doubles and IEEE
/// 754 division rounds correctly, so m ÷ 10^e is the double nearest to that decimal: the very one
/// a JSON parser made. NaN, infinities and −0.0 never pass the comparison of bits.
enum ScaledDecimals {
  static let exponentMax = 9
  /// In place of an exponent: the column's doubles follow as raw bits.
  static let rawMark: UInt8 = 255
  private static let mantissaMax = 9_007_199_254_740_992.0
  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

  static func power(_ exponent: Int) -> Double { powers[exponent] }

  /// The whole number that stands for `value` at `power`, or nil if none does exactly.
  @inline(__always)
  static func mantissa(of value: Double, power: Double) -> Int64? {
    let scaled = (value * power).rounded()
    // A NaN fails this comparison, so the conversion below is safe.
    guard scaled.magnitude <= mantissaMax else { return nil }
    let mantissa = Int64(scaled)
    return (Double(mantissa) / power).bitPattern == value.bitPattern ? mantissa : nil
  }

  /// The smallest exponent that is exact for every number of the column, or nil.
  static func exponent(tags: [UInt8], bits: [UInt64], numberTag: UInt8) -> Int? {
    (0...exponentMax).first { exponent in
      let power = powers[exponent]
      for row in tags.indices where tags[row] == numberTag {
        if mantissa(of: Double(bitPattern: bits[row]), power: power) == nil { return false }
      }
      return true
    }
  }
}
