// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The units of one level in order of their score.
///
/// A score is the weighted mean of up to three components, each 0 to 100 points. All numbers are
/// whole, in hundredths of a point, so that what is printed as equal is equal, and shares a rank.
package struct Ranking: Sendable, Hashable {
  package var level: String
  package var settings: RankingSettings
  /// The availability that earns all points, in parts per million.
  package var availabilityTarget: Int64
  /// By rank, equal ranks and those that are not ranked in Vietnamese order of names.
  package var rows: [Row]

  package struct Row: Sendable, Hashable {
    package var code: String
    package var name: String
    /// Units of equal score share a rank, and the next rank counts them (1, 2, 2, 4).
    package var rank: Int?
    /// In hundredths of a point, half a hundredth rounded up; nil if nothing can be judged.
    package var score: Int64?
    /// In hundredths of a point, rounded down; nil where there is nothing to judge, and the other
    /// components share its weight.
    package var service: Int64?
    package var usage: Int64?
    package var quality: Int64?
    package var usedFor: Usage?
    /// Devices that stand in the unit at the end of the period.
    package var deviceCount: Int
    package var isSmall: Bool
    /// Of the time that devices were expected to serve, in parts per million; nil without any.
    package var observed: Int64?
    package var notRanked: Reason?
  }

  /// What the component of use was computed from.
  package enum Usage: String, Sendable { case fulfilment, usage }

  /// Why a unit has no rank.
  package enum Reason: String, Sendable {
    case noDevice, notObserved, nothingToJudge
  }
}

extension ProgrammeFacts {
  /// One ranking for each level of which the report has two units or more.
  package func rankings(
    _ settings: RankingSettings, availabilityTarget: Int64
  ) -> [Ranking] {
    settings.levels.compactMap { level in
      let positions = units(ofLevel: level)
      guard positions.count > 1 else { return nil }
      var sums: [Int: RankingSums] = [:]
      for facts in devices {
        guard let position = tree.position(of: facts.unit),
          let unit = tree.position(ofLevel: level, above: position)
        else { continue }
        sums[unit, default: RankingSums()].add(facts, settings)
      }
      let scored = positions.map { position in
        (sums[position] ?? RankingSums()).row(
          of: tree.nodes[position].unit, settings, availabilityTarget: availabilityTarget)
      }
      return Ranking(
        level: level, settings: settings, availabilityTarget: availabilityTarget,
        rows: Ranking.ranked(scored))
    }
  }
}

extension Ranking {
  /// Gives ranks by score and puts the rows in order.
  static func ranked(_ rows: [Row]) -> [Row] {
    var rows = rows
    let scores = rows.compactMap { $0.notRanked == nil ? $0.score : nil }.sorted(by: >)
    for index in rows.indices where rows[index].notRanked == nil {
      if let score = rows[index].score, let first = scores.firstIndex(of: score) {
        rows[index].rank = first + 1
      }
    }
    rows.sort { left, right in
      let (first, second) = (left.rank ?? .max, right.rank ?? .max)
      if first != second { return first < second }
      return left.name == right.name
        ? left.code < right.code : LocalFormat.precedes(left.name, right.name)
    }
    return rows
  }
}
