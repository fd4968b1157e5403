// SPDX-License-Identifier: Apache-2.0

/// sign(x)·ln(1 + |x|), the scale of counts and rates, without a library whose last bits differ
/// from machine to machine: the exponent's bits, and 2·artanh((m − 1) ÷ (m + 1)) by its series for
/// what is left of the significand (Abramowitz and Stegun 4.1.27). Exact to about 1e-12.
enum SymmetricLogarithm {
  private static let naturalOfTwo = 0.693_147_180_559_945_3
  /// m lies in 0.7…1.42, so the eleventh power of the ratio is below 1e-8, its square below 1e-16.
  private static let termCount = 11

  static func of(_ value: Double) -> Double {
    let magnitude = 1 + value.magnitude
    guard magnitude.isFinite else { return value < 0 ? -710 : 710 }
    var significand = magnitude.significand
    var exponent = Double(magnitude.exponent)
    if significand > 1.414_213_562_373_095 {
      significand /= 2
      exponent += 1
    }
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var sum = 0.0
    for term in stride(from: termCount, through: 0, by: -1) {
      sum = sum * square + 1 / Double(2 * term + 1)
    }
    let logarithm = exponent * naturalOfTwo + 2 * ratio * sum
    return value < 0 ? -logarithm : logarithm
  }
}
