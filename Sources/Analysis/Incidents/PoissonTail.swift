// SPDX-License-Identifier: Apache-2.0

/// The chance that at least so many of something rare happen, where so many are expected.
///
/// N. L. Johnson, A. W. Kemp, S. Kotz, "Univariate Discrete Distributions", 3rd ed., chapter 4.
/// Logarithms are of our own making, so that every machine gives the same bits.
package enum PoissonTail {
  /// Decimal logarithm of P(N ≥ count), N ~ Poisson(expected). Never above 0.
  package static func log10(count: Int, expected: Double) -> Double {
    guard count > 0 else { return 0 }
    guard expected > 0 else { return lowest }
    guard expected < Double(count) else { return log10OfUpper(count, expected) }
    // The first term e^-λ λ^k / k!, and what follows falls from term to term by λ / (k + 1), …
    let first = Double(count) * logarithm(expected) - expected - logFactorial(count)
    var (sum, term, next) = (1.0, 1.0, Double(count) + 1)
    while term > 1e-15 * sum {
      term *= expected / next
      next += 1
      sum += term
    }
    return max(lowest, min(0, (first + logarithm(sum)) / logarithmOf10))
  }

  /// Where as many are expected, the few that are missing are counted instead.
  private static func log10OfUpper(_ count: Int, _ expected: Double) -> Double {
    var below = 0.0
    for number in 0..<min(count, termCountMax) {
      let log = Double(number) * logarithm(expected) - expected - logFactorial(number)
      below += exponential(log)
    }
    let above = 1 - below
    return above > 1e-15 ? min(0, logarithm(above) / logarithmOf10) : -15
  }

  /// Beyond it a double has no room; nobody needs the difference.
  static let lowest = -300.0
  /// So many terms are looked at where more are expected than came: such a count is usual.
  private static let termCountMax = 4_096
  private static let logarithmOf2 = 0.693147180559945309
  private static let logarithmOf10 = 2.302585092994045684

  /// Natural logarithm: exponent, and 2·atanh of the fraction (m − 1) / (m + 1).
  static func logarithm(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value == 0 ? -1e308 : value }
    var (exponent, fraction) = (Double(value.exponent), value.significand)
    if fraction > 1.414213562373095 {
      fraction /= 2
      exponent += 1
    }
    let ratio = (fraction - 1) / (fraction + 1)
    let square = ratio * ratio
    var (sum, power) = (0.0, ratio)
    for odd in stride(from: 1, through: 25, by: 2) {
      sum += power / Double(odd)
      power *= square
    }
    return exponent * logarithmOf2 + 2 * sum
  }

  /// e to the power of a number that is not above 0.
  static func exponential(_ value: Double) -> Double {
    guard value > -700 else { return 0 }
    let halvings = (value / logarithmOf2).rounded(.down)
    let rest = value - halvings * logarithmOf2
    var (sum, term) = (1.0, 1.0)
    for number in 1...20 {
      term *= rest / Double(number)
      sum += term
    }
    return sum * Double(sign: .plus, exponent: Int(halvings), significand: 1)
  }

  /// By sum, and from 64 on by Stirling's series (Abramowitz and Stegun, 6.1.41).
  static func logFactorial(_ count: Int) -> Double {
    if count < 64 {
      var sum = 0.0
      for factor in stride(from: 2, through: count, by: 1) { sum += logarithm(Double(factor)) }
      return sum
    }
    let number = Double(count)
    return number * logarithm(number) - number + logarithm(6.283185307179586477 * number) / 2
      + 1 / (12 * number) - 1 / (360 * number * number * number)
  }
}
