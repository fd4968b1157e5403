// SPDX-License-Identifier: Apache-2.0

extension StoreSchema {
  /// Columns that `incident` and `incident_version` share: what is found out and may change.
  private static let incidentColumns = """
    state TEXT NOT NULL, version INTEGER NOT NULL, since INTEGER NOT NULL,
    named_at INTEGER NOT NULL, resolved_at INTEGER, group_kind TEXT NOT NULL,
    group_code TEXT NOT NULL, cause TEXT NOT NULL, probability REAL NOT NULL,
    severity TEXT NOT NULL, title_vi TEXT NOT NULL, title_en TEXT NOT NULL,
    summary_vi TEXT NOT NULL, summary_en TEXT NOT NULL, evidence TEXT NOT NULL
    """

  /// `incident` is how each stands now, `incident_version` what was told of it and when, so that a
  /// report shows it as it was at the end of its period. `incident_rate` says how often alerts of a
  /// device began of late; 0 is the fleet.
  static let incidents = """
    CREATE TABLE incident (id TEXT PRIMARY KEY NOT NULL, \(incidentColumns)) STRICT;
    CREATE INDEX incident_since ON incident (since);
    CREATE INDEX incident_open ON incident (state) WHERE state <> 'resolved';
    CREATE TABLE incident_version (
      incident TEXT NOT NULL REFERENCES incident, at INTEGER NOT NULL, \(incidentColumns),
      PRIMARY KEY (incident, version)) STRICT, WITHOUT ROWID;
    CREATE TABLE incident_member (
      incident TEXT NOT NULL REFERENCES incident, device INTEGER NOT NULL, alert TEXT NOT NULL,
      since INTEGER NOT NULL, joined_at INTEGER NOT NULL, ended_at INTEGER,
      PRIMARY KEY (incident, alert)) STRICT, WITHOUT ROWID;
    CREATE INDEX incident_member_alert ON incident_member (alert);
    CREATE TABLE incident_rate (
      device INTEGER PRIMARY KEY NOT NULL, at INTEGER NOT NULL, silent REAL NOT NULL,
      other REAL NOT NULL, flaps REAL NOT NULL) STRICT;
    """
}
