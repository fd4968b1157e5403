// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The account of one figure for the terminal.
package enum TextFigureExplanation {
  /// A year and a day; of what is beyond the sum is told.
  static let daysListedMax = 366
  /// A month's days line by line; each has at most `UsageAccount.rowsMax` lines.
  static let daysDetailedMax = 31

  package static func render(_ explanation: FigureExplanation) -> String {
    let words = Words(language: explanation.language)
    return Renderer(explanation: explanation, words: words).text
  }

  private struct Renderer {
    let explanation: FigureExplanation
    let words: Words
    let format: LocalFormat

    init(explanation: FigureExplanation, words: Words) {
      self.explanation = explanation
      self.words = words
      format = LocalFormat(words: words)
    }

    var figure: UsageFigure { explanation.figure }

    var text: String {
      head + "\n" + dayTable + details
    }

    // MARK: Head

    private var head: String {
      let device = explanation.device
      let name = device.name.isEmpty ? device.id : "\(device.name) (\(device.id))"
      var text = "\(words.figureExplanationTitle)\n"
      text += "\(words.device): \(name), \(words.title(explanation.kindTitle))\n"
      text += "\(words.figure): \(words.title(figure.title)) (\(figure.name))\n"
      text += "\(words.period): \(format.period(explanation.period)) (\(words.timeZone))\n"
      text += "\(words.knownUntil): \(format.instant(explanation.knownUntil))\n"
      text += "\(words.sealing(explanation.seal))\n"
      text += "\(words.definition(of: figure, hold: format.length(explanation.holdMax)))\n"
      text += "\(words.source(of: figure, metric: explanation.metric, format))\n"
      for placed in explanation.placed {
        let days = placed.days.map { days in
          " (\(LocalTime.date(ofDay: days.lowerBound)) – \(LocalTime.date(ofDay: days.upperBound)))"
        }
        text += "\(words.inTheReport), \(placed.place)\(days ?? ""): "
        text += "\(shown(placed.result.amount, withRaw: true))"
        if let at = placed.result.at { text += "; \(words.at.lowercased()) \(format.instant(at))" }
        text += "\n"
      }
      for interval in explanation.lost {
        text += "\(words.useLost(format.period(interval)))\n"
      }
      return text
    }

    // MARK: Days

    private var dayTable: String {
      var table = TextTable([
        (words.dayHeading, .left), (words.value, .right), (words.rawValue, .right),
        (words.stateHeading, .left), (words.evidenceHeading, .left),
      ])
      let listed = explanation.days.prefix(TextFigureExplanation.daysListedMax)
      for day in listed {
        table.append([
          name(of: day), shown(day.amount), raw(day.amount), words.standing(day.standing),
          evidence(of: day),
        ])
      }
      let rest = explanation.days.dropFirst(listed.count)
      if !rest.isEmpty {
        let sum = UsageAccount.together(
          rest.map { ($0.amount, $0.covered) }, by: figure.formula)
        table.append([words.otherDays(format.count(rest.count)), shown(sum), raw(sum), "", ""])
      }
      let sum = UsageAccount.together(
        explanation.days.map { ($0.amount, $0.covered) }, by: figure.formula)
      table.append([words.together(by: figure.formula), shown(sum), raw(sum), "", ""])
      return table.render()
    }

    private func name(of day: FigureExplanation.Day) -> String {
      let date = LocalTime.date(ofDay: day.day)
      return day.interval.duration == LocalTime.dayLength
        ? date : format.period(day.interval)
    }

    private func evidence(of day: FigureExplanation.Day) -> String {
      var parts: [String] = []
      if let account = day.account {
        let count = account.rows.reduce(0) { $0 + $1.readingCount }
        if count == 0 { parts.append(words.noReadingTells) }
      } else {
        parts.append(words.readingsGone(isSealed: day.amount != nil))
      }
      if let at = day.at { parts.append("\(words.at.lowercased()) \(format.instant(at))") }
      if isWeighted, day.covered < day.interval.duration {
        parts.append(words.uncovered(format.length(day.interval.duration - day.covered)))
      }
      if day.isOtherNow { parts.append(words.otherByTodaysRules(shown(day.account?.amount))) }
      return parts.joined(separator: "; ")
    }

    private var isWeighted: Bool {
      [.mean, .integral, .duration].contains(figure.formula)
    }

    // MARK: Lines

    private var details: String {
      let told = explanation.days.filter { !($0.account?.rows.isEmpty ?? true) }
      var text = ""
      for day in told.prefix(TextFigureExplanation.daysDetailedMax) {
        guard let account = day.account else { continue }
        text += "\n\(words.detail(of: name(of: day)))"
        if account.isByHour { text += " (\(words.byHour(UsageAccount.rowsMax)))" }
        text += "\n" + table(of: account)
      }
      if told.count > TextFigureExplanation.daysDetailedMax {
        text += "\n"
        text += words.daysCut(
          TextFigureExplanation.daysDetailedMax, of: format.count(told.count)) + "\n"
      }
      return text
    }

    private func table(of account: UsageAccount) -> String {
      var table = TextTable([
        (words.from, .left), (words.to, .left), (words.howCounted, .left),
        (words.firstReading, .left), (words.lastReading, .left), (words.readings, .right),
        (words.adds, .right), (words.rawValue, .right),
      ])
      for row in account.rows {
        table.append([
          clock(row.interval.start), clock(row.interval.end),
          words.source(row, isDuration: figure.formula == .duration), told(row.first),
          told(row.last), format.count(row.readingCount), shown(row.amount), raw(row.amount),
        ])
      }
      let sum = account.amount
      table.append([
        words.together(by: figure.formula), "", "", "", "", "", shown(sum), raw(sum),
      ])
      return table.render()
    }

    /// hh:mm:ss: the table is of one day.
    private func clock(_ instant: Milliseconds) -> String {
      String(format.instant(instant).suffix(8))
    }

    private func told(_ told: UsageRow.Told?) -> String {
      guard let told else { return "–" }
      let value = words.value(told.value, of: explanation.metric, format)
      return "\(format.instant(told.at)): \(value)"
    }

    // MARK: Amounts

    private func shown(_ amount: UsageResult.Amount?, withRaw: Bool = false) -> String {
      guard let amount else { return words.noFigure }
      let unit = words.shown(unit: figure.unit)
      var text = format.number(amount.double / figure.divisor)
      if case .whole(let value) = amount, figure.divisor == 1 { text = format.count(value) }
      if !unit.isEmpty { text += " \(unit)" }
      return withRaw && figure.divisor != 1 ? "\(text) (= \(raw(amount)))" : text
    }

    /// Exact, before the divisor: these can be added by hand.
    private func raw(_ amount: UsageResult.Amount?) -> String {
      guard let amount else { return "–" }
      let number: String
      switch amount {
      case .whole(let value): number = format.count(value)
      case .number(let value): number = format.number(value, decimals: 6)
      }
      let unit = words.rawUnit(of: figure, metric: explanation.metric)
      return unit.isEmpty ? number : "\(number) \(unit)"
    }
  }
}
