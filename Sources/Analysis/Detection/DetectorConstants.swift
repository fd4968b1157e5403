// SPDX-License-Identifier: Apache-2.0

/// What the detector's formulas leave open; one set for every metric of every device.
///
/// Lengths are counts of readings unless their names say otherwise: an exponentially weighted mean
/// of length N gives a new reading 1/N of the weight, and more while it is young.
///
/// Baselines, tails, weights, gate and severity come from `Benchmarks/anomaly/tune NAB CLOUD 1` on
/// halves of NAB and of Microsoft's cloud monitoring set: a climb with seed 1 from the plain round
/// numbers that stand in that script, the best after 165 trials rounded to three digits: the best
/// mean over jitters of all constants by 20 %. It climbed beside an earlier form of the rule that
/// pages (which moves the tails a little), so the command now gives others; not climbed again yet.
/// What pages was then chosen by `AnomalyBenchmark fleet` and two simulated fleets
/// (docs/PERFORMANCE.md).
package struct DetectorConstants: Sendable, Hashable {
  package static let shipped = DetectorConstants()

  // Baselines.
  package var fastLength = 3.5
  package var slowLength = 1_040.0
  package var rangeLength = 19_100.0
  package var driftLength = 23.1
  package var jumpFastLength = 29.6
  package var jumpSlowLength = 463.0
  package var usualLength = 320.0
  package var profileDays = 8.23
  package var profileWeeks = 5.04
  /// One reading moves the profile as if it were at most so many deviations away.
  package var profileClip = 1.56

  // Tails.
  package var tailLength = 8_920.0
  /// Deviations below these shares of the mean deviation and of the range are not looked at.
  package var floorDeviations = 1.12
  package var floorRange = 0.0175
  package var floorTexture = 2.0
  package var tailPrior = 0.0566
  package var countWeight = 0.383

  // How much each channel counts.
  package var levelWeight = 0.867
  package var seasonalWeight = 1.3
  package var driftWeight = 0.973
  package var spikeWeight = 0.418
  package var textureWeight = 0.788

  // The gate: for so many readings only a score so much higher passes.
  package var gateLength = 90.1
  package var gateMargin = 0.74

  // Severity.
  package var severityNovelty = 0.0176
  package var severityFloor = 0.105

  // What pages: novel, `pagingTimes` of the channel's usual size, `pagingSteps` of the metric's own
  // steps, and so improbable that of a metric with one reading an hour e^-`pagingImprobability` of
  // the readings would be told; what is told oftener has to be as much less probable.
  package var pagingNovelty = 1.0
  package var pagingTimes = 4.0
  package var pagingImprobability = 9.6
  package var pagingSteps = 2.4
  /// What is anomalous teaches the tails by this share of a reading.
  package var tailAnomalousShare = 0.0988
  package var tailAnchor = 3.0
  /// Bounds of the tails' powers; the upper one goes from `tailPowerRare` for a metric that hardly
  /// ever moves to `tailPowerMax` for one that always does.
  package var tailPowerMin = 0.3
  package var tailPowerRare = 0.4
  package var tailPowerMax = 1.75

  // What is usual again.
  package var usualNovelty = 2.0
  package var usualSeverity = 1.1

  package init() {}
}
