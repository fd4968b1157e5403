// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// The slots in force that overlap a period, cancelled ones included, by start, commune and id.
  package func slots(overlapping period: Interval) throws(StoreError) -> [Slot] {
    // No slot is longer than this, so none that began before reaches into the period.
    let earliest = max(period.start, .min + SlotLimits.lengthMax) - SlotLimits.lengthMax
    return try slots(
      "start_at >= ?1 AND start_at < ?2 AND end_at > ?3", [earliest, period.end, period.start])
  }

  /// The slots in force that start within a period, cancelled ones included, in the same order.
  package func slots(startingIn period: Interval) throws(StoreError) -> [Slot] {
    try slots("start_at >= ?1 AND start_at < ?2", [period.start, period.end])
  }

  private func slots(
    _ condition: String, _ arguments: StatementArguments
  ) throws(StoreError) -> [Slot] {
    try read("the schedule cannot be read") { db in
      // A reader may open a store of an older format; only who writes brings it up to date.
      guard try db.tableExists("slot") else { return [] }
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(SlotShelf.columns) FROM slot WHERE \(condition)
          ORDER BY start_at, commune, id
          """, arguments: arguments)
      var slots: [Slot] = []
      while let row = try rows.next() { slots.append(try readable(row)) }
      return slots
    }
  }

  /// All versions that are kept of slots of which there are several, where any of them overlaps a
  /// period; by commune, id and version.
  package func changedSlotVersions(
    overlapping period: Interval
  ) throws(StoreError) -> [Slot] {
    let earliest = max(period.start, .min + SlotLimits.lengthMax) - SlotLimits.lengthMax
    return try read("the schedule cannot be read") { db in
      guard try db.tableExists("slot_version") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT \(SlotShelf.columns) FROM slot_version WHERE (commune, id) IN (
            SELECT part.commune, part.id FROM slot_version AS part
              JOIN slot AS newest ON newest.commune = part.commune AND newest.id = part.id
            WHERE part.start_at >= ?1 AND part.start_at < ?2 AND part.end_at > ?3
              AND newest.version > 1)
          ORDER BY commune, id, version
          """, arguments: [earliest, period.end, period.start]
      ).map(readable)
    }
  }

  /// Enters slots by command: all or nothing.
  ///
  /// - Throws: `invalid` if a commune has no room for them.
  package func enterSlots(_ messages: [SlotMessage]) throws(StoreError) {
    try write("the schedule could not be changed") { db in
      guard let refused = try SlotShelf.add(messages, to: db).first else { return }
      throw StoreError(
        code: .invalid,
        what: "\(refused.reason): a commune has at most \(SlotLimits.openCountMax) slots that are "
          + "neither over nor cancelled, and \(SlotLimits.keptCountMax) in all",
        path: path, next: "enter less of it")
    }
  }

  /// Everything that was accepted of one slot and is still kept, oldest first.
  package func slotVersions(commune: String, id: String) throws(StoreError) -> [Slot] {
    try read("the schedule cannot be read") { db in
      guard try db.tableExists("slot_version") else { return [] }
      return try Row.fetchAll(
        db,
        sql: """
          SELECT \(SlotShelf.columns) FROM slot_version WHERE commune = ? AND id = ?
          ORDER BY version
          """, arguments: [commune, id]
      ).map(readable)
    }
  }

  /// The communes that have a slot of this id, ascending.
  package func communes(ofSlot id: String) throws(StoreError) -> [String] {
    try read("the schedule cannot be read") { db in
      guard try db.tableExists("slot") else { return [] }
      return try String.fetchAll(
        db, sql: "SELECT commune FROM slot WHERE id = ? ORDER BY commune", arguments: [id])
    }
  }

  /// Ids of the newest slots, for who asked for one that is not there.
  package func newestSlots(countMax: Int) throws(StoreError) -> [String] {
    try read("the schedule cannot be read") { db in
      guard try db.tableExists("slot") else { return [] }
      return try String.fetchAll(
        db, sql: "SELECT id FROM slot ORDER BY start_at DESC, commune, id LIMIT ?",
        arguments: [countMax])
    }
  }

  private func readable(_ row: Row) throws -> Slot {
    do { return try SlotShelf.slot(of: row) } catch {
      throw StoreError(
        code: .corrupt, what: "\(error)", path: path, next: "restore the last backup")
    }
  }
}
