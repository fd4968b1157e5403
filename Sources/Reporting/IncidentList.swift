// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Incidents for the terminal and for programs.
package enum IncidentList {
  /// Open ones first, then the newest.
  private static func sorted(_ incidents: [Incident]) -> [Incident] {
    incidents.sorted {
      ($0.isOpen ? 0 : 1, -$0.since, $0.id) < ($1.isOpen ? 0 : 1, -$1.since, $1.id)
    }
  }

  package static func text(_ incidents: [Incident], language: Language) -> String {
    let words = Words(language: language)
    guard !incidents.isEmpty else { return words.noIncidents + "\n" }
    let format = LocalFormat(words: words)
    var table = TextTable([
      (words.incidentID, .left), (words.severityHeading, .left), (words.stateHeading, .left),
      (words.from, .left), (words.to, .left), (words.incident, .left),
    ])
    for incident in sorted(incidents) {
      table.append([
        incident.id, words.severity(incident.severity), words.incidentState(incident.state),
        format.instant(incident.since), incident.resolvedAt.map(format.instant) ?? "",
        words.title(incident.summary),
      ])
    }
    return table.render()
  }

  /// One object a line (``JSONLines``), in the order of the text.
  package static func json(_ incidents: [Incident]) -> [String] {
    JSONLines.of(sorted(incidents).map(Line.init))
  }

  private struct Line: Encodable {
    var id, state, groupKind, groupCode, cause, severity: String
    var version: Int
    var since, namedAt: Milliseconds
    var resolvedAt: Milliseconds?
    var probabilityPpm: Int64
    var title, summary: [String: String]

    init(_ incident: Incident) {
      (id, state, version) = (incident.id, incident.state.rawValue, incident.version)
      (groupKind, groupCode) = (incident.groupKind.rawValue, incident.groupCode)
      (cause, severity) = (incident.cause.rawValue, incident.severity.rawValue)
      (since, namedAt, resolvedAt) = (incident.since, incident.namedAt, incident.resolvedAt)
      probabilityPpm = Int64((incident.probability * 1_000_000).rounded())
      title = ["vi": incident.title.vi, "en": incident.title.en]
      summary = ["vi": incident.summary.vi, "en": incident.summary.en]
    }
  }
}
