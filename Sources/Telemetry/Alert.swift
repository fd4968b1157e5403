// SPDX-License-Identifier: Apache-2.0

/// Something about one device that somebody should know: the open or closed case of one rule.
///
/// There is at most one open alert for a (rule, device). Its id is a hash of rule, device and
/// `since`, so that judging the same readings again finds the same alert and not a second one.
package struct Alert: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    case firing, acknowledged, resolved
  }

  /// Sixteen hexadecimal digits.
  package var id: String
  /// `{kind}/{name of the rule in its profile}`.
  package var rule: String
  /// Registry number of the device.
  package var device: Int64
  /// Of the device when the alert opened: its topics keep this code to the end.
  package var commune: String
  package var severity: AlertRule.Severity
  package var state: State
  /// Counts the transitions, from 1; a consumer ignores what is older than what it has.
  package var version: Int
  /// Since when it is so, by event time: last heard, first reading that met the condition.
  package var since: Milliseconds
  /// When nhip knew.
  package var firedAt: Milliseconds
  package var acknowledgement: Acknowledgement?
  /// Event time of the reading that ended it.
  package var resolvedAt: Milliseconds?
  package var title: Title
  /// What, where, since when, with its number, and who does what next: a sentence that stands by
  /// itself. Of alerts that an older nhip opened, what was seen only.
  package var summary: Title
  /// The same for machines: a JSON object.
  package var evidence: String

  package struct Acknowledgement: Sendable, Hashable {
    package var at: Milliseconds
    package var by: String
    package var note: String

    package init(at: Milliseconds, by: String, note: String) {
      self.at = at
      self.by = by
      self.note = note
    }
  }

  package init(
    id: String, rule: String, device: Int64, commune: String, severity: AlertRule.Severity,
    state: State = .firing, version: Int = 1, since: Milliseconds, firedAt: Milliseconds,
    acknowledgement: Acknowledgement? = nil, resolvedAt: Milliseconds? = nil, title: Title,
    summary: Title, evidence: String
  ) {
    self.id = id
    self.rule = rule
    self.device = device
    self.commune = commune
    self.severity = severity
    self.state = state
    self.version = version
    self.since = since
    self.firedAt = firedAt
    self.acknowledgement = acknowledgement
    self.resolvedAt = resolvedAt
    self.title = title
    self.summary = summary
    self.evidence = evidence
  }

  package var isOpen: Bool { state != .resolved }

  /// The one sentence to show in a list.
  package var sentence: Title {
    func joined(_ title: String, _ summary: String) -> String {
      let start = title.prefix(Self.titleComparedMax)
      return summary.hasPrefix(start) ? summary : "\(title): \(summary)"
    }
    return Title(vi: joined(title.vi, summary.vi), en: joined(title.en, summary.en))
  }

  /// A long title is shortened in its sentence, but never below this.
  private static let titleComparedMax = 8
}

/// A message that waits in the store until the broker has confirmed it.
package struct OutgoingMessage: Sendable, Hashable {
  /// Given by the store; 0 before that.
  package var id: Int64
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  package var createdAt: Milliseconds

  package init(
    id: Int64 = 0, topic: String, payload: [UInt8], isRetained: Bool, createdAt: Milliseconds
  ) {
    self.id = id
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.createdAt = createdAt
  }
}
