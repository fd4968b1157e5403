// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The account of one target for the terminal.
package enum TextIndicatorExplanation {
  /// A province's communes, or the devices of some communes; the sums are of all.
  static let linesMax = 1_000
  /// Devices that are named of one unit.
  static let devicesOfUnitMax = 20

  package static func render(_ explanation: IndicatorExplanation) -> String {
    let words = Words(language: explanation.language)
    return Renderer(
      explanation: explanation, words: words, format: LocalFormat(words: words)
    ).text
  }

  private struct Renderer {
    let explanation: IndicatorExplanation
    let words: Words
    let format: LocalFormat

    var result: IndicatorResult { explanation.result }
    var indicator: Indicator { result.indicator }

    var text: String { head + "\n" + lines }

    private var head: String {
      var text = "\(words.indicatorExplanationTitle)\n"
      text += "\(words.indicatorHeading): \(words.title(indicator.title)) (\(indicator.name))\n"
      text += "\(words.period): \(format.period(explanation.period)) (\(words.timeZone))\n"
      text += "\(words.knownUntil): \(format.instant(explanation.knownUntil))\n"
      text += "\(words.sealing(explanation.seal))\n"
      let formula = words.formula(
        of: indicator, availabilityTarget: explanation.availabilityTarget, format)
      text += "\(words.howMade): \(formula)\n"
      text += "\(words.numerator) \(amount(result.numerator)), "
      text += "\(words.denominator.lowercased()) \(amount(result.denominator))\n"
      text += "\(words.resultHeading): \(value(result.value)); "
      text += "\(words.planHeading.lowercased()) "
      text += "\(words.plan(of: indicator, format)) \(indicator.unit); "
      text += "\(words.completionHeading.lowercased()) "
      text += "\(result.completion.map(format.percent) ?? "–")\n"
      text += "\(words.previousResult): \(before)\n"
      if let note = words.note(of: result, format) { text += "\(words.remarkHeading): \(note)\n" }
      return text
    }

    private var before: String {
      guard let previous = explanation.previous, let period = explanation.previousPeriod else {
        return words.notCompared
      }
      let change = words.change(of: result, format)
      return "\(value(previous.value)) (\(format.period(period))); "
        + "\(words.previousHeading.lowercased()) \(change)"
    }

    private func value(_ value: Int64?) -> String {
      "\(words.value(value, of: indicator, format)) \(indicator.unit)"
    }

    private func amount(_ amount: Int64) -> String {
      explanation.isOfTime ? format.length(amount) : format.count(amount)
    }

    // MARK: Lines

    private var lines: String {
      guard !explanation.lines.isEmpty else { return "\(words.nothingCounted)\n" }
      var table = TextTable([
        (words.counted, .left), (words.belongsTo, .left), (words.verdictHeading, .left),
        (words.numerator, .right), (words.denominator, .right), (words.evidence, .left),
      ])
      let listed = explanation.lines.prefix(TextIndicatorExplanation.linesMax)
      for line in listed { add(line, to: &table) }
      var text = table.render()
      if listed.count < explanation.lines.count {
        text += words.linesCut(
          format.count(listed.count), of: format.count(explanation.lines.count)) + "\n"
      }
      return text
    }

    private func add(_ line: IndicatorExplanation.Line, to table: inout TextTable) {
      let isDevice = line.devices.first.map { $0.facts.name == line.name } ?? false
      var evidence = line.system.map(words.system) ?? ""
      if isDevice, let device = line.devices.first {
        evidence = words.figure(of: device.facts, in: explanation, format)
      }
      if !explanation.isOfVerdicts, line.denominator > 0 {
        let share = Int64(Int128(line.numerator) * 1_000_000 / Int128(line.denominator))
        evidence = "\(format.percent(share)) %"
      } else if line.devices.isEmpty, line.system == nil, explanation.isOfVerdicts {
        evidence = words.noDeviceTells
      }
      table.append([
        line.name, line.place, verdict(line), amount(line.numerator), amount(line.denominator),
        evidence,
      ])
      guard !isDevice else { return }
      for device in line.devices.prefix(TextIndicatorExplanation.devicesOfUnitMax) {
        table.append([
          "  – \(device.facts.name)", "", words.outcome(device.outcome), "", "",
          words.figure(of: device.facts, in: explanation, format),
        ])
      }
      let more = line.devices.count - TextIndicatorExplanation.devicesOfUnitMax
      if more > 0 { table.append([words.devicesCut(format.count(more)), "", "", "", "", ""]) }
    }

    private func verdict(_ line: IndicatorExplanation.Line) -> String {
      guard explanation.isOfVerdicts else { return words.lineVerdict(isShort: line.isShort) }
      return words.outcome(IndicatorOutcome(numerator: line.numerator, highest: line.highest))
    }
  }
}
