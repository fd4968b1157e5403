// SPDX-License-Identifier: Apache-2.0

import Analysis

/// The constants by their names: given as `name=value`, printed, jittered and tuned.
enum ConstantNames {
  typealias Path = WritableKeyPath<DetectorConstants, Double> & Sendable

  /// The tuned ones first; what pages is chosen by the synthetic fleet, not by public data.
  static let tunedCount = 26

  static let all: [(name: String, path: Path, least: Double, most: Double)] = [
    ("fastLength", \.fastLength, 1.5, 100), ("slowLength", \.slowLength, 50, 20_000),
    ("rangeLength", \.rangeLength, 300, 100_000), ("driftLength", \.driftLength, 4, 200),
    ("jumpFastLength", \.jumpFastLength, 4, 300), ("jumpSlowLength", \.jumpSlowLength, 50, 20_000),
    ("usualLength", \.usualLength, 20, 3_000), ("profileDays", \.profileDays, 2, 60),
    ("profileWeeks", \.profileWeeks, 2, 30), ("profileClip", \.profileClip, 0.5, 50),
    ("tailLength", \.tailLength, 1_000, 10_000), ("floorDeviations", \.floorDeviations, 0.05, 5),
    ("floorRange", \.floorRange, 0.001, 0.5), ("floorTexture", \.floorTexture, 0.3, 2),
    ("tailPrior", \.tailPrior, 0.05, 2), ("countWeight", \.countWeight, 0.1, 1.5),
    ("levelWeight", \.levelWeight, 0.1, 2), ("seasonalWeight", \.seasonalWeight, 0.1, 2),
    ("driftWeight", \.driftWeight, 0.1, 2), ("spikeWeight", \.spikeWeight, 0.1, 2),
    ("textureWeight", \.textureWeight, 0.1, 2), ("gateLength", \.gateLength, 4, 250),
    ("gateMargin", \.gateMargin, 0.1, 3), ("severityNovelty", \.severityNovelty, 0.005, 1),
    ("severityFloor", \.severityFloor, 0.02, 5),
    ("tailAnomalousShare", \.tailAnomalousShare, 0.07, 1),
    ("pagingNovelty", \.pagingNovelty, 0, 100),
    ("pagingTimes", \.pagingTimes, 0, 100), ("pagingSteps", \.pagingSteps, 0, 100),
    ("pagingImprobability", \.pagingImprobability, 0, 1_000),
    ("tailAnchor", \.tailAnchor, 0, 100),
    ("tailPowerRare", \.tailPowerRare, 0, 10),
    ("tailPowerMin", \.tailPowerMin, 0, 10),
    ("tailPowerMax", \.tailPowerMax, 0, 10),
    ("usualNovelty", \.usualNovelty, 0, 100),
    ("usualSeverity", \.usualSeverity, 0, 100),
  ]

  static func limited(_ value: Double, _ index: Int) -> Double {
    min(max(value, all[index].least), all[index].most)
  }

  static func text(_ constants: DetectorConstants) -> String {
    all.map { "\($0.name)=\(Float(constants[keyPath: $0.path]))" }.joined(separator: " ")
  }

  /// False if `assignment` is not `name=value` of a constant.
  static func apply(_ assignment: String, to constants: inout DetectorConstants) -> Bool {
    let parts = assignment.split(separator: "=")
    guard parts.count == 2, let value = Double(parts[1]), value.isFinite,
      let field = all.first(where: { $0.name == parts[0] })
    else { return false }
    constants[keyPath: field.path] = value
    return true
  }
}
