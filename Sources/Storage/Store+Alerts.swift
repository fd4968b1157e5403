// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// One alert as its table holds it.
private struct AlertRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "alert"
  static var databaseColumnDecodingStrategy: DatabaseColumnDecodingStrategy {
    .convertFromSnakeCase
  }
  static var databaseColumnEncodingStrategy: DatabaseColumnEncodingStrategy { .convertToSnakeCase }

  var id, rule: String
  var device: Int64
  var commune, severity, state: String
  var version: Int
  var since, firedAt: Milliseconds
  var acknowledgedAt: Milliseconds?
  var acknowledgedBy, note: String?
  var resolvedAt: Milliseconds?
  var titleVi, titleEn, summaryVi, summaryEn, evidence: String

  init(_ alert: Alert) {
    (id, rule, device, commune) = (alert.id, alert.rule, alert.device, alert.commune)
    (severity, state) = (alert.severity.rawValue, alert.state.rawValue)
    (version, since, firedAt) = (alert.version, alert.since, alert.firedAt)
    acknowledgedAt = alert.acknowledgement?.at
    (acknowledgedBy, note) = (alert.acknowledgement?.by, alert.acknowledgement?.note)
    resolvedAt = alert.resolvedAt
    (titleVi, titleEn) = (alert.title.vi, alert.title.en)
    (summaryVi, summaryEn, evidence) = (alert.summary.vi, alert.summary.en, alert.evidence)
  }

  func alert(path: String) throws(StoreError) -> Alert {
    guard let severity = AlertRule.Severity(rawValue: severity),
      let state = Alert.State(rawValue: state)
    else {
      throw StoreError(
        code: .corrupt, what: "alert \(id) has an unknown severity or state", path: path,
        next: "restore the last backup")
    }
    let acknowledgement = acknowledgedAt.map {
      Alert.Acknowledgement(at: $0, by: acknowledgedBy ?? "", note: note ?? "")
    }
    return Alert(
      id: id, rule: rule, device: device, commune: commune, severity: severity, state: state,
      version: version, since: since, firedAt: firedAt, acknowledgement: acknowledgement,
      resolvedAt: resolvedAt, title: Title(vi: titleVi, en: titleEn),
      summary: Title(vi: summaryVi, en: summaryEn), evidence: evidence)
  }
}

extension Store {
  /// Writes alerts as they are now, and what is to be sent of them.
  ///
  /// An alert that the table has in this version or a later one stays as it is: judging readings
  /// again after a crash changes nothing.
  static func add(_ alerts: [Alert], outbox: [OutgoingMessage], to db: Database) throws {
    for alert in alerts {
      let known = try Int.fetchOne(
        db.cachedStatement(sql: "SELECT version FROM alert WHERE id = ?"), arguments: [alert.id])
      guard let known else {
        try AlertRow(alert).insert(db)
        continue
      }
      if known < alert.version { try AlertRow(alert).update(db) }
    }
    for message in outbox {
      // Of a retained state only the newest matters: an older one need not be sent any more.
      if message.isRetained {
        try db.cachedStatement(sql: "DELETE FROM outbox WHERE topic = ? AND is_retained = 1")
          .execute(arguments: [message.topic])
      }
      let statement = try db.cachedStatement(
        sql: "INSERT INTO outbox (topic, payload, is_retained, created_at) VALUES (?, ?, ?, ?)")
      try statement.execute(
        arguments: [message.topic, Data(message.payload), message.isRetained, message.createdAt])
    }
  }

  /// Oldest first.
  package func openAlerts() throws(StoreError) -> [Alert] {
    try alerts(where: "state <> 'resolved' ORDER BY fired_at, id", [])
  }

  /// Those that were open at some moment of `from`..<`to`, oldest first.
  package func alerts(
    from: Milliseconds, to: Milliseconds
  ) throws(StoreError) -> [Alert] {
    try alerts(
      where: "since < ? AND (resolved_at IS NULL OR resolved_at >= ?) ORDER BY since, id",
      [to, from])
  }

  package func alert(id: String) throws(StoreError) -> Alert? {
    try alerts(where: "id = ?", [id]).first
  }

  func alerts(
    where condition: String, _ arguments: StatementArguments
  ) throws(StoreError) -> [Alert] {
    try read("alerts cannot be read") { db in
      try AlertRow.fetchAll(
        db, sql: "SELECT * FROM alert WHERE \(condition)", arguments: arguments
      ).map { try $0.alert(path: path) }
    }
  }

  /// What waits to be sent, oldest first, behind `id`.
  package func outbox(
    after id: Int64, countMax: Int
  ) throws(StoreError) -> [OutgoingMessage] {
    try read("the outbox cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, topic, payload, is_retained, created_at FROM outbox
          WHERE id > ? ORDER BY id LIMIT ?
          """,
        arguments: [id, countMax]
      ).map { row in
        OutgoingMessage(
          id: row[0], topic: row[1], payload: [UInt8](row[2] as Data), isRetained: row[3],
          createdAt: row[4])
      }
    }
  }

  package func outboxCount() throws(StoreError) -> Int {
    try read("the outbox cannot be read") { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") ?? 0
    }
  }

  /// The broker has these.
  package func removeOutbox(_ ids: [Int64]) throws(StoreError) {
    try write("the outbox could not be cleared") { db in
      let statement = try db.cachedStatement(sql: "DELETE FROM outbox WHERE id = ?")
      for id in ids { try statement.execute(arguments: [id]) }
    }
  }

  /// Nobody is to be told: alerts are not published.
  package func emptyOutbox() throws(StoreError) {
    try write("the outbox could not be emptied") { db in
      try db.execute(sql: "DELETE FROM outbox")
    }
  }
}
