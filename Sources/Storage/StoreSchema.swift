// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of a store, and the care taken before the first of them.
enum StoreSchema {
  /// Raised with every migration that an older nhip could not read.
  static let version = 15
  /// "nhip" in ASCII, in the file's header, so that a database of another program is not touched.
  static let applicationID = 0x6E68_6970
  /// A checkpoint cuts the write-ahead log back to this.
  static let walSizeBytesMax = 64 << 20

  /// Runs on every new connection, before anything is written.
  static func refuse(_ db: Database, path: String) throws {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let applicationID = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    if applicationID != Self.applicationID && tables > 0 {
      throw StoreError(
        code: .foreign, what: "the database was not made by nhip", path: path,
        next: "name another file")
    }
    if version > Self.version {
      throw newer("the store has format \(version) and this nhip knows \(Self.version)", path)
    }
    if tables > 0, try migrator.hasBeenSuperseded(db) {
      throw newer("the store has changes that this nhip does not know", path)
    }
  }

  private static func newer(_ what: String, _ path: String) -> StoreError {
    StoreError(code: .newer, what: what, path: path, next: "run the newer nhip that wrote it")
  }

  /// The order matters: `auto_vacuum` holds only if chosen before the first page is written, and
  /// switching to WAL writes it. The name of the program stands in the file before any table does
  /// (the migrator makes one of its own first), or a store whose making was cut short would be
  /// taken for another program's.
  static func prepareToWrite(_ db: Database) throws {
    try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    try db.execute(sql: "PRAGMA journal_mode = WAL")
    try db.execute(sql: "PRAGMA synchronous = FULL")
    if try Int.fetchOne(db, sql: "PRAGMA application_id") != applicationID {
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
    }
    try db.execute(sql: "PRAGMA journal_size_limit = \(walSizeBytesMax)")
  }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 store, blocks, messages, registry") { db in
      try db.execute(sql: "PRAGMA user_version = 1")
      try db.execute(sql: records)
      try db.execute(sql: messages)
      try db.execute(sql: registry)
    }
    migrator.registerMigration("2 alerts and their outbox") { db in
      try db.execute(sql: "PRAGMA user_version = 2")
      try db.execute(sql: alerts)
    }
    migrator.registerMigration("3 registry notes and sources") { db in
      try db.execute(sql: "PRAGMA user_version = 3")
      try db.execute(sql: registrySources)
    }
    migrator.registerMigration("4 packets of shelved messages") { db in
      try db.execute(sql: "PRAGMA user_version = 4")
      try db.execute(sql: shelvedPackets)
    }
    migrator.registerMigration("5 sealed days") { db in
      try db.execute(sql: "PRAGMA user_version = 5")
      try db.execute(sql: sealing)
    }
    migrator.registerMigration("6 the order of deliveries") { db in
      try db.execute(sql: "PRAGMA user_version = 6")
      try orderDeliveries(db)
    }
    migrator.registerMigration("7 checkpoints in parts, merged blocks") { db in
      try db.execute(sql: "PRAGMA user_version = 7")
      try db.execute(sql: checkpointParts)
    }
    migrator.registerMigration("8 states and outages of sealed days") { db in
      try db.execute(sql: "PRAGMA user_version = 8")
      try db.execute(sql: sealedIntervals)
    }
    migrator.registerMigration("9 calendars, notes, confirmed gaps") { db in
      try db.execute(sql: "PRAGMA user_version = 9")
      try db.execute(sql: calendars)
    }
    migrator.registerMigration("10 schedule") { db in
      try db.execute(sql: "PRAGMA user_version = 10")
      try db.execute(sql: schedule)
    }
    migrator.registerMigration("11 sheets of sealed days") { db in
      try db.execute(sql: "PRAGMA user_version = 11")
      try db.execute(sql: daySheets)
    }
    migrator.registerMigration("12 failures of service of sealed days") { db in
      try db.execute(sql: "PRAGMA user_version = 12")
      try db.execute(sql: sealedFailures)
    }
    migrator.registerMigration("13 messages by day, versions of slots by start") { db in
      try db.execute(sql: "PRAGMA user_version = 13")
      try db.execute(sql: shelvedByDay)
      try db.execute(sql: slotVersionsByStart)
    }
    migrator.registerMigration("14 feedback on anomalies") { db in
      try db.execute(sql: "PRAGMA user_version = 14")
      try db.execute(sql: feedback)
    }
    migrator.registerMigration("15 incidents") { db in
      try db.execute(sql: "PRAGMA user_version = 15")
      try db.execute(sql: incidents)
    }
    return migrator
  }

  /// Blocks keep the packet ids of readings; this keeps the newest ones of everything else, so that
  /// a message that the broker sends again is recognised whatever became of it. At most 65,536 rows
  /// a session, which is how many packet ids there are.
  private static let shelvedPackets = """
    CREATE TABLE shelved_packet (
      session INTEGER NOT NULL, packet_id INTEGER NOT NULL, payload_hash INTEGER NOT NULL,
      received_at INTEGER NOT NULL, PRIMARY KEY (session, packet_id)) STRICT, WITHOUT ROWID;
    """

  /// A part is of a checkpoint once a row of `checkpoint` names it there; that row's bytes are then
  /// no state, but what its parts are. The format also has blocks that are several in one row.
  private static let checkpointParts = """
    ALTER TABLE checkpoint ADD COLUMN part_count INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE checkpoint_part (
      id INTEGER PRIMARY KEY NOT NULL, checkpoint INTEGER NOT NULL, part INTEGER NOT NULL,
      bytes BLOB NOT NULL, UNIQUE (checkpoint, part)) STRICT;
    """

  private static let records = """
    CREATE TABLE store (
      name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
    CREATE TABLE tally (
      name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;
    CREATE TABLE block (
      id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
      profile_version INTEGER NOT NULL, reading_count INTEGER NOT NULL,
      event_time_min INTEGER NOT NULL, event_time_max INTEGER NOT NULL,
      received_at_max INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE checkpoint (
      id INTEGER PRIMARY KEY AUTOINCREMENT, after_block INTEGER NOT NULL,
      at INTEGER NOT NULL, checksum INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE observed (
      session INTEGER NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
      PRIMARY KEY (session, start_at)) STRICT, WITHOUT ROWID;
    CREATE TABLE observed_hole (
      start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,
      PRIMARY KEY (start_at, end_at)) STRICT, WITHOUT ROWID;
    """

  private static let messages = ["inbox", "quarantine"].map { shelf in
    """
    CREATE TABLE \(shelf)_count (
      address TEXT NOT NULL, reason TEXT NOT NULL,
      received INTEGER NOT NULL, kept INTEGER NOT NULL,
      first_received_at INTEGER NOT NULL, last_received_at INTEGER NOT NULL,
      PRIMARY KEY (address, reason)) STRICT, WITHOUT ROWID;
    CREATE TABLE \(shelf)_message (
      id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, reason TEXT NOT NULL,
      topic BLOB NOT NULL, payload BLOB NOT NULL, received_at INTEGER NOT NULL,
      flags INTEGER NOT NULL,
      FOREIGN KEY (address, reason) REFERENCES \(shelf)_count ON DELETE CASCADE) STRICT;
    CREATE INDEX \(shelf)_message_subject ON \(shelf)_message (address, reason);
    """
  }.joined(separator: "\n")

  private static let registry = """
    CREATE TABLE unit (
      code TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, level TEXT NOT NULL,
      level_label TEXT NOT NULL, area_class TEXT NOT NULL, parent TEXT NOT NULL,
      valid_from INTEGER, valid_to INTEGER) STRICT;
    CREATE TABLE site (
      code TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
      unit TEXT NOT NULL, latitude REAL, longitude REAL, feeder TEXT NOT NULL,
      isp TEXT NOT NULL, valid_from INTEGER, valid_to INTEGER) STRICT;
    CREATE TABLE device (
      number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
      name TEXT NOT NULL, site TEXT NOT NULL, commune TEXT NOT NULL, via TEXT NOT NULL,
      owner TEXT NOT NULL, commissioned_at INTEGER, retired_at INTEGER,
      sim_quota_megabytes INTEGER, sim_cycle_day INTEGER, sim_expires_on INTEGER,
      certificate_expires_on INTEGER) STRICT;
    CREATE TABLE information_system (
      code TEXT PRIMARY KEY NOT NULL, unit TEXT NOT NULL, security_level INTEGER NOT NULL,
      approved_on INTEGER, measures_in_place INTEGER NOT NULL) STRICT;
    CREATE TABLE registry_history (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL,
      entity TEXT NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT) STRICT;
    CREATE INDEX registry_history_subject ON registry_history (entity, key);
    """

  /// `version` counts an alert's transitions. The outbox keeps what the broker has not confirmed.
  private static let alerts = """
    CREATE TABLE alert (
      id TEXT PRIMARY KEY NOT NULL, rule TEXT NOT NULL,
      device INTEGER NOT NULL REFERENCES device, commune TEXT NOT NULL,
      severity TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
      since INTEGER NOT NULL, fired_at INTEGER NOT NULL,
      acknowledged_at INTEGER, acknowledged_by TEXT, note TEXT, resolved_at INTEGER,
      title_vi TEXT NOT NULL, title_en TEXT NOT NULL,
      summary_vi TEXT NOT NULL, summary_en TEXT NOT NULL, evidence TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX alert_open ON alert (rule, device) WHERE state <> 'resolved';
    CREATE INDEX alert_since ON alert (since);
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL,
      is_retained INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT;
    CREATE INDEX outbox_topic ON outbox (topic);
    """

  /// Beside the history's notes: what the files last said of each entry, as one row of theirs.
  private static let registrySources = """
    ALTER TABLE registry_history ADD COLUMN note TEXT;
    CREATE TABLE registry_source (
      entity TEXT NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL,
      PRIMARY KEY (entity, key)) STRICT, WITHOUT ROWID;
    """
}
