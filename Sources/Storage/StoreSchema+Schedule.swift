// SPDX-License-Identifier: Apache-2.0

extension StoreSchema {
  /// Columns that `slot` and `slot_version` share. Ids and codes are separated by single spaces.
  private static let slotColumns = """
    commune TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
    received_at INTEGER NOT NULL, kind TEXT NOT NULL, start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL, requested INTEGER NOT NULL, programme TEXT NOT NULL,
    title TEXT NOT NULL, priority TEXT NOT NULL, voice TEXT NOT NULL, source TEXT NOT NULL,
    devices TEXT NOT NULL, units TEXT NOT NULL, is_cancelled INTEGER NOT NULL,
    entered_by TEXT NOT NULL
    """

  /// Figures of a day ask for every version that said something of it.
  static let slotVersionsByStart = """
    CREATE INDEX slot_version_start ON slot_version (start_at);
    """

  /// `slot` is what is in force, `slot_version` everything that was accepted. A slot is at most 24
  /// hours long, so one index by its start finds those that reach into a period.
  static let schedule = """
    CREATE TABLE slot (
      \(slotColumns), PRIMARY KEY (commune, id)) STRICT, WITHOUT ROWID;
    CREATE INDEX slot_start ON slot (start_at);
    CREATE INDEX slot_commune ON slot (commune, is_cancelled, end_at);
    CREATE TABLE slot_version (
      \(slotColumns), PRIMARY KEY (commune, id, version)) STRICT, WITHOUT ROWID;
    """
}
