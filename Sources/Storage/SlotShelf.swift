// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

/// A message of the schedule that was understood.
package struct SlotMessage: Sendable, Hashable {
  package var commune: String
  package var id: String
  /// Nil if the slot is withdrawn.
  package var slot: Slot?
  package var receivedAt: Milliseconds
  /// Who enters it by command; empty if the scheduler published it.
  package var enteredBy: String
  /// As it came, for the quarantine if there is no room.
  package var topic: [UInt8]
  package var payload: [UInt8]

  package init(
    commune: String, id: String, slot: Slot?, receivedAt: Milliseconds, enteredBy: String = "",
    topic: [UInt8] = [], payload: [UInt8] = []
  ) {
    self.enteredBy = enteredBy
    self.commune = commune
    self.id = id
    self.slot = slot
    self.receivedAt = receivedAt
    self.topic = topic
    self.payload = payload
  }
}

/// The slots in force, and every version that was accepted.
///
/// All work happens inside the caller's transaction. Bounded for each commune by
/// `SlotLimits.openCountMax` and `keptCountMax`, for each slot by `versionCountMax`.
enum SlotShelf {
  /// Beyond the limits, as the quarantine names it.
  static let tooMany = "schedule-too-many"

  /// Takes messages in their order. What says nothing new changes nothing.
  ///
  /// - Returns: what there is no room for.
  static func add(_ messages: [SlotMessage], to db: Database) throws -> [QuarantinedMessage] {
    guard !messages.isEmpty else { return [] }
    var refused: [QuarantinedMessage] = []
    var rooms: [String: Room] = [:]
    var reached: [Interval] = []
    for message in messages {
      let known = try slot(message.commune, message.id, db)
      guard var slot = version(message, known) else { continue }
      var room = try rooms[message.commune] ?? room(of: message.commune, message.receivedAt, db)
      guard room.take(slot, known, at: message.receivedAt) else {
        refused.append(
          QuarantinedMessage(
            address: "\(Topic.prefix)/\(message.commune)/\(Topic.schedule)", reason: tooMany,
            topic: message.topic, payload: message.payload, receivedAt: message.receivedAt))
        continue
      }
      rooms[message.commune] = room
      slot.version = (known?.version ?? 0) + 1
      slot.receivedAt = message.receivedAt
      slot.enteredBy = message.enteredBy
      try insert(slot, db)
      reached += [known?.interval, slot.interval].compactMap(\.self)
    }
    try noteReached(reached, db)
    return refused
  }

  /// Sealed days that another slot reaches are looked at again. What lies behind them, as nearly
  /// every slot does, costs one look.
  private static func noteReached(_ intervals: [Interval], _ db: Database) throws {
    guard !intervals.isEmpty,
      let newest = try Int64.fetchOne(
        db.cachedStatement(sql: "SELECT max(day) FROM sealed_day"))
    else { return }
    let end = LocalTime.start(ofDay: newest + 1)
    try Store.noteChanged(intervals.filter { $0.start < end }, db)
  }

  /// What a message makes of a slot; nil if that is what the slot is already.
  private static func version(_ message: SlotMessage, _ known: Slot?) -> Slot? {
    if let slot = message.slot {
      return known.map { slot.saysTheSame(as: $0) } ?? false ? nil : slot
    }
    // What was never there, or is cancelled already, cannot be withdrawn.
    guard var slot = known, !slot.isCancelled else { return nil }
    slot.isCancelled = true
    return slot
  }

  /// How many slots a commune has.
  private struct Room {
    /// Neither over nor cancelled.
    var open: Int
    var kept: Int

    /// False if there is no room for what a slot becomes.
    mutating func take(_ slot: Slot, _ known: Slot?, at now: Milliseconds) -> Bool {
      let wasOpen = known.map { !$0.isCancelled && $0.interval.end > now } ?? false
      let isOpen = !slot.isCancelled && slot.interval.end > now
      if known == nil && kept >= SlotLimits.keptCountMax { return false }
      if isOpen && !wasOpen && open >= SlotLimits.openCountMax { return false }
      open += (isOpen ? 1 : 0) - (wasOpen ? 1 : 0)
      kept += known == nil ? 1 : 0
      return true
    }
  }

