// SPDX-License-Identifier: Apache-2.0

/// The numbers behind the finding of a deterministic check. Which are present follows from the
/// check's form; those of a metric are in its own unit.
package struct CheckFigures: Sendable, Hashable {
  /// Since when it is so, by event time.
  package var since: Milliseconds
  /// The value that stuck, lay outside, was reached; of a clock how far behind it is, in seconds.
  package var value: Double?
  /// What it usually is: the longest run so far in seconds, the usual daily mean.
  package var usual: Double?
  /// How far from the usual it usually is.
  package var usualDeviation: Double?
  package var isAbove: Bool?
  /// Readings, boots, resets, days.
  package var count: Int?
  /// How long it has been so, or the while in which the count was reached.
  package var length: Milliseconds?
  /// How much the metric, or the clock in seconds, moves a day.
  package var perDay: Double?
  package var limit: Double?
  /// Devices of the commune whose common part was taken away; nil where they are too few.
  package var comparedCount: Int?
  /// When the limit is reached, and the interval around that.
  package var reachedAt: Milliseconds?
  package var reachedEarliest: Milliseconds?
  package var reachedLatest: Milliseconds?

  package init(since: Milliseconds) { self.since = since }
}
