// SPDX-License-Identifier: Apache-2.0

/// How units are ranked: published in docs/RANKING.md, set in `targets.yaml`, kept with the store.
package struct RankingSettings: Sendable, Hashable, Codable {
  /// Levels of units, each ranked by itself.
  package var levels = ["village", "commune"]
  /// What each component weighs; at least one is above 0.
  package var weights = Weights()
  /// The share of what the schedule asked for that earns all points of use, in parts per million.
  package var fulfilmentTarget: Int64 = 1_000_000
  /// Use where nothing is broadcast: a figure of one kind of device, by device-day.
  package var usageKind = "wifi-ap"
  package var usageFigure = "client_minutes"
  /// What earns all points of it, in millionths of the figure's unit.
  package var usageTarget: Int64 = 600_000_000
  /// The data quality that earns all points, in parts per million.
  package var qualityTarget: Int64 = 1_000_000
  /// Units with fewer devices are marked: one bad device moves them far.
  package var smallBelow = 3
  /// Units of which less was observed are not ranked, in parts per million.
  package var observedMin: Int64 = 900_000

  package init() {}

  package struct Weights: Sendable, Hashable, Codable {
    package var service: Int64 = 50
    package var usage: Int64 = 30
    package var quality: Int64 = 20

    package init() {}
  }
}
