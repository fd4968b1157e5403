// SPDX-License-Identifier: Apache-2.0

extension StoreSchema {
  /// Sealed days. `day` counts local days since 1970-01-01.
  ///
  /// What a day says is written under its next generation first, in steps, and becomes visible
  /// when `sealed_day` names that generation: of each device the newest up to it counts. A
  /// revision is a generation that changed readings or figures, and people hear of it. A hash is
  /// neither secret nor signed: it finds what changed.
  static let sealing = """
    CREATE TABLE sealed_day (
      day INTEGER PRIMARY KEY NOT NULL, revision INTEGER NOT NULL, generation INTEGER NOT NULL,
      through_block INTEGER NOT NULL, sealed_at INTEGER NOT NULL, is_final INTEGER NOT NULL,
      reading_count INTEGER NOT NULL, duplicate_count INTEGER NOT NULL,
      content_hash INTEGER NOT NULL, observed_hash INTEGER NOT NULL) STRICT;
    CREATE TABLE sealed_layout (
      id INTEGER PRIMARY KEY NOT NULL, kind TEXT NOT NULL, profile_version INTEGER NOT NULL,
      metric_names TEXT NOT NULL, UNIQUE (kind, profile_version, metric_names)) STRICT;
    CREATE TABLE sealed_block (
      id INTEGER PRIMARY KEY NOT NULL, day INTEGER NOT NULL, device INTEGER NOT NULL,
      generation INTEGER NOT NULL, layout INTEGER NOT NULL REFERENCES sealed_layout,
      reading_count INTEGER NOT NULL, duplicate_count INTEGER NOT NULL,
      received_at_min INTEGER NOT NULL, received_at_max INTEGER NOT NULL,
      content_hash INTEGER NOT NULL, bytes BLOB NOT NULL,
      UNIQUE (day, device, generation)) STRICT;
    CREATE TABLE sealed_figure (
      day INTEGER NOT NULL, device INTEGER NOT NULL, generation INTEGER NOT NULL,
      input_hash INTEGER NOT NULL, figures TEXT NOT NULL,
      PRIMARY KEY (day, device, generation)) STRICT, WITHOUT ROWID;
    CREATE TABLE seal_revision (
      day INTEGER NOT NULL, revision INTEGER NOT NULL, sealed_at INTEGER NOT NULL,
      cause TEXT NOT NULL, PRIMARY KEY (day, revision)) STRICT, WITHOUT ROWID;
    CREATE TABLE seal_difference (
      day INTEGER NOT NULL, revision INTEGER NOT NULL, device INTEGER NOT NULL,
      figure TEXT NOT NULL, before TEXT, after TEXT,
      PRIMARY KEY (day, revision, device, figure)) STRICT, WITHOUT ROWID;
    """

  /// Days that were sealed before have none until they are sealed again.
  static let sealedIntervals = """
    ALTER TABLE sealed_figure ADD COLUMN intervals TEXT NOT NULL DEFAULT '';
    """

  /// NULL is not the same as none: of days that were sealed before only the sum is known.
  static let sealedFailures = """
    ALTER TABLE sealed_figure ADD COLUMN failures TEXT;
    """
}
