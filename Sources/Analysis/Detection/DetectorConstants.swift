// SPDX-License-Identifier: Apache-2.0

/// What the detector's formulas leave open; one set for every metric of every device.
///
/// Lengths are counts of readings unless their names say otherwise: an exponentially weighted mean
/// of length N gives a new reading 1/N of the weight, and more while it is young.
///
/// All but what pages come from `AnomalyBenchmark tune NAB CLOUD --seed 242` on halves of NAB and
/// of Microsoft's cloud monitoring set, started from earlier climbs (some with a prototype of the
/// same form that is not kept, so the command alone does not give them again) and stopped after 51
/// trials, rounded to three digits: the best mean over jitters of all constants by 20 %.
/// `floorDeviations` was then raised by hand from 0.457 with the floor of the hours.
/// What pages was chosen by `AnomalyBenchmark fleet` (docs/PERFORMANCE.md).
package struct DetectorConstants: Sendable, Hashable {
  package static let shipped = DetectorConstants()

  // Baselines.
  package var fastLength = 1.5
  package var slowLength = 714.0
  package var rangeLength = 19_810.0
  package var driftLength = 37.1
  package var jumpFastLength = 25.7
  package var jumpSlowLength = 404.0
  package var usualLength = 279.0
  package var profileDays = 9.81
  package var profileWeeks = 3.59
  /// One reading moves the profile as if it were at most so many deviations away.
  package var profileClip = 1.72

  // Tails.
  package var tailLength = 10_000.0
  /// Deviations below these shares of the mean deviation and of the range are not looked at.
  package var floorDeviations = 0.8
  package var floorRange = 0.0318
  package var floorTexture = 1.74
  package var tailPrior = 0.05
  package var countWeight = 0.218

  // How much each channel counts.
  package var levelWeight = 0.816
  package var seasonalWeight = 1.36
  package var driftWeight = 1.12
  package var spikeWeight = 1.13
  package var textureWeight = 0.419

  // The gate: for so many readings only a score so much higher passes.
  package var gateLength = 38.5
  package var gateMargin = 1.57

  // Severity.
  package var severityNovelty = 0.00942
  package var severityFloor = 0.0737

  // What pages, and what is usual again.
  package var pagingNovelty = 4.0
  package var pagingTimes = 7.0
  package var pagingTexture = 2.5
  package var pagingSteps = 4.0
  package var usualNovelty = 2.0
  package var usualSeverity = 1.1

  package init() {}
}
