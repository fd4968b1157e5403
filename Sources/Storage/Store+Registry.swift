// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// What an import did, or would do, to one entry. JSON, null where the entry did not exist.
package struct RegistryChange: Sendable, Hashable {
  package enum Entity: String, Sendable { case unit, site, device, system }

  package let entity: Entity
  /// The code, or the device's id.
  package let key: String
  package let before: String?
  package let after: String?
}

package struct RegistryHistoryEntry: Sendable, Hashable {
  package let at: Milliseconds
  package let actor: String
  package let change: RegistryChange
  /// What the actor had to say about it.
  package let note: String?
}

extension Store {
  /// The latest version of every entry, in the order of code or id. What was closed or retired is
  /// included with its date, because reports on the past need it and the store has no clock.
  package func registry() throws(StoreError) -> Registry {
    try read("the registry cannot be read") { db in
      Registry(
        units: try Self.entries(db, { (row: UnitRow) in row.unit }, by: { $0.code }),
        sites: try Self.entries(db, { (row: SiteRow) in row.site }, by: { $0.code }),
        devices: try Self.entries(db, { (row: DeviceRow) in row.device }, by: { $0.id }),
        systems: try Self.entries(
          db, { (row: InformationSystemRow) in row.system }, by: { $0.code }))
    }
  }

  /// Brings the registry to what `registry` says; entries are matched by code or id.
  ///
  /// With `full`, what is missing from it is closed at `at` (a system, having no dates, is
  /// removed). All or nothing. The same import again finds nothing to change.
  package func importRegistry(
    _ registry: Registry, full: Bool, by actor: String, at: Milliseconds, dryRun: Bool
  ) throws(StoreError) -> [RegistryChange] {
    let action = "the registry could not be imported"
    func apply(_ db: Database) throws -> [RegistryChange] {
      try RegistryImport(
        db: db, path: path, source: .files(areAll: full), isDryRun: dryRun, actor: actor,
        note: nil, at: at
      ).apply(registry)
    }
    return dryRun ? try read(action, apply) : try write(action, apply)
  }

  /// Takes from files only the entries of which they say something else than at the last import,
  /// or say something for the first time, so that a pipeline's start undoes no command. A device
  /// that was retired stays so when its line changes, for files have no word for it.
  package func importChangedRegistry(
    _ registry: Registry, by actor: String, at: Milliseconds
  ) throws(StoreError) -> [RegistryChange] {
    try write("the registry could not be imported") { db in
      try RegistryImport(
        db: db, path: path, source: .filesAtStart, isDryRun: false, actor: actor, note: nil,
        at: at
      ).apply(registry)
    }
  }

  /// Writes the entries that an operator's command adds or changes, in one transaction. Files do
  /// not count as having said any of it.
  package func changeRegistry(
    _ entries: Registry, by actor: String, note: String?, at: Milliseconds
  ) throws(StoreError) -> [RegistryChange] {
    try write("the registry could not be changed") { db in
      try RegistryImport(
        db: db, path: path, source: .command, isDryRun: false, actor: actor, note: note, at: at
      ).apply(entries)
    }
  }

  /// Oldest first; nil means every entry, not only devices.
  package func registryHistory(
    device: String?
  ) throws(StoreError) -> [RegistryHistoryEntry] {
    try read("the registry's history cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT at, actor, entity, key, before, after, note FROM registry_history
          WHERE ?1 IS NULL OR (entity = 'device' AND key = ?1) ORDER BY id
          """,
        arguments: [device]
      ).map { row in
        guard let entity = RegistryChange.Entity(rawValue: row[2]) else {
          throw StoreError(
            code: .corrupt, what: "the registry's history names an unknown entity", path: path,
            next: "restore the last backup")
        }
        return RegistryHistoryEntry(
          at: row[0], actor: row[1],
          change: RegistryChange(entity: entity, key: row[3], before: row[4], after: row[5]),
          note: row[6])
      }
    }
  }

  /// Row by row and sorted in place: a nation's devices are tens of megabytes each time they are
  /// in memory as something else.
  private static func entries<Row: RegistryRow, Entry>(
    _ db: Database, _ entry: (Row) -> Entry, by key: (Entry) -> String
  ) throws -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(try Row.fetchCount(db))
    let rows = try Row.fetchCursor(db)
    while let row = try rows.next() { entries.append(entry(row)) }
    entries.sort { key($0) < key($1) }
    return entries
  }
}
