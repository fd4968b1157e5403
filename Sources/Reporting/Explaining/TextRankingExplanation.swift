// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The account of a unit's rank for the terminal.
package enum TextRankingExplanation {
  /// More devices than a commune has; the sums are of all.
  static let devicesMax = 500
  /// Units of the same rank that are named.
  static let tiesMax = 20

  package static func render(_ explanation: RankingExplanation) -> String {
    let words = Words(language: explanation.language)
    return Renderer(
      explanation: explanation, words: words, format: LocalFormat(words: words)
    ).text
  }

  private struct Renderer {
    let explanation: RankingExplanation
    let words: Words
    let format: LocalFormat

    var row: Ranking.Row { explanation.row }
    var settings: RankingSettings { explanation.ranking.settings }
    var sums: RankingSums { explanation.sums }

    var text: String { head + "\n" + components + "\n" + devices }

    private var head: String {
      var text = "\(words.rankingExplanationTitle): \(row.name) (\(row.code)), "
      text += "\(words.level(explanation.ranking.level).lowercased())\n"
      text += "\(words.period): \(format.period(explanation.period)) (\(words.timeZone))\n"
      text += "\(words.knownUntil): \(format.instant(explanation.knownUntil))\n"
      text += "\(words.sealing(explanation.seal))\n"
      if let rank = row.rank {
        let ranked = explanation.ranking.rows.count { $0.rank != nil }
        text += "\(words.rank(format.count(rank), of: format.count(ranked)))\n"
        text += "\(ties)\n"
      }
      if let observed = row.observed {
        text += words.observedShare(
          format.percent(observed), least: format.exactPercent(settings.observedMin)) + "\n"
      }
      if let note = words.note(of: row, settings, format) {
        text += "\(words.remarkHeading): \(note)\n"
      }
      return text
    }

    private var ties: String {
      guard !explanation.ties.isEmpty else { return words.noTies }
      let shown = explanation.ties.prefix(TextRankingExplanation.tiesMax)
      let more = explanation.ties.count - shown.count
      return words.ties(shown.joined(separator: ", ") + (more > 0 ? ", … (\(more))" : ""))
    }

    // MARK: Components

    private var components: String {
      var table = TextTable([
        (words.partHeading, .left), (words.weightHeading, .right), (words.points, .right),
        (words.fullAt, .right), (words.evidence, .left),
      ])
      let weights = settings.weights
      let parts = [
        (words.serviceScore, weights.service, row.service, service),
        (words.usageScore, weights.usage, row.usage, usage),
        (words.dataQuality, weights.quality, row.quality, quality),
      ]
      for (name, weight, points, evidence) in parts {
        table.append([
          name, format.count(weight), self.points(points), evidence.target,
          points == nil ? words.sharedWeight : evidence.text,
        ])
      }
      let present = parts.filter { $0.2 != nil }
      guard let score = row.score else { return table.render() }
      let sum = present.map { "\(format.count($0.1)) × \(points($0.2))" }.joined(separator: " + ")
      let all = present.reduce(0) { $0 + $1.1 }
      return table.render()
        + words.scoreLine(sum, weights: format.count(all), score: points(score)) + "\n"
    }

    /// Hundredths of a point are printed like percentages in parts per million.
    private func points(_ points: Int64?) -> String {
      points.map { format.percent($0 * 100) } ?? "–"
    }

    private var service: (text: String, target: String) {
      (
        words.servicePart(held: format.hours(sums.served), judged: format.hours(sums.judged))
          + share(sums.served, of: sums.judged),
        "\(format.exactPercent(explanation.ranking.availabilityTarget)) %"
      )
    }

    private var usage: (text: String, target: String) {
      if sums.requested > 0 {
        return (
          words.fulfilmentPart(
            played: format.length(sums.played), requested: format.length(sums.requested))
            + share(sums.played, of: sums.requested),
          "\(format.exactPercent(settings.fulfilmentTarget)) %"
        )
      }
      return (
        words.usePart(
          settings.usageFigure, used: millionths(sums.used), days: format.count(sums.usedDays)),
        millionths(settings.usageTarget)
      )
    }

    private var quality: (text: String, target: String) {
      (
        words.qualityPart(
          clean: format.count(sums.clean), received: format.count(sums.received),
          observed: format.percent(row.observed ?? 0)),
        "\(format.exactPercent(settings.qualityTarget)) %"
      )
    }

    private func share(_ part: Int64, of whole: Int64) -> String {
      guard whole > 0 else { return "" }
      return " = \(format.percent(Int64(Int128(part) * 1_000_000 / Int128(whole)))) %"
    }

    private func millionths(_ value: Int64) -> String { format.number(Double(value) / 1e6) }

    // MARK: Devices

    private var devices: String {
      var table = TextTable([
        (words.device, .left), (words.kind, .left), (words.daysThere, .left),
        (words.servedHours, .right), (words.judgedHours, .right),
        (words.playedOfRequested, .right), (settings.usageFigure, .right),
        (words.daysKnown, .right), (words.cleanOfReceived, .right),
        (words.unobservedHours, .right),
      ])
      let listed = explanation.parts.prefix(TextRankingExplanation.devicesMax)
      for part in listed {
        let (sums, facts) = (part.sums, part.facts)
        let isUsed = facts.device.kind == settings.usageKind
        table.append([
          "\(facts.name) (\(facts.device.id))", facts.device.kind,
          facts.isThereAtEnd ? words.thereAtEnd : words.notThereAtEnd,
          format.hours(sums.served), format.hours(sums.judged),
          sums.requested > 0
            ? "\(format.length(sums.played)) / \(format.length(sums.requested))" : "–",
          isUsed ? millionths(sums.used) : "–", format.count(facts.daysJudged),
          "\(format.count(sums.clean)) / \(format.count(sums.received))",
          format.hours(sums.unobserved),
        ])
      }
      var text = table.render()
      if listed.count < explanation.parts.count {
        text += words.linesCut(
          format.count(listed.count), of: format.count(explanation.parts.count)) + "\n"
      }
      return text
    }
  }
}
