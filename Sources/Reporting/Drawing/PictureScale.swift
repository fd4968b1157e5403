// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Values on the upright axis of a picture, from the smallest doubles to the largest.
struct PictureScale {
  /// About so many steps lie between the numbers at the axis.
  private static let stepCount = 7.0
  static let tickCountMax = 8

  /// In units of ten to this power, so that neither a difference overflows nor a tiny one vanishes.
  private let exponent: Int
  private let unit: Double
  private let lowest: Double
  private let highest: Double

  /// - Precondition: both are finite, `lowest <= highest`.
  init(lowest: Double, highest: Double) {
    let size = max(lowest.magnitude, highest.magnitude)
    // Doubles below this have fewer digits than a picture needs: they are drawn as zero.
    let isTiny = size < 1e-290
    exponent = isTiny ? 0 : Self.exponent(of: size)
    unit = Self.power(exponent)
    var (low, high) = (isTiny ? 0 : lowest / unit, isTiny ? 0 : highest / unit)
    // Values that are all but equal lie in the middle.
    if high - low < 1e-9 {
      let room = isTiny ? 1 : max(low.magnitude, high.magnitude) * 0.1
      (low, high) = (low - room, high + room)
    }
    let margin = (high - low) * 0.04
    (self.lowest, self.highest) = (low - margin, high + margin)
  }

  /// 0 at the bottom, 1 at the top; what lies outside stands at the edge.
  func share(_ value: Double) -> Double {
    let share = (value / unit - lowest) / (highest - lowest)
    return min(max(share, 0), 1)
  }

  /// Round numbers (1, 2 or 5 times a power of ten) inside of it, ascending.
  var ticks: [Double] {
    let rough = (highest - lowest) / Self.stepCount
    let power = Self.exponent(of: rough)
    let digit = [1, 2, 5, 10].first { Double($0) * Self.power(power) >= rough } ?? 10
    let step = Double(digit) * Self.power(power)
    let first = Int((lowest / step).rounded(.up))
    let last = Int((highest / step).rounded(.down))
    guard first <= last else { return [] }
    // As it would be written: a product of powers of ten has errors of its own.
    return (first...last).compactMap { Double("\($0 * digit)e\(power + exponent)") }
      .filter(\.isFinite)
  }

  private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 1 }

  /// Of the greatest power of ten that is not above a size.
  private static func exponent(of size: Double) -> Int {
    let exponent = Int(log10(size).rounded(.down))
    return power(exponent) > size ? exponent - 1 : exponent
  }
}
