// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What others would use, written after their descriptions, causal as the detector is.
enum Baselines {
  /// An exponentially weighted z-score: distance from the mean in standard deviations, with a
  /// memory of 100 readings (Roberts, "Control Chart Tests Based on Geometric Moving Averages",
  /// 1959).
  static func ewma(_ values: [Double]) -> [Double] {
    guard let start = values.first else { return [] }
    var (mean, variance) = (start, 0.0)
    return values.enumerated().map { index, value in
      let difference = value - mean
      let deviation = variance.squareRoot() + 1e-9 * (1 + abs(mean))
      let score = index > 30 ? min(abs(difference) / deviation, 1e6) : 0
      let gain = max(1 / 100.0, 1 / Double(index + 1))
      mean += gain * difference
      variance += gain * (difference * difference - variance)
      return score
    }
  }

  /// NAB's own windowedGaussian: one less the probability of a value as far from the mean of a
  /// window of 6,400 readings, which moves by 100.
  static func windowedGaussian(_ values: [Double]) -> [Double] {
    let (size, stride) = (6_400, 100)
    var window: [Double] = []
    var waiting: [Double] = []
    var (mean, deviation) = (0.0, 1.0)
    // Sums from the first value, so that nothing is lost of large ones.
    let origin = values.first ?? 0
    var (sum, squares) = (0.0, 0.0)
    func update() {
      let count = Double(window.count)
      mean = origin + sum / count
      deviation = max(squares / count - sum / count * (sum / count), 0).squareRoot()
      if deviation == 0 { deviation = 0.000_001 }
    }
    func add(_ value: Double, _ sign: Double) {
      sum += sign * (value - origin)
      squares += sign * (value - origin) * (value - origin)
    }
    return values.map { value in
      let score = window.isEmpty ? 0 : 1 - 0.5 * erfc(abs(value - mean) / deviation / 2.squareRoot())
      if window.count < size {
        window.append(value)
        add(value, 1)
        update()
      } else {
        waiting.append(value)
        if waiting.count == stride {
          for old in window.prefix(stride) { add(old, -1) }
          for new in waiting { add(new, 1) }
          window = Array(window.dropFirst(stride)) + waiting
          waiting = []
          update()
        }
      }
      return score
    }
  }
}
