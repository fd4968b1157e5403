// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Storage
import Telemetry

/// What the judge's alerts say together.
extension AlertJudge {
  /// Takes what was judged since the last call: transitions first, so that who comes back in these
  /// readings is known to have been away.
  ///
  /// - Parameters:
  ///   - rows: of blocks that were just judged.
  ///   - now: until when everything that there was to hear is judged; nil if more waits.
  mutating func followIncidents(
    _ rows: [(block: ReadingColumns, rows: Range<Int>)], until now: Milliseconds?,
    gaps: ObservationGaps
  ) {
    let steps = book.takeSteps()
    incidents.engine.take(gaps: gaps.gaps)
    incidents.follow(steps, heard: heardAt)
    let positions = positionOfNumber
    for (block, rows) in rows {
      incidents.observe(block, rows) { positions[$0] }
    }
    if let now { incidents.engine.advance(to: now, heard: heardAt) }
    incidents.collect()
  }

  /// Puts all that is to be told into the transaction of the records that caused it.
  mutating func takeTransitions(into batch: inout CommitBatch) {
    batch.incidents = incidents.takeChanges(devices: devices)
    (batch.alerts, batch.outbox) = book.takeTransitions()
  }

  /// Brings the incident engine to where the store is.
  ///
  /// - Parameter knownUntil: until when everything was judged before.
  mutating func restoreIncidents(
    from store: Store, knownUntil: Milliseconds
  ) throws(StoreError) {
    let counts = try store.onsetCounts()
    let since = knownUntil - IncidentSettings.recentFor
    let known = try store.incidents(resolvedFrom: since) + store.openIncidents()
    var stored: [StoredIncident] = []
    for incident in known.sorted(by: { ($0.namedAt, $0.id) < ($1.namedAt, $1.id) }) {
      if let one = try incidents.stored(incident, in: store) { stored.append(one) }
    }
    var waiting: [(onset: IncidentOnset, endedAt: Milliseconds?)] = []
    for alert in try store.alertsWithoutIncident(firedFrom: since) {
      guard let id = UInt64(alert.id, radix: 16),
        let onset = incidents.onset(of: alert, id: id, knownAt: alert.firedAt),
        incidents.stillWaits(onset, until: knownUntil)
      else { continue }
      waiting.append((onset, alert.resolvedAt))
    }
    incidents.engine.restore(incidents: stored, counts: counts, waiting: waiting)
  }
}

extension IncidentDesk {
  /// A value of a metric that was decided to be nobody else's left no trace; it is not asked again.
  fileprivate func stillWaits(_ onset: IncidentOnset, until known: Milliseconds) -> Bool {
    guard case .metric = onset.symptom else { return true }
    return engine.dueAt(of: onset).map { $0 > known } ?? false
  }

  /// Nil if what the store has of it cannot be read: it stays there, and its alerts are told anew.
  fileprivate func stored(
    _ incident: Incident, in store: Store
  ) throws(StoreError) -> StoredIncident? {
    // Evidence of a later nhip may have fields that this one does not know.
    guard let id = UInt64(incident.id, radix: 16),
      let evidence = try? IncidentEvidence(json: incident.evidence)
    else { return nil }
    let last = try store.incidentVersions(of: incident.id).last
    // The same of what was told last.
    let told = last.flatMap { try? IncidentEvidence(json: $0.incident.evidence) }
    var members: [StoredIncident.Member] = []
    for member in try store.incidentMembers(of: incident.id) {
      guard let alertID = UInt64(member.alert, radix: 16) else { continue }
      let alert = try store.alert(id: member.alert)
      members.append(
        .init(
          device: member.device, alert: alertID,
          symptom: alert.flatMap { symptom(of: $0) } ?? .silent,
          severity: alert?.severity ?? incident.severity, since: member.since,
          joinedAt: member.joinedAt, endedAt: member.endedAt))
    }
    return StoredIncident(
      incident: incident, id: id, evidence: evidence, told: told ?? evidence, members: members)
  }
}
