// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("an explained target or rank")
struct ProgrammeExplanationTests {
  /// Every formula once.
  private static let targets: ProgrammeTargets = {
    ProgrammeTargets(
      indicators: Indicator.Formula.allCases.map { formula in
        var parameters = Indicator.Parameters()
        switch formula {
        case .unitsWithDevice, .unitsWorking: parameters.unitLevel = "village"
        case .unitsReady: (parameters.unitLevel, parameters.kind) = ("commune", "video-endpoint")
        case .coverageByAreaClass:
          (parameters.unitLevel, parameters.areaClasses) = ("village", ["", "III"])
        case .devicesWithFlag: parameters.flag = "ipv6"
        case .dataAgainstQuota: parameters.figure = "data_month"
        default: break
        }
        return Indicator(
          name: formula.rawValue, titleVi: "Chỉ tiêu \(formula)", titleEn: "\(formula)",
          plan: 1_000_000, level: "commune", formula: formula, parameters: parameters)
      })
  }()

  private static func report(
    _ fleet: ExplainedFleet, _ period: Interval, _ previous: Interval
  ) throws -> Report {
    try Report.build(
      store: fleet.fixture.store, profiles: fleet.fixture.profiles, period: period,
      previous: previous, language: .en, targets: targets)
  }

  @Test("has the report's result, and its lines sum to numerator and denominator")
  func indicators() throws {
    let fleet = try ExplainedFleet()
    let middle = LocalTime.start(ofDay: fleet.sealedThrough + 1)
    let period = Interval(start: middle, end: fleet.period.end)
    let previous = Interval(start: fleet.period.start, end: middle)
    let report = try Self.report(fleet, period, previous)
    #expect(report.indicators.count == Indicator.Formula.allCases.count)
    for result in report.indicators {
      let name = result.indicator.name
      let explained = try #require(
        try IndicatorExplanation.build(
          store: fleet.fixture.store, profiles: fleet.fixture.profiles, indicator: name,
          period: period, previous: previous, targets: Self.targets, language: .en))
      let place: Comment = "seed \(fleet.seed) \(name)"
      #expect(explained.result == result, place)
      #expect(explained.previous?.value == result.previousValue, place)
      let lines = explained.lines
      #expect(lines.reduce(0) { $0 + $1.numerator } == result.numerator, place)
      #expect(lines.reduce(0) { $0 + $1.denominator } == result.denominator, place)
      #expect(lines.reduce(0) { $0 + $1.highest } == result.numeratorHighest, place)
      #expect(
        lines.count { $0.isShort } == result.failingCount + result.undecidedCount, place)
      for language in Language.allCases {
        var explained = explained
        explained.language = language
        let text = TextIndicatorExplanation.render(explained)
        for line in lines { #expect(text.contains(line.name), place) }
      }
    }
    #expect(report.indicators.count { $0.denominator > 0 } >= 7, "seed \(fleet.seed)")
  }

  @Test("has the report's row, and its devices make the components and the score")
  func ranks() throws {
    let fleet = try ExplainedFleet(deviceCountOfKind: 3)
    let report = try Self.report(fleet, fleet.period, fleet.period)
    var count = 0
    for ranking in report.rankings {
      for row in ranking.rows {
        let explained = try RankingExplanation.build(
          store: fleet.fixture.store, profiles: fleet.fixture.profiles, unit: row.code,
          period: fleet.period, targets: Self.targets, language: .en)
        let place: Comment = "seed \(fleet.seed) \(row.code)"
        #expect(explained.row == row, place)
        #expect(explained.ranking == ranking, place)
        Self.compare(explained, place)
        count += explained.parts.count
        let text = TextRankingExplanation.render(explained)
        for part in explained.parts { #expect(text.contains(part.facts.device.id), place) }
      }
    }
    #expect(count > 0, "seed \(fleet.seed)")
    for (unit, reason) in [
      ("nowhere", RankingExplanation.NotThere.unknownUnit),
      ("98", .levelNotRanked("province", ranked: ["village", "commune"])),
    ] {
      #expect(throws: reason) {
        try RankingExplanation.build(
          store: fleet.fixture.store, profiles: fleet.fixture.profiles, unit: unit,
          period: fleet.period, targets: Self.targets)
      }
    }
  }

  /// Points by the words of docs/RANKING.md, from the sums of the devices.
  private static func compare(_ explained: RankingExplanation, _ place: Comment) {
    func sum(_ value: KeyPath<RankingSums, Int64>) -> Int64 {
      explained.parts.reduce(0) { $0 + $1.sums[keyPath: value] }
    }
    for value: KeyPath<RankingSums, Int64> in [
      \.served, \.judged, \.unobserved, \.expected, \.requested, \.played, \.used, \.usedDays,
      \.clean, \.received,
    ] {
      #expect(sum(value) == explained.sums[keyPath: value], place)
    }
    func points(_ share: Double, _ target: Double) -> Double { min(1, share / target) * 10_000 }
    let row = explained.row
    if sum(\.judged) > 0 {
      let share = Double(sum(\.served)) / Double(sum(\.judged))
      #expect(abs(points(share, 0.995) - Double(row.service ?? -9)) <= 1, place)
    }
    if sum(\.requested) > 0 {
      let share = Double(sum(\.played)) / Double(sum(\.requested))
      #expect(abs(points(share, 1) - Double(row.usage ?? -9)) <= 1, place)
    }
    let components = [(row.service, 50.0), (row.usage, 30), (row.quality, 20)]
      .compactMap { points, weight in points.map { (Double($0), weight) } }
    let weights = components.reduce(0) { $0 + $1.1 }
    if weights > 0, let score = row.score {
      let mean = components.reduce(0) { $0 + $1.0 * $1.1 } / weights
      #expect(abs(mean - Double(score)) <= 0.5 + 1e-9, place)
    }
  }
}
