// SPDX-License-Identifier: Apache-2.0

/// The line through points of which a third may be wrong: the median of the slopes between all
/// pairs (Theil, "A rank-invariant method of linear and polynomial regression analysis", 1950),
/// with the interval of Sen, "Estimates of the regression coefficient based on Kendall's tau",
/// 1968: slopes by rank, ± z·√(n(n−1)(2n+5)/18) ÷ 2 places around the median. It supposes nothing
/// of how errors are distributed.
struct TheilSen: Equatable {
  /// 1.96: the true slope lies within in 95 of 100 cases.
  static let deviate = 1.96

  var slope: Double
  var lowest: Double
  var highest: Double
  /// The line's value at 0.
  var intercept: Double

  /// - Parameter points: at least three, no two of the same `x`; all numbers finite.
  init?(_ points: [(x: Double, y: Double)]) {
    let count = points.count
    guard count >= 3 else { return nil }
    var slopes: [Double] = []
    slopes.reserveCapacity(count * (count - 1) / 2)
    for (index, left) in points.enumerated() {
      for right in points[(index + 1)...] where right.x != left.x {
        slopes.append((right.y - left.y) / (right.x - left.x))
      }
    }
    guard !slopes.isEmpty, slopes.allSatisfy(\.isFinite) else { return nil }
    slopes.sort()
    let slope = Self.median(sorted: slopes)
    let number = Double(count)
    let spread = Self.deviate * (number * (number - 1) * (2 * number + 5) / 18).squareRoot()
    let below = Int(((Double(slopes.count) - spread) / 2).rounded(.down))
    let above = Int(((Double(slopes.count) + spread) / 2).rounded(.up))
    self.slope = slope
    lowest = slopes[max(0, below)]
    highest = slopes[min(slopes.count - 1, above)]
    intercept = Self.median(sorted: points.map { $0.y - slope * $0.x }.sorted())
    guard intercept.isFinite else { return nil }
  }

  /// How far a point usually is from the line.
  func medianResidual(_ points: [(x: Double, y: Double)]) -> Double {
    Self.median(sorted: points.map { ($0.y - intercept - slope * $0.x).magnitude }.sorted())
  }

  static func median(sorted values: [Double]) -> Double {
    let middle = values.count / 2
    guard values.count.isMultiple(of: 2) else { return values[middle] }
    return values[middle - 1] / 2 + values[middle] / 2
  }
}
