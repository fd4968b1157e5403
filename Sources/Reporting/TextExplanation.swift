// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// An explanation for the terminal.
package enum TextExplanation {
  package static func render(_ explanation: Explanation) -> String {
    let words = Words(language: explanation.language)
    let format = LocalFormat(words: words)
    let availability = explanation.availability
    let device = explanation.device
    var text = "\(words.explanationTitle)\n"
    let name = device.name.isEmpty ? device.id : "\(device.name) (\(device.id))"
    text += "\(words.device): \(name), \(words.title(explanation.kindTitle))\n"
    text += "\(words.period): \(format.period(availability.period)) (\(words.timeZone))\n"
    text += "\(words.knownUntil): \(format.instant(explanation.knownUntil))\n"
    text += "\(words.sealing(explanation.seal))\n"
    if let until = explanation.keptUntil {
      text += "\(words.kept(until: until))\n"
    }
    text += "\(words.availability): \(format.availability(availability.times))\n"
    if let service = explanation.service {
      text += "\(words.serviceAvailability): \(format.service(service.times))\n"
    }
    text += "\n"
    text += states(availability, words, format)
    text += "\n\(words.outageHeading)\n"
    if explanation.outages.isEmpty { text += "\(words.noOutage)\n" }
    for (position, evidence) in explanation.outages.enumerated() {
      text += "\n\(position + 1). " + outage(evidence, words, format)
    }
    return text + service(explanation, words, format) + known(explanation, words, format)
      + alerts(explanation, words, format)
  }

  /// What people know: entries of calendars, recorded causes, confirmed gaps.
  private static func known(
    _ explanation: Explanation, _ words: Words, _ format: LocalFormat
  ) -> String {
    let period = explanation.availability.period
    var lines: [String] = []
    for entry in explanation.entries {
      let inside = entry.occurrences.filter { $0.intersection(period) != nil }
      let times = inside.prefix(Self.occurrencesListedMax).map {
        "\(format.instant($0.start)) → \(format.instant($0.end))"
      }
      let more = inside.count > times.count ? ", … (\(inside.count))" : ""
      var line = "\(words.purpose(entry.purpose)): \(entry.title) [\(entry.calendar)]: "
      line += times.joined(separator: ", ") + more
      line += "; \(words.enteredAt) \(format.instant(entry.enteredAt)), \(entry.enteredBy)"
      let late = inside.count { $0.start < entry.enteredAt }
      if late > 0 { line += "; \(words.late(late))" }
      if let withdrawn = entry.withdrawnAt {
        line += "; \(words.withdrawn(format.instant(withdrawn), by: entry.withdrawnBy ?? ""))"
      }
      lines.append(line)
    }
    for cause in explanation.recordedCauses where period.contains(cause.at) {
      let said = [cause.cause, cause.responsible, cause.reference].filter { !$0.isEmpty }
      lines.append(
        "\(words.recordedCause) (\(format.instant(cause.at))): \(said.joined(separator: "; ")); "
          + "\(words.enteredAt) \(format.instant(cause.enteredAt)), \(cause.enteredBy)")
    }
    for gap in explanation.confirmedGaps {
      lines.append(
        "\(words.confirmedGap): \(format.instant(gap.interval.start)) → "
          + "\(format.instant(gap.interval.end)); \(words.enteredBy) \(gap.enteredBy)")
    }
    guard !lines.isEmpty else { return "" }
    let numbered = lines.enumerated().map { "\($0.offset + 1). \($0.element)\n" }
    return "\n\(words.knownHeading)\n" + numbered.joined()
  }

  /// A nightly entry over a year is told by its first times.
  private static let occurrencesListedMax = 5

  private static func service(
    _ explanation: Explanation, _ words: Words, _ format: LocalFormat
  ) -> String {
    guard let service = explanation.service else { return "" }
    var text = "\n\(words.serviceHeading)\n"
    if service.failures.isEmpty { text += "\(words.noServiceFailure)\n" }
    for (position, failure) in service.failures.enumerated() {
      let interval = failure.interval
      let conditions = failure.failing.map {
        words.condition($0, of: explanation.serviceMetrics, format)
      }
      text += "\(position + 1). \(format.instant(interval.start)) → "
      text += "\(format.instant(interval.end)); \(words.length) "
      text += "\(format.length(interval.duration)); \(words.failingCondition): "
      text += conditions.joined(separator: ", ")
      text += failure.isRestored ? "\n" : " (\(words.notRestored))\n"
    }
    for lost in explanation.lostFailures {
      let date = LocalTime.date(ofDay: lost.day)
      text += "\(words.onlySumKept(date, length: format.length(lost.failed)))\n"
    }
    if service.times.unknown > 0 {
      text += "\(words.serviceUnknown): \(format.length(service.times.unknown))\n"
    }
    return text
  }

  private static func alerts(
    _ explanation: Explanation, _ words: Words, _ format: LocalFormat
  ) -> String {
    var text = "\n\(words.alerts)\n"
    if explanation.alerts.isEmpty { text += "\(words.noAlerts)\n" }
    for (position, alert) in explanation.alerts.enumerated() {
      let end = alert.resolvedAt.map(format.instant) ?? words.alertState(alert.state)
      text += "\(position + 1). \(format.instant(alert.since)) → \(end); "
      text += "\(words.severityHeading) \(words.severity(alert.severity)); "
      text += "\(words.title(alert.sentence)) [\(alert.id)]\n"
      if let acknowledgement = alert.acknowledgement {
        text += "   \(words.acknowledgedBy): \(acknowledgement.by), "
        text += "\(format.instant(acknowledgement.at)) \(acknowledgement.note)\n"
      }
    }
    return text
  }

  private static func states(
    _ availability: Availability, _ words: Words, _ format: LocalFormat
  ) -> String {
    var table = TextTable([
      (words.from, .left), (words.to, .left), (words.length, .right),
      (words.stateHeading, .left),
    ])
    for part in availability.states {
      table.append([
        format.instant(part.interval.start), format.instant(part.interval.end),
        format.length(part.interval.duration), words.state(part.state),
      ])
    }
    return table.render()
  }

  private static func outage(
    _ evidence: OutageEvidence, _ words: Words, _ format: LocalFormat
  ) -> String {
    let outage = evidence.outage
    let end = outage.isOpen ? words.notHeardAgain : format.instant(outage.interval.end)
    var text = "\(format.instant(outage.interval.start)) → \(end)"
    text += "; \(words.length) \(format.length(outage.accountable))"
    text += "; \(words.cause): \(words.state(outage.cause))"
    let parts = DeviceState.allCases.compactMap { state in
      evidence.causes[state].map { "\(words.state(state)) \(format.length($0))" }
    }
    if parts.count > 1 { text += " (\(words.ofWhich) \(parts.joined(separator: ", ")))" }
    text += "\n   \(words.lastBefore): \(reading(evidence.lastBefore, words, format))\n"
    text += "   \(words.firstAfter): \(reading(evidence.firstAfter, words, format))\n"
    let marks = evidence.marks.map { format.instant($0.receivedAt) }
    text += "   \(words.marks): \(marks.isEmpty ? words.none : marks.joined(separator: ", "))\n"
    return text
  }

  private static func reading(
    _ evidence: OutageEvidence.Evidence?, _ words: Words, _ format: LocalFormat
  ) -> String {
    guard let evidence else { return words.none }
    var text = "\(format.instant(evidence.eventTime))"
    text += " (\(words.receivedAt) \(format.instant(evidence.receivedAt)))"
    if let up = evidence.upSeconds, up >= 0, up <= DeviceHistory.upSecondsMax {
      text += ", \(words.uptime) \(format.length(Milliseconds(up * 1000)))"
    }
    return text
  }
}

extension Words {
  /// A condition as people read it: what had to be, e.g. "WAN = yes".
  func condition(_ condition: Condition, of metrics: [Metric], _ format: LocalFormat) -> String {
    let metric = metrics.first { $0.name == condition.metric }
    let named = metric.map { title($0.title) } ?? ""
    let constant =
      switch condition.constant {
      case .word(let word): word
      case .number(let number) where metric?.form == .flag: number == 0 ? no : yes
      case .number(let number): "\(format.number(number)) \(shown(unit: metric?.unit ?? ""))"
      }
    let comparison =
      switch condition.comparison {
      case .equal: "="
      case .notEqual: "≠"
      case .less: "<"
      case .atMost: "≤"
      case .greater: ">"
      case .atLeast: "≥"
      }
    let text = "\(named.isEmpty ? condition.metric : named) \(comparison) \(constant)"
    return text.last == " " ? String(text.dropLast()) : text
  }
}
