// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a detector says of one value that it finds unusual, in numbers a person can check.
package struct BaselineJudgement: Hashable, Sendable {
  package var value: Double
  package var expected: Double
  package var usualDeviation: Double
  /// How many usual deviations (with the floor) away from expected.
  package var score: Double
  /// The local hour whose usual values it was compared with, or nil for all hours together.
  package var hour: Int?
  /// True from the value that passed the upper threshold to the one that falls below the lower.
  package var isAnomalous: Bool

  /// value ÷ expected, "8 times the usual"; nil where expected is nearly 0.
  package var timesUsual: Double? {
    abs(expected) > 1e-9 && (value / expected).isFinite ? value / expected : nil
  }
}

/// Watches one gauge of one device. A detector is a value; its state is flat and small.
package protocol Detector: Sendable {
  /// Learns from `value` and judges it; nil while warming up and for values that are not finite.
  mutating func judge(_ value: Double, at time: Milliseconds) -> BaselineJudgement?
  /// The whole state, to be kept at a checkpoint.
  func encoded() -> [UInt8]
  /// Nil if the bytes are not a state of this detector.
  init?(encoded bytes: [UInt8])
}
