// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What became of the programme's targets: a line each, then unit by unit.
extension DocumentBuilder {
  /// More lines than these belong to a program: JSON has them.
  private static let partCountMax = 500

  func indicators() -> [DocumentSection.Part] {
    guard !report.indicators.isEmpty else { return [.note(words.noIndicators)] }
    let headings = IndicatorResult.headings(in: report.language)
    var table = DocumentTable(
      name: words.indicatorTable,
      columns: [
        .number(words.number, width: 5), .name(headings[0], width: 24),
        .word(headings[1], width: 6), .number(headings[2], width: 7),
        .number(headings[3], width: 8), .number(headings[4], width: 8),
        .number(headings[5], width: 8), .text(headings[6], width: 28),
      ])
    for (position, result) in report.indicators.enumerated() {
      table.append([
        .count(position + 1), .text(words.title(result.indicator.title)),
        .text(result.indicator.unit), amount(result.indicator.plan, of: result.indicator),
        amount(result.value, of: result.indicator), .percent(result.completion, nil, nil),
        change(of: result), .text(words.note(of: result, format)),
      ])
    }
    return [.table(table)] + parts()
  }

  private func parts() -> [DocumentSection.Part] {
    let count = report.indicators.reduce(0) { $0 + $1.parts.count }
    guard count > 0 else { return [] }
    guard count <= Self.partCountMax else { return [.note(words.indicatorPartsCut)] }
    let headings = IndicatorResult.headings(in: report.language)
    var table = DocumentTable(
      name: words.indicatorPartTable,
      columns: [
        .name(headings[0], width: 28), .text(words.reportUnit, width: 20),
        .number(words.numerator, width: 9), .number(words.denominator, width: 9),
        .number(headings[3], width: 10),
      ])
    for result in report.indicators {
      for (position, part) in result.parts.enumerated() {
        let title = words.title(result.indicator.title)
        table.append([
          position == 0 ? .text(title) : .repeated(title),
          .text(part.name.isEmpty ? part.code : part.name), .count(part.numerator),
          .count(part.denominator), amount(part.value, of: result.indicator),
        ])
      }
    }
    return [.table(table)]
  }

  /// Of ten-thousandths of the indicator's unit: percentages and counts.
  private func amount(_ value: Int64?, of indicator: Indicator) -> Cell {
    guard let value else { return .absent }
    return indicator.isShare
      ? .percent(value, lowest: nil, highest: nil)
      : .number(Double(value) / Double(Indicator.partsOfUnit), decimals: 2)
  }

  private func change(of result: IndicatorResult) -> Cell {
    guard let value = result.value, let previous = result.previousValue else { return .absent }
    return .change(Double(value - previous) / Double(Indicator.partsOfUnit))
  }
}
