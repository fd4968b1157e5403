// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// What one transaction writes of incidents, beside the transitions of alerts that caused it.
package struct IncidentBatch: Sendable {
  /// As they are now.
  package var incidents: [Incident] = []
  /// Those of which something new is told.
  package var versions: [IncidentVersion] = []
  package var members: [IncidentMember] = []
  /// Alerts that another incident has now, by the one that they leave.
  package var removed: [(incident: String, alert: String)] = []
  package var counts: [OnsetCounts] = []

  package init() {}

  package var isEmpty: Bool {
    incidents.isEmpty && versions.isEmpty && members.isEmpty && removed.isEmpty && counts.isEmpty
  }
}

/// One incident as its tables hold it.
private struct IncidentRow: Codable, FetchableRecord {
  static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy {
    .convertFromSnakeCase
  }

  var id, state: String
  var version: Int
  var since, namedAt: Milliseconds
  var resolvedAt: Milliseconds?
  var groupKind, groupCode, cause: String
  var probability: Double
  var severity, titleVi, titleEn, summaryVi, summaryEn, evidence: String

  static let columns = """
    state, version, since, named_at, resolved_at, group_kind, group_code, cause, probability,
    severity, title_vi, title_en, summary_vi, summary_en, evidence
    """

  static func arguments(of incident: Incident) -> StatementArguments {
    [
      incident.state.rawValue, incident.version, incident.since, incident.namedAt,
      incident.resolvedAt, incident.groupKind.rawValue, incident.groupCode,
      incident.cause.rawValue, incident.probability, incident.severity.rawValue,
      incident.title.vi, incident.title.en, incident.summary.vi, incident.summary.en,
      incident.evidence,
    ]
  }

  func incident(path: String) throws(StoreError) -> Incident {
    guard let state = Incident.State(rawValue: state), let cause = Incident.Cause(rawValue: cause),
      let groupKind = Incident.GroupKind(rawValue: groupKind),
      let severity = AlertRule.Severity(rawValue: severity)
    else {
      throw StoreError(
        code: .corrupt, what: "incident \(id) has an unknown state, group, cause or severity",
        path: path, next: "restore the last backup")
    }
    return Incident(
      id: id, state: state, version: version, since: since, namedAt: namedAt,
      resolvedAt: resolvedAt, groupKind: groupKind, groupCode: groupCode, cause: cause,
      probability: probability, severity: severity, title: Title(vi: titleVi, en: titleEn),
      summary: Title(vi: summaryVi, en: summaryEn), evidence: evidence)
  }
}

