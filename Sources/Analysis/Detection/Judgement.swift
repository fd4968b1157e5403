// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a detector says of one reading of one watched metric, in numbers a person can check.
package struct Judgement: Sendable, Hashable {
  /// What a reading was compared with; the one that won is the explanation.
  package enum Channel: UInt8, Sendable, CaseIterable {
    /// The mean of the last readings against the long mean: a shift that stays.
    case level
    /// The reading against the usual values of its hour.
    case seasonal
    /// The mean of the last readings' distances from the usual values of their hours.
    case drift
    /// The reading against the long mean: a single jump.
    case spike
    /// How much readings jump from one to the next, against how much they usually do.
    case texture
  }

  package var value: Double
  /// What the winning channel's baseline expected, in the metric's own unit.
  package var expected: Double
  /// The expected band in the metric's own unit: lower ≤ expected ≤ upper.
  package var lower: Double
  package var upper: Double
  /// Mean absolute deviation from `expected`, in the metric's own unit.
  package var usualDeviation: Double
  /// "Has this been seen before in this device's life?", 0 or more; what pages.
  package var novelty: Double
  /// "How many times its usual deviation?", on a logarithmic scale, 0 or more; what ranks.
  package var severity: Double
  package var channel: Channel
  package var isAbove: Bool
  /// The local hour whose usual values it was compared with, or nil for all hours together.
  package var localHour: Int?
  /// How many readings the detector has learnt before this one.
  package var readingCount: Int
  /// True from the reading that pages to the one that is usual again.
  package var isAnomalous: Bool
  /// True at the reading that pages only.
  package var startsAnomaly: Bool

  /// value ÷ expected, "8 times the usual"; nil where expected is nearly 0.
  package var timesUsual: Double? {
    abs(expected) > 1e-9 && (value / expected).isFinite ? value / expected : nil
  }
}
