// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

/// Turns `ranking` into settings; what does not stand there has its published default.
struct RankingReader {
  static let keys = [
    "levels", "weights", "targets", "kind", "figure", "small_below", "observed_min",
  ]
  static let weightMax = 1_000
  static let smallMax = 1_000
  /// More use a day than any device has.
  static let usageMax = 1_000_000_000.0

  let known: TargetNames

  func ranking(_ node: YAMLNode) -> RankingSettings {
    var settings = RankingSettings()
    guard let map = node.mapping(keys: Self.keys) else { return settings }
    if let levels = map["levels"]?.sequence(countMax: RegistryUnits.levels.count) {
      settings.levels = levels.compactMap(known.level)
    }
    if let weights = map["weights"] { settings.weights = self.weights(weights) }
    let profile = map["kind"].flatMap(known.kind)
    settings.usageKind = profile?.kind ?? settings.usageKind
    if let figure = map["figure"] {
      settings.usageFigure =
        known.figure(figure, of: profile, [.integral, .total, .duration, .sum, .count])
        ?? settings.usageFigure
    }
    if let targets = map["targets"]?.mapping(keys: ["fulfilment", "usage", "quality"]) {
      settings.fulfilmentTarget =
        targets["fulfilment"]?.partsPerMillion() ?? settings.fulfilmentTarget
      settings.qualityTarget = targets["quality"]?.partsPerMillion() ?? settings.qualityTarget
      settings.usageTarget = targets["usage"].flatMap(self.usage) ?? settings.usageTarget
    }
    settings.smallBelow =
      map["small_below"]?.integer(in: 0...Self.smallMax) ?? settings.smallBelow
    settings.observedMin = map["observed_min"]?.partsPerMillion() ?? settings.observedMin
    return settings
  }

  private func weights(_ node: YAMLNode) -> RankingSettings.Weights {
    var weights = RankingSettings.Weights()
    guard let map = node.mapping(keys: ["service", "usage", "quality"]) else { return weights }
    func weight(_ name: String) -> Int64? {
      map.required(name)?.integer(in: 0...Self.weightMax).map(Int64.init)
    }
    weights.service = weight("service") ?? weights.service
    weights.usage = weight("usage") ?? weights.usage
    weights.quality = weight("quality") ?? weights.quality
    if weights.service + weights.usage + weights.quality == 0 {
      node.report("nothing weighs anything", allowed: "a weight above 0")
    }
    return weights
  }

  private func usage(_ node: YAMLNode) -> Int64? {
    guard let number = node.number() else { return nil }
    guard number > 0, number <= Self.usageMax else {
      node.report("out of range", allowed: "above 0, up to \(Int(Self.usageMax)) a device-day")
      return nil
    }
    return max(1, Int64((number * 1e6).rounded()))
  }
}
