// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension ProgrammeFacts {
  /// The result of one indicator, without that of the period before.
  package func result(of indicator: Indicator) -> IndicatorResult {
    let parameters = indicator.parameters
    let unverifiable =
      indicator.formula == .fulfilment
      ? devices(ofKind: parameters.kind).reduce(0) { $0 + $1.device.sum("unverifiable_slots") } : 0
    return IndicatorResult(
      indicator, items(of: indicator), tree: tree, unverifiableCount: unverifiable,
      quotas: indicator.formula == .dataAgainstQuota ? quotas(parameters) : [])
  }

  /// All results in the order of the targets, each beside its value in the period before.
  ///
  /// - Parameter previous: nil where nothing is known of that period.
  package func results(
    of indicators: [Indicator], previous: ProgrammeFacts?
  ) -> [IndicatorResult] {
    indicators.map { indicator in
      var result = result(of: indicator)
      result.previousValue = previous?.result(of: indicator).value
      return result
    }
  }

  /// Everything that an indicator counts.
  func items(of indicator: Indicator) -> [IndicatorItem] {
    let parameters = indicator.parameters
    switch indicator.formula {
    case .unitsWithDevice, .unitsWorking, .unitsReady: return units(indicator)
    case .coverageByAreaClass:
      let classes = Set(parameters.areaClasses ?? [])
      return units(indicator).filter {
        classes.contains(tree.nodes[$0.position].unit.areaClass)
      }
    case .fulfilment: return fulfilment(parameters)
    case .aiVoice:
      let what = (parameters.measure ?? .minutes) == .minutes ? "ms" : "bulletins"
      return ratios(parameters, of: "voice_tts_\(what)", to: "voice_all_\(what)")
    case .meetingsOnTime:
      return ratios(
        parameters, of: "meetings_on_time", to: "meetings", unknown: "meetings_unverifiable")
    case .devicesAtTarget: return devices(parameters, Self.isAtTarget)
    case .devicesAlive: return devices(parameters) { isAlive($0, parameters) }
    case .devicesWithFlag: return devices(parameters) { Self.hasFlag($0, parameters) }
    case .systemsAtLevel: return systems(parameters)
    case .dataAgainstQuota:
      return devices(parameters) { Self.isWithinQuota($0, parameters) }
    }
  }

  // MARK: Units

  /// Every unit of the level, with or without a device: the best of its devices tells for it.
  private func units(_ indicator: Indicator) -> [IndicatorItem] {
    guard let level = indicator.parameters.unitLevel else { return [] }
    var best: [Int: IndicatorOutcome] = [:]
    for judgement in judgements(of: indicator) {
      best[judgement.unit] = max(best[judgement.unit] ?? .bad, judgement.outcome)
    }
    return units(ofLevel: level).map { position in
      IndicatorItem(
        name: tree.nodes[position].unit.name, position: position,
        outcome: best[position] ?? .bad)
    }
  }

  /// What each device that tells for a unit says of it; none for indicators that count no units.
  func judgements(of indicator: Indicator) -> [IndicatorJudgement] {
    let parameters = indicator.parameters
    let judge: (DeviceFacts) -> IndicatorOutcome
    switch indicator.formula {
    case .unitsWithDevice: judge = { _ in .good }
    case .unitsWorking, .coverageByAreaClass: judge = { Self.isWorking($0, parameters) }
    case .unitsReady: judge = { Self.isReady($0, parameters) }
    default: return []
    }
    guard let level = parameters.unitLevel else { return [] }
    var judgements: [IndicatorJudgement] = []
    for (index, facts) in devices.enumerated() where facts.isThereAtEnd {
      guard parameters.kind.map({ $0 == facts.device.kind }) ?? true,
        parameters.siteType.map({ $0 == facts.siteType }) ?? true,
        let position = tree.position(of: facts.unit),
        let unit = tree.position(ofLevel: level, above: position)
      else { continue }
      judgements.append(IndicatorJudgement(unit: unit, device: index, outcome: judge(facts)))
    }
    return judgements
  }

  private static func isWorking(
    _ facts: DeviceFacts, _ parameters: Indicator.Parameters
  ) -> IndicatorOutcome {
    guard facts.daysJudged > 0 else { return facts.unobserved > 0 ? .unknown : .bad }
    let daysMin = parameters.daysMin ?? Indicator.daysMinDefault
    return Int64(facts.daysAtTarget) * 1_000_000 >= Int64(facts.daysJudged) * daysMin ? .good : .bad
  }

  private static func isReady(
    _ facts: DeviceFacts, _ parameters: Indicator.Parameters
  ) -> IndicatorOutcome {
    let wanted = parameters.availabilityMin ?? Indicator.availabilityMinDefault
    guard let lowest = facts.service?.ratioLowest, let highest = facts.service?.ratioHighest else {
      return facts.unobserved > 0 ? .unknown : .bad
    }
    return lowest >= wanted ? .good : highest >= wanted ? .unknown : .bad
  }

  // MARK: Devices

  private struct Placed {
    var device: DeviceFacts
    /// Its place in the list of devices.
    var index: Int
    var position: Int
  }

  /// Those that the report is about, at every place they stood.
  private func devices(ofKind kind: String?) -> [Placed] {
    let isInside = positionsInScope()
    return devices.enumerated().compactMap { index, facts in
      guard kind.map({ $0 == facts.device.kind }) ?? true,
        let position = tree.position(of: facts.unit), isInside[position]
      else { return nil }
      return Placed(device: facts, index: index, position: position)
    }
  }

  /// Each device that is in service at the end, where it stands then; nil leaves it out.
  private func devices(
    _ parameters: Indicator.Parameters, _ judge: (DeviceFacts) -> IndicatorOutcome?
  ) -> [IndicatorItem] {
    devices(ofKind: parameters.kind).compactMap { placed in
      guard placed.device.isThereAtEnd, let outcome = judge(placed.device) else { return nil }
      return IndicatorItem(
        name: placed.device.name, position: placed.position, device: placed.index,
        outcome: outcome)
    }
  }

  private static func isAtTarget(_ facts: DeviceFacts) -> IndicatorOutcome? {
    switch facts.verdict {
    case .met: .good
    case .missed: .bad
    case .undecided: .unknown
    // Never up and never down: a device whose time was all maintenance is nobody's failure.
    case nil: facts.unobserved > 0 ? .unknown : facts.maintenance > 0 ? nil : .bad
    }
  }

  private func isAlive(
    _ facts: DeviceFacts, _ parameters: Indicator.Parameters
  ) -> IndicatorOutcome {
    let end = min(period.end, knownUntil)
    let since = end - (parameters.within ?? Indicator.withinDefault)
    if facts.up > 0, let lastHeard = facts.lastHeard, lastHeard >= since { return .good }
    // Nobody could have heard it.
    return facts.up == 0 && facts.down == 0 && facts.unobserved > 0 ? .unknown : .bad
  }

  private static func hasFlag(
    _ facts: DeviceFacts, _ parameters: Indicator.Parameters
  ) -> IndicatorOutcome {
    guard let flag = parameters.flag else { return .bad }
    let (ready, known) = (facts.sum("\(flag)_ready"), facts.sum("\(flag)_known"))
    guard known > 0 else { return .bad }
    return ready * 1_000_000 >= known * (parameters.daysMin ?? Indicator.flagDaysMinDefault)
      ? .good : .bad
  }

  // MARK: Data

  /// Nil for a device without a quota.
  private static func isWithinQuota(
    _ facts: DeviceFacts, _ parameters: Indicator.Parameters
  ) -> IndicatorOutcome? {
    guard let quota = facts.device.simQuotaMegabytes else { return nil }
    guard let used = parameters.figure.flatMap({ facts.usage[$0] }) else { return .unknown }
    return used <= Int64(quota) * 1_000_000 ? .good : .bad
  }

  private func quotas(_ parameters: Indicator.Parameters) -> [IndicatorResult.QuotaUse] {
    var uses: [String: IndicatorResult.QuotaUse] = [:]
    for placed in devices(ofKind: parameters.kind) where placed.device.isThereAtEnd {
      guard let quota = placed.device.device.simQuotaMegabytes else { continue }
      let provider = placed.device.provider
      let used = parameters.figure.flatMap { placed.device.usage[$0] } ?? 0
      uses[
        provider,
        default: .init(
          provider: provider, deviceCount: 0, overCount: 0, usedMegabytes: 0, quotaMegabytes: 0)
      ].add(used: used, quota: Int64(quota))
    }
    return uses.values.sorted { $0.provider < $1.provider }
  }

  // MARK: Sums and systems

  private func fulfilment(_ parameters: Indicator.Parameters) -> [IndicatorItem] {
    devices(ofKind: parameters.kind).compactMap { placed in
      let requested = placed.device.requested(parameters.priority)
      let played = placed.device.played(parameters.priority)
      guard requested > 0 else { return nil }
      return IndicatorItem(
        name: placed.device.name, position: placed.position, device: placed.index,
        numerator: played, denominator: requested, highest: played)
    }
  }

  /// - Parameter unknown: what the whole does not hold, because nobody can say what became of it.
  private func ratios(
    _ parameters: Indicator.Parameters, of part: String, to whole: String, unknown: String = ""
  ) -> [IndicatorItem] {
    devices(ofKind: parameters.kind).compactMap { placed in
      let (part, unknown) = (placed.device.sum(part), placed.device.sum(unknown))
      let whole = placed.device.sum(whole) + unknown
      guard whole > 0 else { return nil }
      return IndicatorItem(
        name: placed.device.name, position: placed.position, device: placed.index,
        numerator: part, denominator: whole, highest: part + unknown)
    }
  }

  private func systems(_ parameters: Indicator.Parameters) -> [IndicatorItem] {
    let isInside = positionsInScope()
    return systems.compactMap { system in
      guard parameters.securityLevels.map({ $0.contains(system.securityLevel) }) ?? true,
        let position = tree.position(of: system.unit), isInside[position]
      else { return nil }
      let isApproved = system.approvedOn.map { $0 < period.end } ?? false
      return IndicatorItem(
        name: system.code, position: position,
        outcome: isApproved && system.measuresInPlace ? .good : .bad)
    }
  }
}

extension DeviceFacts {
  /// How day figures call priorities; of some bulletins no one says it.
  static let priorityNames = Indicator.Priority.allCases.map(\.rawValue) + ["unknown"]

  /// - Parameter priority: nil means all, those of unknown priority too.
  func requested(_ priority: Indicator.Priority?) -> Milliseconds {
    sum("requested", of: priority)
  }

  /// - Parameter priority: nil means all, those of unknown priority too.
  func played(_ priority: Indicator.Priority?) -> Milliseconds {
    sum("played", of: priority)
  }

  private func sum(_ what: String, of priority: Indicator.Priority?) -> Milliseconds {
    let names = priority.map { [$0.rawValue] } ?? Self.priorityNames
    return names.reduce(0) { $0 + sum("\(what)_\($1)_ms") }
  }
}

extension IndicatorResult.QuotaUse {
  /// - Parameter used: in millionths of a megabyte; shown to the whole megabyte begun.
  fileprivate mutating func add(used: Int64, quota: Int64) {
    deviceCount += 1
    if used > quota * 1_000_000 { overCount += 1 }
    usedMegabytes += (used + 999_999) / 1_000_000
    quotaMegabytes += quota
  }
}
