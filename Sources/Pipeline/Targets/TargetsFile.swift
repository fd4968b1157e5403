// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

/// Reads `targets.yaml`: the targets of a programme and the ranking, against the kinds of device
/// and the registry that they name.
package enum TargetsFile {
  /// The name of the file in the folder of a complete pipeline.
  package static let name = "targets.yaml"

  static let keys = ["indicators", "ranking"]

  /// - Parameter registry: nil where there is none yet: types of sites and classes of area are
  ///   then taken as they stand.
  /// - Throws: everything wrong with the file.
  package static func load(
    path: String, profiles: [Profile], registry: Registry?
  ) throws(ConfigurationErrors) -> ProgrammeTargets {
    let problems = ConfigurationProblems()
    let text = ConfigurationFile.text(
      at: path, sizeBytesMax: YAMLDocument.sizeBytesMax, problems: problems)
    return try targets(in: text, file: path, profiles, registry, problems)
  }

  /// The same from the bytes of a file; `path` is only for messages.
  package static func targets(
    in bytes: [UInt8], file path: String, profiles: [Profile], registry: Registry?
  ) throws(ConfigurationErrors) -> ProgrammeTargets {
    let problems = ConfigurationProblems()
    let text = ConfigurationFile.text(in: bytes, file: path, problems: problems)
    return try targets(in: text, file: path, profiles, registry, problems)
  }

  private static func targets(
    in text: String?, file path: String, _ profiles: [Profile], _ registry: Registry?,
    _ problems: ConfigurationProblems
  ) throws(ConfigurationErrors) -> ProgrammeTargets {
    let known = TargetNames(profiles: profiles, registry: registry)
    let targets =
      text
      .flatMap { YAMLDocument.root(in: $0, file: path, environment: nil, problems: problems) }
      .flatMap { self.targets($0, known) }
    try problems.throwIfAny()
    guard let targets else { preconditionFailure("targets refused silently") }
    return targets
  }

  private static func targets(_ root: YAMLNode, _ known: TargetNames) -> ProgrammeTargets? {
    guard let map = root.mapping(keys: keys) else { return nil }
    let reader = IndicatorReader(known: known)
    let indicators = map.required("indicators").map {
      named($0, countMax: Indicator.countMax, reader.indicator)
    }
    let ranking = map["ranking"].map { RankingReader(known: known).ranking($0) }
    return ProgrammeTargets(indicators: indicators ?? [], ranking: ranking ?? RankingSettings())
  }
}

/// What a file of targets may name.
struct TargetNames {
  let profiles: [Profile]
  /// Nil where nothing tells.
  let siteTypes: [String]?
  let areaClasses: [String]?

  init(profiles: [Profile], registry: Registry?) {
    self.profiles = profiles
    siteTypes = registry.map { Set($0.sites.map(\.type)).sorted() }
    areaClasses = registry.map { Set($0.units.map(\.areaClass)).subtracting([""]).sorted() }
  }

  func kind(_ node: YAMLNode) -> Profile? {
    node.word(from: Dictionary(profiles.map { ($0.kind, $0) }) { first, _ in first })
  }

  func level(_ node: YAMLNode) -> String? {
    node.word(from: Dictionary(uniqueKeysWithValues: RegistryUnits.levels.map { ($0, $0) }))
  }

  func siteType(_ node: YAMLNode) -> String? { name(node, in: siteTypes) }

  func areaClass(_ node: YAMLNode) -> String? { name(node, in: areaClasses) }

  /// A figure of use of some form that the kind has, or any kind.
  func figure(_ node: YAMLNode, of profile: Profile?, _ formulas: Set<UsageFigure.Formula>)
    -> String?
  {
    let figures = (profile.map { [$0] } ?? profiles).flatMap(\.usage)
      .filter { formulas.contains($0.formula) }
    return node.word(from: Dictionary(figures.map { ($0.name, $0.name) }) { first, _ in first })
  }

  /// A flag that the kind has and that the figures of a day tell of.
  func flag(_ node: YAMLNode) -> String? {
    let flags = Indicator.flags.filter { name in
      CommonMetrics.all.contains { $0.name == name && $0.form == .flag }
    }
    return node.word(from: Dictionary(uniqueKeysWithValues: flags.map { ($0, $0) }))
  }

  private func name(_ node: YAMLNode, in known: [String]?) -> String? {
    guard let known else { return node.text() }
    return node.word(from: Dictionary(uniqueKeysWithValues: known.map { ($0, $0) }))
  }
}

extension YAMLNode {
  /// A percentage above 0, up to 100, in parts per million.
  func partsPerMillion() -> Int64? {
    guard let percent = number() else { return nil }
    if let parts = UptimeSettings.partsPerMillion(percent: percent) { return parts }
    report("out of range", allowed: "percent above 0, up to 100")
    return nil
  }
}
