// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the store knows of one incident, and of the alerts in it.
package struct StoredIncident: Sendable {
  package struct Member: Sendable {
    package var device: Int64
    package var alert: UInt64
    package var symptom: IncidentSymptom
    package var severity: AlertRule.Severity
    package var since: Milliseconds
    package var joinedAt: Milliseconds
    package var endedAt: Milliseconds?

    package init(
      device: Int64, alert: UInt64, symptom: IncidentSymptom, severity: AlertRule.Severity,
      since: Milliseconds, joinedAt: Milliseconds, endedAt: Milliseconds?
    ) {
      self.device = device
      self.alert = alert
      self.symptom = symptom
      self.severity = severity
      self.since = since
      self.joinedAt = joinedAt
      self.endedAt = endedAt
    }
  }

  package var incident: Incident
  package var id: UInt64
  package var evidence: IncidentEvidence
  /// As it was told with the newest version.
  package var told: IncidentEvidence
  /// In the order in which they joined.
  package var members: [Member]

  package init(
    incident: Incident, id: UInt64, evidence: IncidentEvidence, told: IncidentEvidence,
    members: [Member]
  ) {
    self.incident = incident
    self.id = id
    self.evidence = evidence
    self.told = told
    self.members = members
  }
}

/// Coming back to where the store is: nothing is told that was told before.
extension IncidentEngine {
  /// - Parameters:
  ///   - incidents: open ones, and resolved ones that latecomers may belong to, by `namedAt`.
  ///   - counts: all that were ever written.
  ///   - waiting: alerts that belong to no incident yet, in the order in which they became known,
  ///     each with its end.
  package mutating func restore(
    incidents: [StoredIncident], counts: [OnsetCounts],
    waiting: [(onset: IncidentOnset, endedAt: Milliseconds?)]
  ) {
    history.restore(counts)
    for stored in incidents { restore(stored) }
    for (onset, endedAt) in waiting {
      guard caseOfAlert[onset.alert] == nil, let position = fleet.position(of: onset.device)
      else { continue }
      now = max(now, onset.knownAt)
      wait(onset, position, endedAt: endedAt)
    }
  }

  private mutating func restore(_ stored: StoredIncident) {
    let (incident, evidence) = (stored.incident, stored.evidence)
    // What is left of it is told by another.
    guard evidence.mergedInto == nil else { return }
    var known = IncidentCase(
      id: stored.id, stream: evidence.stream,
      group: .init(kind: incident.groupKind, code: incident.groupCode), since: incident.since,
      namedAt: incident.namedAt,
      window: Interval(start: evidence.windowFrom, end: evidence.windowTo),
      choice: evidence.choice, runnersUp: evidence.runnersUp)
    known.steps = evidence.steps ?? []
    known.mayBeOurs = evidence.causes.contains { $0.cause == .observation }
    for member in stored.members {
      let position = fleet.position(of: member.device)
      let pace = position.map { fleet.pace(of: $0) }
      let hold = IncidentSettings.resolveIntervals * (pace?.reportInterval ?? 0)
      known.note(hold: hold, severity: member.severity)
      known.add(
        .init(
          device: member.device, alert: member.alert, symptom: member.symptom,
          since: member.since, joinedAt: member.joinedAt))
      caseOfAlert[member.alert] = stored.id
      if !(casesOfDevice[member.device]?.contains(stored.id) ?? false) {
        casesOfDevice[member.device, default: []].append(stored.id)
      }
    }
    // In the order in which they ended, or a member that came back last would not be the last.
    for member in stored.members.filter({ $0.endedAt != nil }).sorted(by: {
      ($0.endedAt ?? 0, $0.alert) < ($1.endedAt ?? 0, $1.alert)
    }) {
      known.end(member.alert, at: member.endedAt ?? 0, knownAt: member.endedAt ?? 0)
    }
    known.restoreGiven()
    known.signs = evidence.signs
    known.causes = evidence.causes
    known.isFlapping = evidence.isFlapping
    known.version = incident.version
    known.told = IncidentCase.Told(
      state: incident.state, cause: stored.told.causes.first?.cause ?? incident.cause,
      probability: stored.told.causes.first?.probability ?? incident.probability,
      deviceCount: stored.told.deviceCount, isFlapping: stored.told.isFlapping,
      group: known.group)
    known.changedMembers.removeAll()
    known.isDirty = false
    if let resolvedAt = incident.resolvedAt {
      known.resolvedAt = resolvedAt
      known.closedAt = resolvedAt
      known.closeAt = nil
      recent.append(stored.id)
    }
    cases[stored.id] = known
    awaitEnd(of: stored.id)
    if incident.groupKind != .device {
      groupCases[known.stream, default: []].append(stored.id)
    }
  }
}
