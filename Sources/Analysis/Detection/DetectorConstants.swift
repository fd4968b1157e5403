// SPDX-License-Identifier: Apache-2.0

/// What the detector's formulas leave open; one set for every metric of every device.
///
/// Lengths are counts of readings unless their names say otherwise: an exponentially weighted mean
/// of length N gives a new reading 1/N of the weight, and more while it is young.
package struct DetectorConstants: Sendable, Hashable {
  package static let shipped = DetectorConstants()

  // Baselines.
  package var fastLength = 2.0
  package var slowLength = 864.0
  package var rangeLength = 8000.0
  package var driftLength = 17.8
  package var jumpFastLength = 20.0
  package var jumpSlowLength = 440.0
  package var usualLength = 209.0
  package var profileDays = 10.8
  package var profileWeeks = 6.0
  /// One reading moves the profile as if it were at most so many deviations away.
  package var profileClip = 1.73

  // Tails.
  package var tailLength = 3890.0
  /// Deviations below these shares of the mean deviation and of the range are not looked at.
  package var floorDeviations = 0.67
  package var floorRange = 0.032
  package var floorTexture = 0.65
  package var tailPrior = 0.25
  package var countWeight = 0.34

  // How much each channel counts.
  package var levelWeight = 0.92
  package var seasonalWeight = 1.52
  package var driftWeight = 1.35
  package var spikeWeight = 0.23
  package var textureWeight = 0.62

  // The gate: for so many readings only a score so much higher passes.
  package var gateLength = 52.0
  package var gateMargin = 1.0

  // Severity.
  package var severityNovelty = 0.043
  package var severityFloor = 0.43

  // What pages, and what is usual again.
  package var pagingNovelty = 4.5
  package var pagingTimes = 5.0
  package var pagingTexture = 2.5
  package var pagingSteps = 2.5
  package var usualNovelty = 2.0

  package init() {}
}
