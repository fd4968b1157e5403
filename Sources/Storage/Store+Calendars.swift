// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// What an import did, or would do, to one entry; nil where there was or is none in force.
package struct CalendarChange: Sendable, Hashable {
  package let before: CalendarEntry?
  package let after: CalendarEntry?
}

extension Store {
  /// Entries in force; more are no plan that people made.
  package static let calendarEntryCountMax = 20_000
  /// With what was withdrawn or replaced.
  package static let calendarVersionCountMax = 200_000
  /// Of all entries in force together: some 40 MB in memory.
  package static let calendarOccurrenceCountMax = 2_000_000

  /// Every entry, in the order in which they were entered.
  ///
  /// - Parameter inForce: leaves out what was withdrawn or replaced.
  package func calendarEntries(inForce: Bool = false) throws(StoreError) -> [CalendarEntry] {
    try read("calendars cannot be read") { db in
      guard try db.tableExists("calendar_entry") else { return [] }
      return try Self.calendarEntries(db, inForce ? "WHERE withdrawn_at IS NULL" : "")
    }
  }

  /// Brings a calendar to what `entries` say; entries are matched by UID. All or nothing; the same
  /// import again changes nothing.
  ///
  /// - Parameters:
  ///   - isFull: what is missing from `entries` is withdrawn.
  ///   - cancelled: UIDs that are withdrawn if they are in force.
  package func importCalendar(
    _ calendar: String, _ entries: [CalendarEntry], cancelled: [String] = [], isFull: Bool,
    by actor: String, note: String?, at now: Milliseconds, dryRun: Bool
  ) throws(StoreError) -> [CalendarChange] {
    let action = "the calendar could not be imported"
    func apply(_ db: Database) throws -> [CalendarChange] {
      let known = try Self.calendarEntries(
        db, "WHERE withdrawn_at IS NULL AND calendar = ?", [calendar])
      let before = Dictionary(known.map { ($0.uid, $0) }) { _, last in last }
      var changes: [CalendarChange] = []
      for var entry in entries {
        let old = before[entry.uid]
        if let old, old.saysTheSame(as: entry) { continue }
        entry.calendar = calendar
        (entry.enteredAt, entry.enteredBy, entry.note) = (now, actor, note)
        changes.append(CalendarChange(before: old, after: entry))
      }
      let named = Set(entries.map(\.uid))
      for old in known where isFull ? !named.contains(old.uid) : cancelled.contains(old.uid) {
        changes.append(CalendarChange(before: old, after: nil))
      }
      if !dryRun { try record(changes, by: actor, at: now, db) }
      return changes
    }
    return dryRun ? try read(action, apply) : try write(action, apply)
  }

  /// Ends entries from now on as if they had never been in force; the rows stay.
  ///
  /// - Returns: what was withdrawn.
  package func withdrawCalendar(
    entries ids: [Int64], by actor: String, at now: Milliseconds
  ) throws(StoreError) -> [CalendarEntry] {
    try write("the entries could not be withdrawn") { db in
      let known = try Self.calendarEntries(db, "WHERE withdrawn_at IS NULL")
      let byID = Dictionary(known.map { ($0.id, $0) }) { _, last in last }
      for id in ids where byID[id] == nil {
        throw self.invalid("no entry \(id) of a calendar is in force", "see `nhip calendar list`")
      }
      let chosen = Set(ids).sorted().compactMap { byID[$0] }
      try record(
        chosen.map { CalendarChange(before: $0, after: nil) }, by: actor, at: now, db)
      return chosen
    }
  }

  private func record(
    _ changes: [CalendarChange], by actor: String, at now: Milliseconds, _ db: Database
  ) throws {
    for change in changes {
      if let before = change.before {
        try db.execute(
          sql: "UPDATE calendar_entry SET withdrawn_at = ?, withdrawn_by = ? WHERE id = ?",
          arguments: [now, actor, before.id])
      }
      if let after = change.after { try Self.insert(after, db) }
      try Self.noteChanged(change.stretches(until: now), db)
    }
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*) FILTER (WHERE withdrawn_at IS NULL),
          coalesce(sum(occurrence_count) FILTER (WHERE withdrawn_at IS NULL), 0), count(*)
        FROM calendar_entry
        """)
    let (entries, occurrences): (Int, Int) = (row?[0] ?? 0, row?[1] ?? 0)
    let versions: Int = row?[2] ?? 0
    guard entries <= Self.calendarEntryCountMax, occurrences <= Self.calendarOccurrenceCountMax,
      versions <= Self.calendarVersionCountMax
    else {
      throw invalid(
        "the calendars would hold too much", "at most \(Self.calendarEntryCountMax) entries with "
          + "\(Self.calendarOccurrenceCountMax) occurrences, \(Self.calendarVersionCountMax) "
          + "with earlier versions")
    }
  }

  func invalid(_ what: String, _ next: String) -> StoreError {
    StoreError(code: .invalid, what: what, path: path, next: next)
  }

  private static func insert(_ entry: CalendarEntry, _ db: Database) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let scope = String(decoding: try encoder.encode(entry.scope), as: UTF8.self)
    try db.cachedStatement(
      sql: """
        INSERT INTO calendar_entry (calendar, uid, purpose, scope, occurrences, occurrence_count,
          is_cut, title, responsible, reference, entered_at, entered_by, note)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [
        entry.calendar, entry.uid, entry.purpose.rawValue, scope,
        Data(CalendarOccurrences.bytes(entry.occurrences)), entry.occurrences.count, entry.isCut,
        entry.title, entry.responsible, entry.reference, entry.enteredAt, entry.enteredBy,
        entry.note,
      ])
  }

  private static func calendarEntries(
    _ db: Database, _ condition: String, _ arguments: StatementArguments = []
  ) throws -> [CalendarEntry] {
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT id, calendar, uid, purpose, scope, occurrences, is_cut, title, responsible,
          reference, entered_at, entered_by, note, withdrawn_at, withdrawn_by
        FROM calendar_entry \(condition) ORDER BY id
        """, arguments: arguments)
    var entries: [CalendarEntry] = []
    while let row = try rows.next() { entries.append(try entry(row)) }
    return entries
  }

  private static func entry(_ row: Row) throws -> CalendarEntry {
    let (scope, occurrences): (String, Data) = (row[4], row[5])
    guard let purpose = CalendarPurpose(rawValue: row[3]) else {
      throw BlockError.implausible("the purpose of a calendar's entry")
    }
    return CalendarEntry(
      id: row[0], calendar: row[1], uid: row[2], purpose: purpose,
      scope: try JSONDecoder().decode(CalendarScope.self, from: Data(scope.utf8)),
      occurrences: try CalendarOccurrences.read([UInt8](occurrences)), isCut: row[6],
      title: row[7], responsible: row[8], reference: row[9], enteredAt: row[10],
      enteredBy: row[11], note: row[12], withdrawnAt: row[13], withdrawnBy: row[14])
  }
}

extension CalendarChange {
  /// Past time that means something else for some device now.
  fileprivate func stretches(until now: Milliseconds) -> [Interval] {
    let (old, new) = (Set(before?.occurrences ?? []), Set(after?.occurrences ?? []))
    var changed = old.union(new)
    if let before, let after, before.purpose == after.purpose, before.scope == after.scope {
      changed = old.symmetricDifference(new)
      // Service hours that are entered anew are known from another instant on.
      if before.purpose == .serviceHours { changed = old.union(new) }
    }
    // What is still to come is not sealed; days are looked at for a week behind them.
    return changed.filter { $0.start < now + 8 * LocalTime.dayLength }
  }
}
