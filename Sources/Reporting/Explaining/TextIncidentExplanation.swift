// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// An explained incident for the terminal.
package enum TextIncidentExplanation {
  /// More members are counted and not listed.
  package static let membersListedMax = 200

  /// What it is, and who is in it.
  package static func summary(_ explanation: IncidentExplanation, language: Language) -> String {
    let words = Words(language: language)
    let format = LocalFormat(words: words)
    return head(explanation, words, format) + members(explanation, words, format)
  }

  /// … and why it is this group and this cause.
  ///
  /// - Parameter confirmation: the command that confirms a gap of our own.
  package static func render(
    _ explanation: IncidentExplanation, language: Language,
    confirmation: (Interval) -> String
  ) -> String {
    let words = Words(language: language)
    let format = LocalFormat(words: words)
    var text = "\(words.explainIncidentTitle)\n" + head(explanation, words, format)
    if let evidence = explanation.evidence {
      text += "\n\(words.whyThisGroup)\n"
      text += "  \(words.faultWindow): \(format.instant(evidence.windowFrom)) → "
        + "\(format.instant(evidence.windowTo))\n"
      text += "  \(words.choice(evidence.choice, format))\n"
      if !evidence.runnersUp.isEmpty {
        text += "  \(words.otherGroups):\n"
        for choice in evidence.runnersUp { text += "    - \(words.choice(choice, format))\n" }
      }
      text += "\n\(words.whyThisCause)\n"
      for cause in evidence.causes {
        let percent = format.number(cause.probability * 100, decimals: 1)
        text += "  \(words.incidentCause(cause.cause)): \(percent)%\n"
      }
      for line in words.signs(evidence.signs, format) { text += "  - \(line)\n" }
      if let gap = evidence.proposedGap {
        text += words.proposedGap(format.instant(gap.start), format.instant(gap.end)) + "\n"
        text += "  \(confirmation(gap))\n"
      }
    }
    text += "\n\(words.timeline)\n"
    for version in explanation.versions {
      text += "  \(format.instant(version.at)) \(words.versionHeading) "
        + "\(version.incident.version): \(words.title(version.incident.summary))\n"
    }
    return text + members(explanation, words, format)
  }

  private static func head(
    _ explanation: IncidentExplanation, _ words: Words, _ format: LocalFormat
  ) -> String {
    let incident = explanation.incident
    var text = "\(words.title(incident.title))\n\(words.title(incident.summary))\n"
    text += "\(words.incidentID): \(incident.id), \(words.incidentState(incident.state)), "
    text += "\(words.severityHeading.lowercased()) \(words.severity(incident.severity))\n"
    text += "\(words.namedAtHeading): \(format.instant(incident.namedAt))\n"
    for step in explanation.evidence?.steps ?? [] { text += "\(words.step(step, format))\n" }
    if let wider = explanation.evidence?.mergedInto { text += "\(words.mergedInto(wider))\n" }
    return text
  }

  private static func members(
    _ explanation: IncidentExplanation, _ words: Words, _ format: LocalFormat
  ) -> String {
    var table = TextTable([
      (words.device, .left), (words.alert, .left), (words.from, .left), (words.to, .left),
      (words.joinedAt, .left), (words.alertID, .left),
    ])
    for member in explanation.members.prefix(membersListedMax) {
      let device = explanation.devices[member.device]
      let name = device.map { $0.name.isEmpty ? $0.id : $0.name } ?? "\(member.device)"
      table.append([
        name, explanation.alerts[member.alert].map { words.title($0.title) } ?? "",
        format.instant(member.since), member.endedAt.map(format.instant) ?? "",
        format.instant(member.joinedAt), member.alert,
      ])
    }
    let count = explanation.members.count
    let more = count > membersListedMax ? "… (\(format.count(count)))\n" : ""
    return "\n\(words.members)\n" + table.render() + more
  }
}
