// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// One incident with everything that it was made of.
package struct IncidentExplanation: Sendable {
  package var incident: Incident
  /// Nil if a later nhip wrote what this one cannot read.
  package var evidence: IncidentEvidence?
  package var versions: [IncidentVersion]
  /// In the order in which they joined.
  package var members: [IncidentMember]
  package var devices: [Int64: Device]
  /// By alert.
  package var alerts: [String: Alert]

  /// - Returns: nil if there is no such incident.
  /// - Throws: `StoreError`.
  package static func build(
    store: Store, incident id: String
  ) throws(StoreError) -> IncidentExplanation? {
    guard let incident = try store.incident(id: id) else { return nil }
    let members = try store.incidentMembers(of: id)
    let numbers = Set(members.map(\.device))
    var alerts: [String: Alert] = [:]
    for member in members.prefix(TextIncidentExplanation.membersListedMax) {
      alerts[member.alert] = try store.alert(id: member.alert)
    }
    let devices = try store.registry().devices.filter { numbers.contains($0.number) }
    // Evidence of a later nhip may have fields that this one does not know; the rest is shown.
    let evidence = try? IncidentEvidence(json: incident.evidence)
    return IncidentExplanation(
      incident: incident, evidence: evidence, versions: try store.incidentVersions(of: id),
      members: members,
      devices: Dictionary(devices.map { ($0.number, $0) }) { _, last in last }, alerts: alerts)
  }
}
