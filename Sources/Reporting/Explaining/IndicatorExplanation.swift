// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// What the result of one target was counted from: everything that counts, each with its verdict.
package struct IndicatorExplanation: Sendable {
  /// A unit, a device or a system that the indicator counts.
  package struct Line: Sendable {
    package var name: String
    /// The unit it stands in; of a unit the one above.
    package var place: String
    package var numerator: Int64
    package var denominator: Int64
    /// The numerator if everything that is not known had been good.
    package var highest: Int64
    /// It keeps the plan from being met.
    package var isShort: Bool
    /// Those that tell for it: of a device itself, of a unit all that count in it.
    package var devices: [(facts: DeviceFacts, outcome: IndicatorOutcome)]
    package var system: InformationSystem?
  }

  package var language: Language
  package var period: Interval
  package var knownUntil: Milliseconds
  package var seal: SealCover
  package var result: IndicatorResult
  /// Of the period before; nil if nothing is known of it.
  package var previous: IndicatorResult?
  package var previousPeriod: Interval?
  package var availabilityTarget: Int64
  /// In the order of the tree of units.
  package var lines: [Line]

  /// - Parameters:
  ///   - name: of a target.
  ///   - previous: the period to compare with.
  ///   - unit: code of the unit that the report is restricted to; nil for all.
  ///   - targets: nil means those in force in the store.
  /// - Returns: nil if there is no such target.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, profiles: [Profile], indicator name: String, period: Interval,
    previous: Interval? = nil, unit: String? = nil, targets: ProgrammeTargets? = nil,
    language: Language = .vi, progress: (Double) -> Void = { _ in }
  ) throws -> IndicatorExplanation? {
    let reading = try ProgrammeReading(
      store: store, profiles: profiles, period: period, previous: previous, unit: unit,
      targets: targets, progress: progress)
    guard let indicator = reading.targets.indicators.first(where: { $0.name == name }) else {
      return nil
    }
    var explanation = IndicatorExplanation(
      indicator, facts: reading.facts, previous: reading.previous, language: language)
    explanation.seal = reading.report.seal
    explanation.availabilityTarget = reading.settings.targetPartsPerMillion
    return explanation
  }

  /// Pure.
  init(
    _ indicator: Indicator, facts: ProgrammeFacts, previous: ProgrammeFacts?, language: Language
  ) {
    self.language = language
    (period, knownUntil) = (facts.period, facts.knownUntil)
    seal = SealCover()
    availabilityTarget = UptimeSettings().targetPartsPerMillion
    let before = previous?.result(of: indicator)
    var result = facts.result(of: indicator)
    result.previousValue = before?.value
    self.result = result
    self.previous = before
    previousPeriod = previous?.period
    let judged = Dictionary(grouping: facts.judgements(of: indicator), by: \.unit)
    let systems = Dictionary(facts.systems.map { ($0.code, $0) }) { $1 }
    lines = facts.items(of: indicator).map { item in
      let node = facts.tree.nodes[item.position]
      var devices = (judged[item.position] ?? []).map { (facts.devices[$0.device], $0.outcome) }
      var place = node.unit.name
      if let device = item.device {
        let outcome = IndicatorOutcome(numerator: item.numerator, highest: item.highest)
        devices = [(facts.devices[device], outcome)]
      } else if indicator.formula != .systemsAtLevel {
        place = node.parent.map { facts.tree.nodes[$0].unit.name } ?? ""
      }
      return Line(
        name: item.name, place: place, numerator: item.numerator, denominator: item.denominator,
        highest: item.highest, isShort: item.isShort(of: indicator), devices: devices,
        system: indicator.formula == .systemsAtLevel ? systems[item.name] : nil)
    }
  }

  /// Whether its lines are lengths of time: played and requested.
  var isOfTime: Bool {
    switch result.indicator.formula {
    case .fulfilment: true
    case .aiVoice: (result.indicator.parameters.measure ?? .minutes) == .minutes
    default: false
    }
  }

  /// Whether each line is good or not, and no sum of its own.
  var isOfVerdicts: Bool {
    switch result.indicator.formula {
    case .fulfilment, .aiVoice, .meetingsOnTime: false
    default: true
    }
  }
}
