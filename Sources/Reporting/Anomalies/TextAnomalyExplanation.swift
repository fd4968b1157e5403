// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The account of one anomaly for the terminal.
package enum TextAnomalyExplanation {
  package static func render(_ explanation: AnomalyExplanation) -> String {
    Renderer(explanation: explanation, words: Words(language: explanation.language)).text
  }

  private struct Renderer {
    let explanation: AnomalyExplanation
    let words: Words
    let format: LocalFormat

    init(explanation: AnomalyExplanation, words: Words) {
      self.explanation = explanation
      self.words = words
      format = LocalFormat(words: words)
    }

    var facts: AnomalyFacts { explanation.facts }

    var text: String { head + "\n" + comparison + "\n" + readings + "\n" + feedback }

    private var head: String {
      let (alert, device) = (explanation.alert, explanation.device)
      let name = device.map { $0.name.isEmpty ? $0.id : "\($0.name) (\($0.id))" }
      var text = "\(words.anomalyExplanationTitle)\n"
      text += "\(words.title(alert.sentence))\n\n"
      text += "\(words.alertID): \(alert.id), \(alert.rule), \(words.alertState(alert.state))\n"
      text += "\(words.device): \(name ?? "\(alert.device)")\n"
      let title = explanation.metric.map { words.title($0.title) } ?? ""
      text += "\(words.figure): \(title.isEmpty ? "" : "\(title) – ")\(facts.metric ?? "")\n"
      text += "\(words.from): \(format.instant(alert.since)) (\(words.timeZone))"
      if let end = alert.resolvedAt { text += ", \(words.until) \(format.instant(end))" }
      return text + "\n"
    }

    // MARK: The comparison

    private var comparison: String {
      var text = "\(words.comparisonHeading)\n"
      if let channel = facts.channel {
        text += "  \(words.meaning(ofChannel: channel))\n"
      }
      text += line(words.value, facts.value.map(quantity))
      let hour = facts.localHour.map { " " + words.atHour($0) } ?? ""
      text += line(words.expectedValue, facts.expected.map { quantity($0) + hour })
      if let lower = facts.lower, let upper = facts.upper {
        text += line(words.expectedBand, "\(quantity(lower)) – \(quantity(upper))")
      }
      text += line(words.usualDeviation, facts.usualDeviation.map(quantity))
      text += line(
        words.noveltyHeading,
        facts.novelty.map { "\(number($0)) (\(words.noveltyMeaning))" })
      text += line(
        words.anomalySeverity, facts.timesUsual.map { words.severityMeaning(number($0)) })
      text += line(words.readingsLearnt, facts.readingCount.map { format.count($0) })
      return text
    }

    private func line(_ heading: String, _ value: String?) -> String {
      value.map { "  \(heading): \($0)\n" } ?? ""
    }

    private func number(_ value: Double) -> String { format.number(value, decimals: 1) }

    private func quantity(_ value: Double) -> String {
      let unit = facts.unit.map(words.shownRate) ?? ""
      return unit.isEmpty ? format.number(value) : "\(format.number(value)) \(unit)"
    }

    // MARK: Readings and verdicts

    private var readings: String {
      guard !explanation.readings.isEmpty else { return "\(words.readingsNotKept)\n" }
      var table = TextTable([(words.at, .left), (words.value, .right), ("", .left)])
      for reading in explanation.readings {
        table.append([
          format.instant(reading.at), format.number(reading.value),
          reading.at == explanation.alert.since ? "← \(words.anomaly.lowercased())" : "",
        ])
      }
      let heading = words.readingsAround(isCounter: explanation.metric?.form == .counter)
      return "\(heading)\n\(table.render())"
    }

    private var feedback: String {
      var text = "\(words.opinionHeading): "
      guard !explanation.feedback.isEmpty else { return text + "\(words.noVerdict)\n" }
      text += "\n"
      for row in explanation.feedback {
        text += "  \(format.instant(row.enteredAt)), \(row.enteredBy): "
        text += words.name(of: row.verdict)
        if !row.note.isEmpty { text += " – \(row.note)" }
        if let withdrawal = row.withdrawal {
          text += "; \(words.withdrawn(by: withdrawal.by, at: format.instant(withdrawal.at)))"
        }
        text += "\n"
      }
      if let threshold = explanation.thresholdNow {
        text += "  \(words.threshold(number(threshold)))\n"
      }
      return text
    }
  }
}
