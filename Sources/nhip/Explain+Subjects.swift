// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Reporting
import Storage
import Telemetry

/// What is no device: slots, targets, ranks.
extension Nhip.Explain {
  // MARK: The schedule

  func text(
    ofSlot name: String, _ store: Store, _ profiles: [Profile], _ progress: Progress
  ) throws -> String {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    let id = parts.last ?? name
    let communes = try store.communes(ofSlot: id).filter { parts.count < 2 || $0 == parts[0] }
    guard let commune = communes.first else {
      let known = try store.newestSlots(countMax: Self.slotsComparedMax)
      let meant = NearestName.nearest(to: id, in: known)
      throw ValidationError(
        "there is no slot '\(name)' in \(place.store)"
          + (meant.map { "; did you mean '\($0)'?" } ?? "; nhip schedule list shows them"))
    }
    guard communes.count == 1 else {
      let names = communes.prefix(9).map { "\($0)/\(id)" }.joined(separator: ", ")
      throw ValidationError("several communes have a slot '\(id)': say which, \(names)")
    }
    let period =
      time.isGiven ? try time.period(in: store, language: lang.language).interval : nil
    let explanation = try SlotExplanation.build(
      store: store, profiles: profiles, commune: commune, slot: id, period: period,
      language: lang.language, progress: progress.show)
    guard let explanation else {
      throw ValidationError("slot '\(name)' was removed from \(place.store) just now")
    }
    return TextSlotExplanation.render(explanation)
  }

  /// A name that was mistyped is compared with so many of the newest.
  private static let slotsComparedMax = 5_000

  // MARK: Anomalies

  func text(ofAnomaly id: String, _ store: Store, _ profiles: [Profile]) throws -> String {
    let explanation = try AnomalyExplanation.build(
      store: store, profiles: profiles, anomaly: id, language: lang.language,
      now: Nhip.wallClock())
    guard let explanation else {
      throw ValidationError(
        "there is no anomaly '\(id)' in \(place.store); nhip anomalies list shows them")
    }
    return TextAnomalyExplanation.render(explanation)
  }

  // MARK: Incidents

  func text(ofIncident id: String, _ store: Store) throws -> String {
    TextIncidentExplanation.render(
      try Nhip.Incidents.Show.found(id, in: store), language: lang.language
    ) { UplinkProposal.confirmation(of: $0, store: place.store) }
  }

  // MARK: The programme

  func text(
    ofIndicator name: String, _ store: Store, _ profiles: [Profile], _ progress: Progress
  ) throws -> String {
    let targets =
      try programme.programme(store: store, profiles: profiles) ?? .inForce(in: store)
    let known = targets.indicators.map(\.name)
    guard known.contains(name) else {
      guard !known.isEmpty else {
        throw ValidationError("\(place.store) has no targets: give a file with --targets")
      }
      let meant = NearestName.nearest(to: name, in: known)
      throw ValidationError(
        "there is no target '\(name)'" + (meant.map { "; did you mean '\($0)'?" } ?? "")
          + "; known: \(known.joined(separator: ", "))")
    }
    if let unit { try check(unit, store) }
    let period = try time.period(in: store, language: lang.language)
    let explanation = try IndicatorExplanation.build(
      store: store, profiles: profiles, indicator: name, period: period.interval,
      previous: period.previous, unit: unit, targets: targets, language: lang.language,
      progress: progress.show)
    guard let explanation else {
      preconditionFailure("a target that was just found is not there")
    }
    return TextIndicatorExplanation.render(explanation)
  }

  func text(
    ofRank code: String, _ store: Store, _ profiles: [Profile], _ progress: Progress
  ) throws -> String {
    try check(code, store)
    let targets = try programme.programme(store: store, profiles: profiles)
    let period = try time.period(in: store, language: lang.language).interval
    do {
      return TextRankingExplanation.render(
        try RankingExplanation.build(
          store: store, profiles: profiles, unit: code, period: period, targets: targets,
          language: lang.language, progress: progress.show))
    } catch let reason as RankingExplanation.NotThere {
      throw ValidationError(reason.text(unit: code, in: lang.language))
    }
  }

  private func check(_ unit: String, _ store: Store) throws {
    let units = try store.registry().units
    guard !units.contains(where: { $0.code == unit }) else { return }
    let meant = NearestName.nearest(to: unit, in: units.map(\.code))
    throw ValidationError(
      "there is no unit '\(unit)' in the registry of \(place.store)"
        + (meant.map { "; did you mean '\($0)'?" } ?? ""))
  }
}
