// SPDX-License-Identifier: Apache-2.0

/// One cause in the fleet that explains alerts of one or many devices.
///
/// Every alert that a device is silent, out of service or restarting belongs to exactly one
/// incident; other alerts do where they come in groups. An incident has one id for life, whatever
/// becomes known of it later.
package struct Incident: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable, Codable { case open, resolved }

  /// What failed together, the smallest first where two have the same members.
  package enum GroupKind: String, Sendable, CaseIterable, Codable {
    case device, via, site, village, feeder, commune, isp, province, firmware, all

    package var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
  }

  package enum Cause: String, Sendable, CaseIterable, Codable {
    /// The mains went, and the devices with it.
    case power
    /// They ran on without a way to the broker.
    case link
    /// It was our own uplink, or the broker, that was away.
    case observation
    case firmware
    /// The device, or the gateway, itself.
    case device
    /// Values of a metric, not a failure: the network or the surroundings got worse.
    case quality
    case unknown
  }

  /// Sixteen hexadecimal digits: a hash of the group and of the alert that opened it.
  package var id: String
  package var state: State
  /// Counts what was found out: opened, another cause, many more members, resolved.
  package var version: Int
  /// Event time of the first member's onset.
  package var since: Milliseconds
  /// When nhip decided.
  package var namedAt: Milliseconds
  /// Since when enough of its members are back.
  package var resolvedAt: Milliseconds?
  package var groupKind: GroupKind
  /// Of the device its registry number, else the code; empty for all.
  package var groupCode: String
  package var cause: Cause
  /// That it is this cause, 0 to 1.
  package var probability: Double
  package var severity: AlertRule.Severity
  package var title: Title
  package var summary: Title
  /// `IncidentEvidence` as a JSON object.
  package var evidence: String

  package init(
    id: String, state: State = .open, version: Int = 1, since: Milliseconds,
    namedAt: Milliseconds, resolvedAt: Milliseconds? = nil, groupKind: GroupKind,
    groupCode: String, cause: Cause, probability: Double, severity: AlertRule.Severity,
    title: Title, summary: Title, evidence: String
  ) {
    self.id = id
    self.state = state
    self.version = version
    self.since = since
    self.namedAt = namedAt
    self.resolvedAt = resolvedAt
    self.groupKind = groupKind
    self.groupCode = groupCode
    self.cause = cause
    self.probability = probability
    self.severity = severity
    self.title = title
    self.summary = summary
    self.evidence = evidence
  }

  package var isOpen: Bool { state == .open }
}

/// One alert of one device that an incident explains.
package struct IncidentMember: Sendable, Hashable {
  package var incident: String
  package var device: Int64
  package var alert: String
  /// Event time of its onset.
  package var since: Milliseconds
  package var joinedAt: Milliseconds
  /// When the alert was resolved; nil while it is open.
  package var endedAt: Milliseconds?

  package init(
    incident: String, device: Int64, alert: String, since: Milliseconds, joinedAt: Milliseconds,
    endedAt: Milliseconds? = nil
  ) {
    self.incident = incident
    self.device = device
    self.alert = alert
    self.since = since
    self.joinedAt = joinedAt
    self.endedAt = endedAt
  }
}

/// An incident as it was from one of its versions on.
package struct IncidentVersion: Sendable, Hashable {
  /// When nhip knew.
  package var at: Milliseconds
  package var incident: Incident

  package init(at: Milliseconds, incident: Incident) {
    self.at = at
    self.incident = incident
  }
}

/// How often a device's alerts began of late: counts that halve with time, as they were at `at`.
package struct OnsetCounts: Sendable, Hashable {
  /// 0 is the fleet: `at` says since when onsets are counted.
  package var device: Int64
  package var at: Milliseconds
  /// Of silences, of everything else, and the fast count that tells flapping.
  package var silent: Double
  package var other: Double
  package var flaps: Double

  package init(
    device: Int64, at: Milliseconds, silent: Double = 0, other: Double = 0, flaps: Double = 0
  ) {
    self.device = device
    self.at = at
    self.silent = silent
    self.other = other
    self.flaps = flaps
  }
}
