// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What section I says beside its numbers.
extension Words {
  var indicatorHeading: String { pick("Chỉ tiêu", "Target") }
  var planHeading: String { pick("Kế hoạch", "Plan") }
  var resultHeading: String { pick("Kết quả thực hiện", "Result") }
  var completionHeading: String { pick("Tỷ lệ hoàn thành (%)", "Completion (%)") }
  var previousHeading: String { pick("So với kỳ trước", "Against the period before") }
  var remarkHeading: String { pick("Ghi chú", "Note") }

  /// Nil if there is nothing to say.
  func note(of result: IndicatorResult, _ format: LocalFormat) -> String? {
    var parts: [String] = []
    if result.denominator == 0 {
      parts.append(pick("không có đối tượng để tính", "nothing to count"))
    }
    if result.failingCount > 0 {
      let others = result.failingCount - result.failing.count
      let names = result.failing.joined(separator: ", ")
      let rest = others > 0 ? pick(" và \(others) nơi khác", " and \(others) more") : ""
      parts.append(pick("chưa đạt: ", "short of the plan: ") + names + rest)
    }
    if result.undecidedCount > 0, let highest = result.valueHighest {
      let bound = self.value(highest, of: result.indicator, format)
      parts.append(
        pick(
          "\(result.undecidedCount) chưa rõ do không có số liệu (cao nhất \(bound))",
          "\(result.undecidedCount) undecided for want of data (at most \(bound))"))
    }
    if result.unverifiableCount > 0 {
      let count = format.count(result.unverifiableCount)
      parts.append(
        pick(
          "\(count) lượt phát chưa xác minh được, không tính",
          "\(count) bulletins unverifiable, not counted"))
    }
    for quota in result.quotas {
      let use = "\(format.count(quota.usedMegabytes))/\(format.count(quota.quotaMegabytes)) MB"
      let over = quota.overCount > 0
        ? pick(", \(quota.overCount) SIM vượt hạn mức", ", \(quota.overCount) over quota") : ""
      let unknown = pick("chưa rõ nhà mạng", "no provider")
      parts.append("\(quota.provider.isEmpty ? unknown : quota.provider): \(use)\(over)")
    }
    guard let first = parts.first?.first else { return nil }
    return first.uppercased() + parts.joined(separator: "; ").dropFirst()
  }

  /// A value of an indicator: percentages with two decimals, counts as whole numbers.
  func value(_ value: Int64?, of indicator: Indicator, _ format: LocalFormat) -> String {
    guard let value else { return "–" }
    return indicator.isShare
      ? format.percent(value) : format.number(Double(value) / Double(Indicator.partsOfUnit))
  }

  /// The plan as it was set.
  func plan(of indicator: Indicator, _ format: LocalFormat) -> String {
    format.exactPercent(indicator.plan)
  }

  /// "+1,25" or "-3"; percentages in percentage points.
  func change(of result: IndicatorResult, _ format: LocalFormat) -> String {
    guard let value = result.value, let previous = result.previousValue else { return "–" }
    let change = value - previous
    return (change > 0 ? "+" : "") + format.number(Double(change) / Double(Indicator.partsOfUnit))
  }
}

extension IndicatorResult {
  /// The columns of section I, without the first (STT).
  package static func headings(in language: Language) -> [String] {
    let words = Words(language: language)
    return [
      words.indicatorHeading, words.unit, words.planHeading, words.resultHeading,
      words.completionHeading, words.previousHeading, words.remarkHeading,
    ]
  }

  /// One line under ``headings(in:)``.
  package func cells(in language: Language) -> [String] {
    let words = Words(language: language)
    let format = LocalFormat(words: words)
    return [
      words.title(indicator.title), indicator.unit, words.plan(of: indicator, format),
      words.value(value, of: indicator, format), completion.map(format.percent) ?? "–",
      words.change(of: self, format), words.note(of: self, format) ?? "",
    ]
  }
}
