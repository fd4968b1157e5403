// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("targets.yaml")
struct TargetsFileTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static let valid = """
    indicators:
      wifi:
        title: { vi: Có Wi-Fi, en: Wi-Fi }
        plan: 97.5
        level: commune
        formula: share_of_units_working
        kind: ap
        unit_level: village
        site_type: house
        days_min: 80
      data:
        title: { vi: Dữ liệu, en: Data }
        plan: 12
        unit: SIM
        level: province
        formula: data_against_quota
        figure: data_month
      levels:
        title: { vi: Cấp độ, en: Levels }
        plan: 100
        level: commune
        formula: share_of_systems_at_level
        security_levels: [2, 3]
    ranking:
      weights: { service: 1, usage: 0, quality: 2 }
      targets: { usage: 60 }
      figure: minutes
    """

  static func profile(_ kind: String, isConditioned: Bool) -> Profile {
    func title(_ text: String) -> Title { Title(vi: text, en: text) }
    return Profile(
      kind: kind, title: title(kind), version: 1, reportInterval: 60_000, offlineAfter: 180_000,
      serviceHours: [], metrics: CommonMetrics.all,
      service: isConditioned
        ? [Condition(metric: "ipv6", comparison: .equal, constant: .number(1))] : [],
      usage: [
        UsageFigure(
          name: "data_month", title: title("d"), metric: "cpu", formula: .maximum, unit: "MB"),
        UsageFigure(
          name: "minutes", title: title("m"), metric: "cpu", formula: .integral, unit: "min"),
      ], alerts: [])
  }

  func load(_ text: String) throws -> ProgrammeTargets {
    let registry = Registry(
      units: [Unit(code: "1", name: "", level: "village", areaClass: "III")],
      sites: [Site(code: "s", name: "", type: "house", unit: "1")])
    return try TargetsFile.targets(
      in: Array(text.utf8), file: "targets.yaml",
      profiles: [
        Self.profile("ap", isConditioned: false), Self.profile("hall", isConditioned: true),
      ], registry: registry)
  }

  @Test("a valid file is read whole, in its order, percentages as parts per million")
  func valid() throws {
    let targets = try load(Self.valid)
    #expect(targets.indicators.map(\.name) == ["wifi", "data", "levels"])
    let wifi = targets.indicators[0]
    #expect(wifi.plan == 975_000 && wifi.isShare && wifi.formula == .unitsWorking)
    #expect(wifi.parameters.daysMin == 800_000 && wifi.parameters.siteType == "house")
    #expect(targets.indicators[1].plan == 120_000 && !targets.indicators[1].isShare)
    #expect(targets.indicators[2].parameters.securityLevels == [2, 3])
    var ranking = RankingSettings()
    (ranking.weights.service, ranking.weights.usage, ranking.weights.quality) = (1, 0, 2)
    (ranking.usageTarget, ranking.usageFigure) = (60_000_000, "minutes")
    #expect(targets.ranking == ranking)
  }

  @Test(
    "each mistake is refused at its place, with what is allowed and the nearest name",
    arguments: [
      ("kind: ap", "kind: app", 7, 11, "did you mean 'ap'?"),
      ("level: commune\n    formula: share_of_units", "level: comune\n    formula: share_of_units",
        5, 12, "did you mean 'commune'?"),
      ("unit_level: village", "unit_level: hamlet", 8, 17, "nation"),
      ("site_type: house", "site_type: hause", 9, 16, "did you mean 'house'?"),
      ("formula: share_of_units_working", "formula: share_of_units_workin", 6, 14,
        "did you mean 'share_of_units_working'?"),
      ("days_min: 80", "days_min: 101", 10, 15, "percent above 0"),
      ("days_min: 80", "priority: urgent", 10, 15, "does not take it"),
      ("plan: 97.5", "plan: 100.5", 4, 11, "up to 100"), ("plan: 12", "plan: 0", 13, 11, "above 0"),
      ("    kind: ap\n", "", 3, 5, "'kind' is missing"),
      ("figure: data_month", "figure: minutes", 17, 13, "data_month"),
      ("[2, 3]", "[6]", 23, 23, "1…5"), ("[2, 3]", "[]", 23, 22, "empty"),
      ("service: 1, usage: 0, quality: 2", "service: 0, usage: 0, quality: 0", 25, 12, "weigh"),
      ("usage: 60 }", "usage: -1 }", 26, 21, "above 0"),
      ("figure: minutes", "figure: data_month", 27, 11, "minutes"),
      ("share_of_units_working", "share_of_units_ready", 7, 11, "conditions of service"),
      ("ranking:", "rankings:", 24, 1, "did you mean 'ranking'?"),
      ("data_against_quota", "fulfilment", 14, 11, "gives a share"),
      ("  data:", "  Data:", 11, 3, "not a valid name"),
    ])
  func mistakes(old: String, new: String, line: Int, column: Int, said: String) throws {
    try #require(Self.valid.contains(old))
    let error = try #require(throws: ConfigurationErrors.self) {
      _ = try load(Self.valid.replacingOccurrences(of: old, with: new))
    }
    #expect(
      error.errors.contains {
        $0.line == line && $0.column == column && $0.description.contains(said)
      }, "\(error)")
  }

  @Test("every formula can be written with its parameters, and the store gives back what it keeps")
  func everyFormula() throws {
    let values: [Indicator.Parameter: String] = [
      .kind: "hall", .siteType: "house", .unitLevel: "village", .areaClasses: "[III]",
      .daysMin: "50", .availabilityMin: "99", .priority: "urgent", .measure: "bulletins",
      .within: "2h", .flag: "ipv6", .figure: "data_month", .securityLevels: "[1]",
    ]
    var text = "indicators:\n"
    for formula in Indicator.Formula.allCases {
      text += "  a_\(formula.rawValue):\n    title: { vi: Đ, en: E }\n    plan: 10\n"
      text += "    level: commune\n    formula: \(formula.rawValue)\n"
      let (required, optional) = formula.parameters
      for parameter in required + optional {
        text += "    \(parameter.rawValue): \(try #require(values[parameter]))\n"
      }
    }
    let targets = try load(text)
    #expect(targets.indicators.map(\.formula) == Indicator.Formula.allCases)
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.path + "/store.sqlite", access: .readWrite)
    #expect(try ProgrammeTargets.inForce(in: store) == ProgrammeTargets())
    try targets.save(in: store)
    #expect(try ProgrammeTargets.inForce(in: store) == targets)
    try store.setSetting("targets", "{\"indicators\":1}")
    #expect(throws: StoreError.self) { try ProgrammeTargets.inForce(in: store) }
    store.close()
  }

  @Test("the targets that are shipped fit the profiles and the registry, and name every parameter")
  func shipped() throws {
    let profiles = try ProfileLoader.load(directory: Self.root + "/devices")
    let pipeline = Self.root + "/pipelines/commune"
    let registry = try RegistryFiles.load(
      directory: pipeline + "/registry", knownKinds: Set(profiles.map(\.kind)))
    let targets = try TargetsFile.load(
      path: "\(pipeline)/\(TargetsFile.name)", profiles: profiles, registry: registry)
    #expect(Set(targets.indicators.map(\.formula)) == Set(Indicator.Formula.allCases))
    #expect(targets.ranking == RankingSettings())
  }

  @Test("every formula and parameter stands in its page, every weight in the ranking's")
  func documented() throws {
    func page(_ name: String) throws -> String {
      try String(contentsOfFile: "\(Self.root)/docs/\(name).md", encoding: .utf8)
    }
    let indicators = try page("INDICATORS")
    for word in Indicator.Formula.allCases.map(\.rawValue) + Indicator.Parameter.allCases.map(
      \.rawValue)
    {
      #expect(indicators.contains("`\(word)`"), "\(word)")
    }
    let ranking = try page("RANKING")
    for word in RankingReader.keys { #expect(ranking.contains("`\(word)`"), "\(word)") }
  }
}
