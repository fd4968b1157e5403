// SPDX-License-Identifier: Apache-2.0
import Foundation

extension RandomStream {
  /// Mean 0, standard deviation 1 (Box and Muller, 1958; the second value is not kept, so that a
  /// stream is read at the same pace whatever was asked before).
  mutating func gaussian() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * Double.pi * unit())
  }

  mutating func exponential(mean: Double) -> Double { -log(1 - unit()) * mean }

  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// As many small values as large ones: uniform in the logarithm.
  /// - Precondition: the range lies above 0.
  mutating func logUniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound * exp(log(range.upperBound / range.lowerBound) * unit())
  }

  /// A position, drawn in proportion to the weights.
  /// - Precondition: a weight is above 0, none is below.
  mutating func position(weights: [Double]) -> Int {
    var rest = unit() * weights.reduce(0, +)
    for (position, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return position }
    }
    return weights.count - 1
  }
}
