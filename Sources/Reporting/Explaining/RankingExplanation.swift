// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Why a unit has the score and the rank it has.
package struct RankingExplanation: Sendable {
  /// One device with what it adds to the sums of its unit.
  package struct Part: Sendable {
    package var facts: DeviceFacts
    package var sums: RankingSums
  }

  package enum NotThere: Error, Sendable, Hashable {
    /// No such unit in the period's tree.
    case unknownUnit
    /// Its level is not ranked; those that are.
    case levelNotRanked(String, ranked: [String])
    /// The level has no other unit.
    case alone(String)
    /// It ended before the period did.
    case ended
  }

  package var language: Language
  package var period: Interval
  package var knownUntil: Milliseconds
  package var seal: SealCover
  package var ranking: Ranking
  package var row: Ranking.Row
  package var sums: RankingSums
  package var parts: [Part]
  /// Names of the units of the same rank.
  package var ties: [String]

  /// - Parameters:
  ///   - code: of a unit.
  ///   - targets: nil means those in force in the store.
  /// - Throws: `StoreError`, `NotThere`.
  package static func build(
    store: Store, profiles: [Profile], unit code: String, period: Interval,
    targets: ProgrammeTargets? = nil, language: Language = .vi,
    progress: (Double) -> Void = { _ in }
  ) throws -> RankingExplanation {
    let reading = try ProgrammeReading(
      store: store, profiles: profiles, period: period, previous: nil, unit: nil,
      targets: targets, progress: progress)
    var explanation = try RankingExplanation(
      of: code, facts: reading.facts, settings: reading.targets.ranking,
      availabilityTarget: reading.settings.targetPartsPerMillion, language: language)
    explanation.seal = reading.report.seal
    return explanation
  }

  /// Pure.
  init(
    of code: String, facts: ProgrammeFacts, settings: RankingSettings, availabilityTarget: Int64,
    language: Language
  ) throws(NotThere) {
    let tree = facts.tree
    guard !code.isEmpty, let position = tree.nodes.firstIndex(where: { $0.unit.code == code })
    else { throw .unknownUnit }
    let level = tree.nodes[position].unit.level
    guard settings.levels.contains(level) else {
      throw .levelNotRanked(level, ranked: settings.levels)
    }
    let rankings = facts.rankings(settings, availabilityTarget: availabilityTarget)
    guard let ranking = rankings.first(where: { $0.level == level }) else { throw .alone(level) }
    guard let row = ranking.rows.first(where: { $0.code == code }) else { throw .ended }
    var sums = RankingSums()
    var parts: [Part] = []
    for device in facts.devices {
      guard let at = tree.position(of: device.unit),
        tree.position(ofLevel: level, above: at) == position
      else { continue }
      var own = RankingSums()
      own.add(device, settings)
      sums.add(device, settings)
      parts.append(Part(facts: device, sums: own))
    }
    self.language = language
    (period, knownUntil, seal) = (facts.period, facts.knownUntil, SealCover())
    (self.ranking, self.row, self.sums) = (ranking, row, sums)
    self.parts = parts.sorted { LocalFormat.precedes($0.facts.name, $1.facts.name) }
    ties = row.rank == nil
      ? [] : ranking.rows.filter { $0.rank == row.rank && $0.code != code }.map(\.name)
  }
}
