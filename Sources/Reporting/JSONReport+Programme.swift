// SPDX-License-Identifier: Apache-2.0

/// Targets and ranking of the report for programs.
extension JSONReport {
  /// Values and plans in ten-thousandths of the unit: parts per million where it is `%`.
  static func append(_ result: IndicatorResult, to json: inout JSONWriter) {
    json.beginObject()
    json.field("completion_ppm", result.completion)
    json.field("denominator", result.denominator)
    json.field("failing", result.failing)
    json.field("failing_count", result.failingCount)
    json.field("formula", result.indicator.formula.rawValue)
    json.field("name", result.indicator.name)
    json.field("numerator", result.numerator)
    json.field("numerator_highest", result.numeratorHighest)
    json.array("parts", result.parts) { part, json in
      json.beginObject()
      json.field("code", part.code)
      json.field("denominator", part.denominator)
      json.field("name", part.name)
      json.field("numerator", part.numerator)
      json.field("value", part.value)
      json.endObject()
    }
    json.field("plan", result.indicator.plan)
    json.field("previous_value", result.previousValue)
    json.field("undecided_count", result.undecidedCount)
    json.field("unit", result.indicator.unit)
    json.field("unverifiable_count", result.unverifiableCount)
    json.field("value", result.value)
    json.field("value_highest", result.valueHighest)
    json.endObject()
  }

  /// Scores in hundredths of a point, 0 to 10,000.
  static func append(_ ranking: Ranking, to json: inout JSONWriter) {
    json.beginObject()
    json.field("level", ranking.level)
    json.array("rows", ranking.rows) { row, json in
      json.beginObject()
      json.field("code", row.code)
      json.field("devices", row.deviceCount)
      json.field("name", row.name)
      json.field("not_ranked", row.notRanked?.rawValue)
      json.field("observed_ppm", row.observed)
      json.field("quality", row.quality)
      json.field("rank", row.rank.map { Int64($0) })
      json.field("score", row.score)
      json.field("service", row.service)
      json.field("small", row.isSmall)
      json.field("usage", row.usage)
      json.endObject()
    }
    json.endObject()
  }
}
