// SPDX-License-Identifier: Apache-2.0

/// What a detector found of one reading, as alerts keep and say it: its judgement without what only
/// the detector needs.
package struct AnomalyFinding: Sendable, Hashable {
  package var value: Double
  /// In the metric's own unit, as are the band and the deviation.
  package var expected: Double
  package var lower: Double
  package var upper: Double
  package var usualDeviation: Double
  package var novelty: Double
  package var severity: Double
  package var channel: AlertEvidence.Channel
  package var isAbove: Bool
  package var localHour: Int?
  package var readingCount: Int

  package init(
    value: Double, expected: Double, lower: Double, upper: Double, usualDeviation: Double,
    novelty: Double, severity: Double, channel: AlertEvidence.Channel, isAbove: Bool,
    localHour: Int?, readingCount: Int
  ) {
    self.value = value
    self.expected = expected
    self.lower = lower
    self.upper = upper
    self.usualDeviation = usualDeviation
    self.novelty = novelty
    self.severity = severity
    self.channel = channel
    self.isAbove = isAbove
    self.localHour = localHour
    self.readingCount = readingCount
  }
}
