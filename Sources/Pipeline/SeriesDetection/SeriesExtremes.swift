// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How far out a series has ever been, as a whole and at each local hour: what "never seen" means.
struct SeriesExtremes {
  private var lowest = InlineArray<25, Double>(repeating: .infinity)
  private var highest = InlineArray<25, Double>(repeating: -.infinity)

  mutating func take(_ value: Double, at time: Milliseconds) {
    note(value, in: LocalTime.hour(of: time))
    note(value, in: 24)
  }

  /// - Parameter hour: nil compares with all hours.
  func isUnseen(_ value: Double, ofHour hour: Int?) -> Bool {
    let position = hour.map { min(max($0, 0), 23) } ?? 24
    return value < lowest[position] || value > highest[position]
  }

  private mutating func note(_ value: Double, in position: Int) {
    lowest[position] = min(lowest[position], value)
    highest[position] = max(highest[position], value)
  }
}
