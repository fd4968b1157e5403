// SPDX-License-Identifier: Apache-2.0

extension StoreSchema {
  /// What people said of anomalies. Rows are added and withdrawn, never deleted; `after_block` says
  /// where in the one log they said it. `novelty` is NULL where no detector found the anomaly.
  static let feedback = """
    CREATE TABLE anomaly_feedback (
      id INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL, verdict TEXT NOT NULL,
      device INTEGER NOT NULL, metric TEXT NOT NULL, channel TEXT NOT NULL,
      is_above INTEGER NOT NULL, novelty REAL, after_block INTEGER NOT NULL,
      entered_at INTEGER NOT NULL, entered_by TEXT NOT NULL, note TEXT NOT NULL,
      withdrawn_after_block INTEGER, withdrawn_at INTEGER, withdrawn_by TEXT) STRICT;
    CREATE INDEX anomaly_feedback_alert ON anomaly_feedback (alert);
    """
}
