// SPDX-License-Identifier: Apache-2.0

/// What the detector's formulas leave open; one set for every metric of every device.
///
/// Lengths are counts of readings unless they say otherwise.
package struct DetectorConstants: Sendable, Hashable {
  package init() {}
  package static let shipped = DetectorConstants()

  // Baselines.
  package var fastLength = 12.0
  package var slowLength = 1000.0
  package var clipDeviations = 6.0
  package var rangeLength = 4000.0
  package var profileDays = 8.0
  package var driftLength = 12.0
  package var volatilityFastLength = 24.0
  package var volatilitySlowLength = 800.0

  // Tails.
  package var tailLength = 4000.0
  package var extremeLength = 20_000.0
  package var floorDeviations = 0.5
  package var floorRange = 0.05
  package var floorTexture = 0.3
  package var tailPrior = 1.0
  package var countExponent = 1.0
  package var extremeBonus = 1.0
  package var extremeBonusMax = 3.0
  package var learnScore = 6.0

  // Weights of channels.
  package var levelWeight = 1.0
  package var seasonalWeight = 1.0
  package var driftWeight = 1.0
  package var spikeWeight = 1.0
  package var textureWeight = 0.8

  // The gate.
  package var gateHold = 100.0
  package var gateDecay = 200.0

  package var severityNovelty = 0.15

  // What pages.
  package var noveltyPaging = 9.0
  package var noveltyUsual = 4.0
}
