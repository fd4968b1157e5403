// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// In all; a person writes them.
  package static let feedbackCountMax = 1_000_000

  /// What people said of anomalies, withdrawn rows too, in the order in which they said it.
  ///
  /// - Parameter alert: nil means of any.
  package func anomalyFeedback(
    alert: String? = nil
  ) throws(StoreError) -> [AnomalyFeedback] {
    try read("feedback on anomalies cannot be read") { db in
      // A store that an older nhip wrote, opened to be read.
      guard try db.tableExists("anomaly_feedback") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT id, alert, verdict, device, metric, channel, is_above, novelty, after_block,
            entered_at, entered_by, note, withdrawn_after_block, withdrawn_at, withdrawn_by
          FROM anomaly_feedback WHERE ? IS NULL OR alert = ? ORDER BY id
          """, arguments: [alert, alert]
      ).map { try feedback($0) }
    }
  }

  private func feedback(_ row: Row) throws(StoreError) -> AnomalyFeedback {
    let id: Int64 = row[0]
    guard let verdict = AnomalyFeedback.Verdict(rawValue: row[2]) else {
      throw StoreError(
        code: .corrupt, what: "feedback \(id) has an unknown verdict", path: path,
        next: "restore the last backup")
    }
    var feedback = AnomalyFeedback(
      id: id, alert: row[1], verdict: verdict, device: row[3], metric: row[4], channel: row[5],
      isAbove: row[6], novelty: row[7], afterBlock: row[8], enteredAt: row[9],
      enteredBy: row[10], note: row[11])
    if let block: Int64 = row[12], let at: Milliseconds = row[13], let by: String = row[14] {
      feedback.withdrawal = AnomalyFeedback.Withdrawal(afterBlock: block, at: at, by: by)
    }
    return feedback
  }

  /// Adds what somebody says of an anomaly, behind the newest block. What was said of it before is
  /// withdrawn: of one anomaly the last word counts.
  ///
  /// - Returns: the row with its id and its place in the log.
  package func add(_ feedback: AnomalyFeedback) throws(StoreError) -> AnomalyFeedback {
    try write("the feedback could not be kept") { db in
      var feedback = feedback
      feedback.afterBlock = try Self.newestBlock(db)
      try Self.withdrawFeedback(
        of: feedback.alert, db, afterBlock: feedback.afterBlock, by: feedback.enteredBy,
        at: feedback.enteredAt)
      try db.execute(
        sql: """
          INSERT INTO anomaly_feedback (alert, verdict, device, metric, channel, is_above, novelty,
            after_block, entered_at, entered_by, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          feedback.alert, feedback.verdict.rawValue, feedback.device, feedback.metric,
          feedback.channel, feedback.isAbove, feedback.novelty, feedback.afterBlock,
          feedback.enteredAt, feedback.enteredBy, feedback.note,
        ])
      feedback.id = db.lastInsertedRowID
      let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM anomaly_feedback") ?? 0
      guard count <= Self.feedbackCountMax else {
        throw invalid("there is too much feedback", "at most \(Self.feedbackCountMax) rows")
      }
      return feedback
    }
  }

  /// Takes back what was said of an anomaly; the row stays.
  ///
  /// - Returns: the row as it was.
  /// - Throws: `invalid` if nothing is in force.
  package func withdrawFeedback(
    alert: String, by actor: String, at now: Milliseconds
  ) throws(StoreError) -> AnomalyFeedback {
    guard let feedback = try anomalyFeedback(alert: alert).last(where: \.isInForce) else {
      throw invalid(
        "nobody has dismissed or confirmed '\(alert)'", "see `nhip anomalies list`")
    }
    try write("the feedback could not be withdrawn") { db in
      try Self.withdrawFeedback(
        of: alert, db, afterBlock: try Self.newestBlock(db), by: actor, at: now)
    }
    return feedback
  }

  private static func withdrawFeedback(
    of alert: String, _ db: Database, afterBlock: Int64, by actor: String, at now: Milliseconds
  ) throws {
    try db.execute(
      sql: """
        UPDATE anomaly_feedback SET withdrawn_after_block = ?, withdrawn_at = ?, withdrawn_by = ?
        WHERE alert = ? AND withdrawn_at IS NULL
        """, arguments: [afterBlock, now, actor, alert])
  }
}
