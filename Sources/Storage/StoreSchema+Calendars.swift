// SPDX-License-Identifier: Apache-2.0

extension StoreSchema {
  /// What people know: calendars, notes on outages, gaps of our own uplink. Rows are added and
  /// withdrawn, never changed, so that figures with and without later knowledge can be told.
  /// `occurrences` is a column of starts and lengths (``CalendarOccurrences``).
  static let calendars = """
    CREATE TABLE calendar_entry (
      id INTEGER PRIMARY KEY AUTOINCREMENT, calendar TEXT NOT NULL, uid TEXT NOT NULL,
      purpose TEXT NOT NULL, scope TEXT NOT NULL, occurrences BLOB NOT NULL,
      occurrence_count INTEGER NOT NULL, is_cut INTEGER NOT NULL, title TEXT NOT NULL,
      responsible TEXT NOT NULL, reference TEXT NOT NULL, entered_at INTEGER NOT NULL,
      entered_by TEXT NOT NULL, note TEXT, withdrawn_at INTEGER, withdrawn_by TEXT) STRICT;
    CREATE UNIQUE INDEX calendar_entry_in_force ON calendar_entry (calendar, uid)
      WHERE withdrawn_at IS NULL;
    CREATE TABLE recorded_cause (
      id INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, at INTEGER NOT NULL,
      cause TEXT NOT NULL, responsible TEXT NOT NULL, reference TEXT NOT NULL,
      entered_at INTEGER NOT NULL, entered_by TEXT NOT NULL, withdrawn_at INTEGER,
      withdrawn_by TEXT) STRICT;
    CREATE INDEX recorded_cause_at ON recorded_cause (at);
    CREATE TABLE confirmed_gap (
      id INTEGER PRIMARY KEY AUTOINCREMENT, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
      note TEXT NOT NULL, entered_at INTEGER NOT NULL, entered_by TEXT NOT NULL,
      withdrawn_at INTEGER, withdrawn_by TEXT) STRICT;
    """
}