  private static func room(
    of commune: String, _ now: Milliseconds, _ db: Database
  ) throws -> Room {
    let open = try Int.fetchOne(
      db,
      sql: "SELECT count(*) FROM slot WHERE commune = ? AND is_cancelled = 0 AND end_at > ?",
      arguments: [commune, now])
    let kept = try Int.fetchOne(
      db, sql: "SELECT count(*) FROM slot WHERE commune = ?", arguments: [commune])
    return Room(open: open ?? 0, kept: kept ?? 0)
  }

  private static func insert(_ slot: Slot, _ db: Database) throws {
    for table in ["slot", "slot_version"] {
      try db.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO \(table) (\(columns))
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """
      ).execute(arguments: arguments(slot))
    }
    try db.cachedStatement(
      sql: "DELETE FROM slot_version WHERE commune = ? AND id = ? AND version <= ?"
    ).execute(arguments: [slot.commune, slot.id, slot.version - SlotLimits.versionCountMax])
  }

  static let columns = """
    commune, id, version, received_at, kind, start_at, end_at, requested, programme, title,
    priority, voice, source, devices, units, is_cancelled, entered_by
    """

  private static func arguments(_ slot: Slot) -> StatementArguments {
    [
      slot.commune, slot.id, slot.version, slot.receivedAt, slot.kind.rawValue,
      slot.interval.start, slot.interval.end, slot.requested, slot.programme, slot.title,
      slot.priority.rawValue, slot.voice.rawValue, slot.source,
      slot.devices.joined(separator: " "), slot.units.joined(separator: " "), slot.isCancelled,
      slot.enteredBy,
    ]
  }

  private static func slot(_ commune: String, _ id: String, _ db: Database) throws -> Slot? {
    try Row.fetchOne(
      db.cachedStatement(sql: "SELECT \(columns) FROM slot WHERE commune = ? AND id = ?"),
      arguments: [commune, id]
    ).map(slot(of:))
  }

  /// - Throws: `SlotShelfFault` for words that this nhip never wrote.
  static func slot(of row: Row) throws -> Slot {
    let (start, end): (Int64, Int64) = (row[5], row[6])
    guard let kind = Slot.Kind(rawValue: row[4]), let priority = Slot.Priority(rawValue: row[10]),
      let voice = Slot.Voice(rawValue: row[11]), start <= end
    else { throw SlotShelfFault(commune: row[0], id: row[1]) }
    return Slot(
      commune: row[0], id: row[1], kind: kind, interval: Interval(start: start, end: end),
      programme: row[8], title: row[9], priority: priority, voice: voice, requested: row[7],
      source: row[12], devices: list(row[13]), units: list(row[14]), isCancelled: row[15],
      version: row[2], receivedAt: row[3], enteredBy: row[16])
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: " ").map(String.init)
  }

  /// Deletes slots that ended before an instant, with their versions. Returns how many went.
  static func delete(
    endedBefore: Milliseconds, rowCountMax: Int, _ db: Database
  ) throws -> Int {
    guard rowCountMax > 0 else { return 0 }
    // None is longer than a day, so the index by start passes over a day's slots at most.
    let old = try Row.fetchAll(
      db,
      sql: """
        SELECT commune, id FROM slot WHERE start_at < ?1 AND end_at < ?1
        ORDER BY start_at LIMIT ?2
        """, arguments: [endedBefore, rowCountMax])
    for row in old {
      let key: StatementArguments = [row[0] as String, row[1] as String]
      for table in ["slot", "slot_version"] {
        try db.cachedStatement(
          sql: "DELETE FROM \(table) WHERE commune = ? AND id = ?"
        ).execute(arguments: key)
      }
    }
    return old.count
  }
}

/// A slot that cannot be read.
struct SlotShelfFault: Error, CustomStringConvertible {
  var commune: String
  var id: String
  var description: String { "slot \(commune)/\(id) cannot be read" }
}
