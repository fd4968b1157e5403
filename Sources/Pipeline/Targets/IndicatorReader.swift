// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

/// Turns one entry of `indicators` into a target, reporting every mistake.
struct IndicatorReader {
  static let keys = ["title", "plan", "unit", "level", "formula"]
  /// A list of classes or levels; the law knows three of the one and five of the other.
  static let listCountMax = 16
  /// Nothing that is counted here comes near.
  static let countMax = 1_000_000.0

  let known: TargetNames

  func indicator(_ name: String, _ node: YAMLNode) -> Indicator? {
    let all = Self.keys + Indicator.Parameter.allCases.map(\.rawValue)
    guard let map = node.mapping(keys: all) else { return nil }
    let title = map.required("title").flatMap(readTitle)
    let unit = map["unit"] == nil ? Indicator.percent : map["unit"]?.text(lengthMax: 32)
    let level = map.required("level").flatMap(known.level)
    let formula = map.required("formula")?.word(Indicator.Formula.self)
    let plan = map.required("plan").flatMap { self.plan($0, unit: unit) }
    guard let formula else { return nil }
    if unit != Indicator.percent, unit != nil, !formula.countsThings {
      map["unit"]?.report(
        "\(formula.rawValue) gives a share, not a count", allowed: "'\(Indicator.percent)'")
    }
    let parameters = self.parameters(map, formula)
    guard let title, let unit, let level, let plan else { return nil }
    return Indicator(
      name: name, titleVi: title.vi, titleEn: title.en, plan: plan, unit: unit, level: level,
      formula: formula, parameters: parameters)
  }

  private func plan(_ node: YAMLNode, unit: String?) -> Int64? {
    guard let number = node.number() else { return nil }
    let highest = unit == Indicator.percent ? 100 : Self.countMax
    guard number > 0, number <= highest else {
      node.report("out of range", allowed: "above 0, up to \(Int(highest))")
      return nil
    }
    return max(1, Int64((number * Double(Indicator.partsOfUnit)).rounded()))
  }

  private func parameters(
    _ map: YAMLNode.Mapping, _ formula: Indicator.Formula
  ) -> Indicator.Parameters {
    let (required, optional) = formula.parameters
    var parameters = Indicator.Parameters()
    for parameter in required { _ = map.required(parameter.rawValue) }
    var profile: Profile?
    for parameter in Indicator.Parameter.allCases {
      guard let node = map[parameter.rawValue] else { continue }
      guard required.contains(parameter) || optional.contains(parameter) else {
        node.report(
          "\(formula.rawValue) does not take it",
          allowed: (required + optional).map(\.rawValue).joined(separator: ", "),
          hidingValue: true)
        continue
      }
      if parameter == .kind {
        profile = known.kind(node)
        parameters.kind = profile?.kind
        checkService(node, profile, formula)
      } else {
        read(parameter, node, profile, into: &parameters)
      }
    }
    return parameters
  }

  private func read(
    _ parameter: Indicator.Parameter, _ node: YAMLNode, _ profile: Profile?,
    into parameters: inout Indicator.Parameters
  ) {
    switch parameter {
    case .kind: break
    case .siteType: parameters.siteType = known.siteType(node)
    case .unitLevel: parameters.unitLevel = known.level(node)
    case .areaClasses: parameters.areaClasses = list(node, known.areaClass)
    case .daysMin: parameters.daysMin = node.partsPerMillion()
    case .availabilityMin: parameters.availabilityMin = node.partsPerMillion()
    case .priority: parameters.priority = node.word(Indicator.Priority.self)
    case .measure: parameters.measure = node.word(Indicator.Measure.self)
    case .within: parameters.within = node.duration()
    case .flag: parameters.flag = known.flag(node)
    case .figure: parameters.figure = known.figure(node, of: profile, [.maximum])
    case .securityLevels: parameters.securityLevels = list(node) { $0.integer(in: 1...5) }
    }
  }

  /// Whether something is ready is only known of kinds that say when.
  private func checkService(
    _ node: YAMLNode, _ profile: Profile?, _ formula: Indicator.Formula
  ) {
    guard formula == .unitsReady, let profile, profile.service.isEmpty else { return }
    let kinds = known.profiles.filter { !$0.service.isEmpty }.map(\.kind)
    node.report(
      "the kind has no conditions of service", allowed: kinds.joined(separator: ", "))
  }

  private func list<Element>(
    _ node: YAMLNode, _ read: (YAMLNode) -> Element?
  ) -> [Element]? {
    guard let elements = node.sequence(countMax: Self.listCountMax) else { return nil }
    guard !elements.isEmpty else {
      node.report("the list is empty", allowed: "one or more")
      return nil
    }
    return elements.compactMap(read)
  }
}

extension Indicator.Formula {
  /// It counts units, devices or systems, so that the count can be told instead of the share.
  var countsThings: Bool {
    switch self {
    case .fulfilment, .aiVoice, .meetingsOnTime: false
    default: true
    }
  }
}
