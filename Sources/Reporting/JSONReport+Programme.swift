// SPDX-License-Identifier: Apache-2.0

/// Targets and ranking of the report for programs.
extension JSONReport {
  /// Values and plans in ten-thousandths of the unit: parts per million where it is `%`.
  struct IndicatorPart: Encodable {
    var name: String
    var formula: String
    var unit: String
    var plan: Int64
    var numerator: Int64
    var numeratorHighest: Int64
    var denominator: Int64
    var value: Int64?
    var valueHighest: Int64?
    var completionPpm: Int64?
    var previousValue: Int64?
    var failing: [String]
    var failingCount: Int
    var undecidedCount: Int
    var unverifiableCount: Int64
    var parts: [Part]

    struct Part: Encodable {
      var code: String
      var name: String
      var numerator: Int64
      var denominator: Int64
      var value: Int64?
    }

    init(_ result: IndicatorResult) {
      name = result.indicator.name
      formula = result.indicator.formula.rawValue
      unit = result.indicator.unit
      plan = result.indicator.plan
      numerator = result.numerator
      numeratorHighest = result.numeratorHighest
      denominator = result.denominator
      value = result.value
      valueHighest = result.valueHighest
      completionPpm = result.completion
      previousValue = result.previousValue
      failing = result.failing
      failingCount = result.failingCount
      undecidedCount = result.undecidedCount
      unverifiableCount = result.unverifiableCount
      parts = result.parts.map {
        Part(
          code: $0.code, name: $0.name, numerator: $0.numerator, denominator: $0.denominator,
          value: $0.value)
      }
    }
  }

  /// Scores in hundredths of a point, 0 to 10,000.
  struct RankingPart: Encodable {
    var level: String
    var rows: [Row]

    struct Row: Encodable {
      var code: String
      var name: String
      var rank: Int?
      var score: Int64?
      var service: Int64?
      var usage: Int64?
      var quality: Int64?
      var devices: Int
      var small: Bool
      var observedPpm: Int64?
      var notRanked: String?
    }

    init(_ ranking: Ranking) {
      level = ranking.level
      rows = ranking.rows.map {
        Row(
          code: $0.code, name: $0.name, rank: $0.rank, score: $0.score, service: $0.service,
          usage: $0.usage, quality: $0.quality, devices: $0.deviceCount, small: $0.isSmall,
          observedPpm: $0.observed, notRanked: $0.notRanked?.rawValue)
      }
    }
  }
}
