// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Storage

@Suite("incidents in the store")
struct IncidentStoreTests {
  private static func incident(
    _ id: String, version: Int = 1, since: Milliseconds = 1_000,
    resolvedAt: Milliseconds? = nil, cause: Incident.Cause = .power
  ) -> Incident {
    Incident(
      id: id, state: resolvedAt == nil ? .open : .resolved, version: version, since: since,
      namedAt: since + 10, resolvedAt: resolvedAt, groupKind: .feeder, groupCode: "F1",
      cause: cause, probability: 0.9, severity: .high, title: Title(vi: "v", en: "e"),
      summary: Title(vi: "v", en: "e"), evidence: "{}")
  }

  private static func batch(_ incident: Incident, at: Milliseconds) -> CommitBatch {
    var batch = CommitBatch()
    batch.incidents.incidents = [incident]
    batch.incidents.versions = [IncidentVersion(at: at, incident: incident)]
    batch.incidents.members = [
      IncidentMember(
        incident: incident.id, device: 3, alert: "a\(incident.id)", since: incident.since,
        joinedAt: at, endedAt: incident.resolvedAt)
    ]
    batch.incidents.counts = [OnsetCounts(device: 3, at: at, silent: 0.1, other: 2, flaps: 3)]
    return batch
  }

  @Test("an incident is kept as it is now, and as it was told each time")
  func versions() throws {
    let temporary = try TemporaryStore()
    let store = try Store(path: temporary.path, access: .readWrite)
    defer { store.close() }
    let first = Self.incident("1")
    let last = Self.incident("1", version: 2, resolvedAt: 5_000, cause: .link)
    try store.commit(Self.batch(first, at: 1_010))
    #expect(try store.openIncidents() == [first])
    try store.commit(Self.batch(last, at: 6_000))
    #expect(try store.openIncidents() == [])
    #expect(try store.incident(id: "1") == last)
    #expect(try store.incidentVersions(of: "1").map(\.incident) == [first, last])
    #expect(try store.incidentsAsTold(from: 0, to: 5_500) == [first])
    #expect(try store.incidentsAsTold(from: 0, to: 9_000) == [last])
    #expect(try store.incidentsAsTold(from: 0, to: 1_005) == [first], "told after the end")
    #expect(try store.incidentsAsTold(from: 5_001, to: 9_000) == [])
    #expect(try store.incidentMembers(of: "1").map(\.endedAt) == [5_000])
    #expect(try store.incident(ofAlert: "a1") == "1")
    #expect(
      try store.onsetCounts() == [
        OnsetCounts(device: 3, at: 6_000, silent: 0.1, other: 2, flaps: 3)
      ])
  }

  @Test("resolved incidents leave with the alerts of their time, open ones stay")
  func retention() throws {
    let temporary = try TemporaryStore()
    let store = try Store(path: temporary.path, access: .readWrite)
    defer { store.close() }
    for number in 1...9 {
      let since = Milliseconds(number) * 1_000
      let resolvedAt = number == 2 ? nil : since + 500
      try store.commit(
        Self.batch(Self.incident("\(number)", since: since, resolvedAt: resolvedAt), at: since))
    }
    let limits = RetentionLimits(raw: 1 << 40, quarantine: 1 << 40, inbox: 1 << 40, alerts: 1_000)
    while try store.applyRetention(limits, at: 6_600, rowCountMax: 4) > 0 {}
    #expect(
      try store.incidents(from: 0, to: .max).map(\.id) == ["2", "6", "7", "8", "9"])
    #expect(try store.incidentMembers(from: 0, to: .max).count == 5)
    #expect(try store.incidentVersions(of: "1") == [])
  }

  @Test("evidence comes back from its JSON as it was")
  func evidence() throws {
    var signs = IncidentEvidence.Signs()
    (signs.rebooted, signs.touchesOwnGap) = (4, true)
    let evidence = IncidentEvidence(
      stream: "silent", windowFrom: 1, windowTo: 2,
      choice: .init(
        kind: .feeder, code: "F1", failed: 9, together: 10, overdue: 1, heard: 2,
        expected: 0.0013, tailLog10: -12.5),
      runnersUp: [.init(kind: .all, code: "", failed: 10, together: 10)],
      causes: [.init(cause: .power, probability: 0.93)], signs: signs, deviceCount: 9,
      activeCount: 3, isFlapping: false, proposedGap: Interval(start: 5, end: 9))
    #expect(try IncidentEvidence(json: evidence.json) == evidence)
    #expect(evidence.json.contains("\"tail_log10\":-12.5"))
  }
}