extension Store {
  static func add(_ batch: IncidentBatch, to db: Database) throws {
    for incident in batch.incidents {
      try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO incident (id, \(IncidentRow.columns))
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: [incident.id] + IncidentRow.arguments(of: incident))
    }
    for version in batch.versions {
      try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO incident_version (incident, at, \(IncidentRow.columns))
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(
        arguments: [version.incident.id, version.at]
          + IncidentRow.arguments(of: version.incident))
    }
    for member in batch.members {
      try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO incident_member
            (incident, device, alert, since, joined_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)
          """
      ).execute(
        arguments: [
          member.incident, member.device, member.alert, member.since, member.joinedAt,
          member.endedAt,
        ])
    }
    for (incident, alert) in batch.removed {
      try db.cachedStatement(
        sql: "DELETE FROM incident_member WHERE incident = ? AND alert = ?"
      ).execute(arguments: [incident, alert])
    }
    for counts in batch.counts {
      try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO incident_rate (device, at, silent, other, flaps)
          VALUES (?, ?, ?, ?, ?)
          """
      ).execute(
        arguments: [counts.device, counts.at, counts.silent, counts.other, counts.flaps])
    }
  }

  // MARK: Reading

  /// Oldest first.
  package func openIncidents() throws(StoreError) -> [Incident] {
    try incidents(where: "state <> 'resolved' ORDER BY named_at, id", [])
  }

  /// Those that were open at some moment of `from`..<`to`, as they are now, oldest first.
  package func incidents(from: Milliseconds, to: Milliseconds) throws(StoreError) -> [Incident] {
    try incidents(
      where: "since < ? AND (resolved_at IS NULL OR resolved_at >= ?) ORDER BY since, id",
      [to, from])
  }

  package func incident(id: String) throws(StoreError) -> Incident? {
    try incidents(where: "id = ?", [id]).first
  }

  /// Those that were resolved at an instant or later, oldest first.
  package func incidents(resolvedFrom: Milliseconds) throws(StoreError) -> [Incident] {
    try incidents(where: "resolved_at >= ? ORDER BY named_at, id", [resolvedFrom])
  }

  private func incidents(
    where condition: String, _ arguments: StatementArguments
  ) throws(StoreError) -> [Incident] {
    try read("incidents cannot be read") { db in
      // A reader may open a store of an older format; only who writes brings it up to date.
      guard try db.tableExists("incident") else { return [] }
      return try IncidentRow.fetchAll(
        db, sql: "SELECT * FROM incident WHERE \(condition)", arguments: arguments
      ).map { try $0.incident(path: path) }
    }
  }

  /// What was told of an incident, oldest first.
  package func incidentVersions(of id: String) throws(StoreError) -> [IncidentVersion] {
    try read("versions of incidents cannot be read") { db in
      guard try db.tableExists("incident_version") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT at, incident AS id, \(IncidentRow.columns) FROM incident_version
          WHERE incident = ? ORDER BY version
          """,
        arguments: [id]
      ).map { row in
        IncidentVersion(
          at: row["at"], incident: try IncidentRow(row: row).incident(path: path))
      }
    }
  }

  /// Of the incidents of `incidents(from:to:)`, what was told last before `to`, or first if nothing
  /// was told by then; oldest first.
  package func incidentsAsTold(
    from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> [Incident] {
    try read("versions of incidents cannot be read") { db in
      guard try db.tableExists("incident_version") else { return [] }
      return try IncidentRow.fetchAll(
        db,
        sql: """
          SELECT told.incident AS id, told.* FROM incident AS found
          JOIN incident_version AS told ON told.incident = found.id AND told.version = coalesce(
            (SELECT max(version) FROM incident_version WHERE incident = found.id AND at < ?2),
            (SELECT min(version) FROM incident_version WHERE incident = found.id))
          WHERE found.since < ?2 AND (found.resolved_at IS NULL OR found.resolved_at >= ?1)
          ORDER BY told.since, id
          """,
        arguments: [from, to]
      ).map { try $0.incident(path: path) }
    }
  }

  /// Members of the incidents of `incidents(from:to:)`.
  package func incidentMembers(
    from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> [IncidentMember] {
    try members(
      where: """
        incident IN (SELECT id FROM incident
          WHERE since < ? AND (resolved_at IS NULL OR resolved_at >= ?))
        ORDER BY incident, joined_at, since, alert
        """, [to, from])
  }

  /// In the order in which they joined.
  package func incidentMembers(of id: String) throws(StoreError) -> [IncidentMember] {
    try members(where: "incident = ? ORDER BY joined_at, since, alert", [id])
  }

  /// Which incident an alert belongs to; nil if to none.
  package func incident(ofAlert alert: String) throws(StoreError) -> String? {
    try members(where: "alert = ?", [alert]).first?.incident
  }

  private func members(
    where condition: String, _ arguments: StatementArguments
  ) throws(StoreError) -> [IncidentMember] {
    try read("members of incidents cannot be read") { db in
      guard try db.tableExists("incident_member") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT incident, device, alert, since, joined_at, ended_at FROM incident_member
          WHERE \(condition)
          """,
        arguments: arguments
      ).map { row in
        IncidentMember(
          incident: row[0], device: row[1], alert: row[2], since: row[3], joinedAt: row[4],
          endedAt: row[5])
      }
    }
  }

  package func onsetCounts() throws(StoreError) -> [OnsetCounts] {
    try read("rates of alerts cannot be read") { db in
      guard try db.tableExists("incident_rate") else { return [] }
      return try Row.fetchAll(
        db, sql: "SELECT device, at, silent, other, flaps FROM incident_rate ORDER BY device"
      ).map { row in
        OnsetCounts(device: row[0], at: row[1], silent: row[2], other: row[3], flaps: row[4])
      }
    }
  }

  /// Alerts that are open or began to be known at an instant or later, and belong to no incident;
  /// in the order in which they became known.
  package func alertsWithoutIncident(firedFrom: Milliseconds) throws(StoreError) -> [Alert] {
    try alerts(
      where: """
        (state <> 'resolved' OR fired_at >= ?)
        AND id NOT IN (SELECT alert FROM incident_member) ORDER BY fired_at, since, id
        """, [firedFrom])
  }

  /// Resolved incidents go with what was told of them; their alerts are no older.
  static func deleteIncidents(
    before: Milliseconds, rowCountMax: Int, _ db: Database
  ) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    let ids = try String.fetchAll(
      db,
      sql: """
        SELECT id FROM incident WHERE since < ?1 AND state = 'resolved' AND resolved_at < ?1
        ORDER BY since LIMIT ?2
        """,
      arguments: [before, rowCountMax])
    var deleted = 0
    for id in ids where deleted < rowCountMax {
      for table in ["incident_member", "incident_version"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE incident = ?", arguments: [id])
        deleted += db.changesCount
      }
      try db.execute(sql: "DELETE FROM incident WHERE id = ?", arguments: [id])
      deleted += 1
    }
    return min(deleted, rowCountMax)
  }
}
