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
}

extension Store {
  /// The latest version of every entry, in the order of code or id. What was closed or retired is
  /// included with its date, because reports on the past need it and the store has no clock.
  package func registry() throws(StoreError) -> Registry {
    try read("the registry cannot be read") { db in
      Registry(
        units: try Self.rows(UnitRow.self, db).map(\.unit),
        sites: try Self.rows(SiteRow.self, db).map(\.site),
        devices: try Self.rows(DeviceRow.self, db).map(\.device),
        systems: try Self.rows(InformationSystemRow.self, db).map(\.system))
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
      let importer = RegistryImport(
        db: db, path: path, isFull: full, isDryRun: dryRun, actor: actor, at: at)
      return try importer.apply(registry.units.map(UnitRow.init))
        + importer.apply(registry.sites.map(SiteRow.init))
        + importer.apply(registry.devices.map(DeviceRow.init))
        + importer.apply(registry.systems.map(InformationSystemRow.init))
    }
    return dryRun ? try read(action, apply) : try write(action, apply)
  }

  /// Oldest first; nil means every entry, not only devices.
  package func registryHistory(
    device: String?
  ) throws(StoreError) -> [RegistryHistoryEntry] {
    try read("the registry's history cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT at, actor, entity, key, before, after FROM registry_history
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
          change: RegistryChange(entity: entity, key: row[3], before: row[4], after: row[5]))
      }
    }
  }

  private static func rows<Row: RegistryRow>(_: Row.Type, _ db: Database) throws -> [Row] {
    try Row.fetchAll(db).sorted { $0.key < $1.key }
  }
}

/// One import inside its transaction.
private struct RegistryImport {
  let db: Database
  let path: String
  let isFull: Bool
  let isDryRun: Bool
  let actor: String
  let at: Milliseconds

  func apply<Row: RegistryRow>(_ rows: [Row]) throws -> [RegistryChange] {
    var stored: [String: Row] = [:]
    for row in try Row.fetchAll(db) { stored[row.key] = row }
    var seen: Set<String> = []
    var changes: [RegistryChange] = []
    for row in rows {
      guard seen.insert(row.key).inserted else {
        throw StoreError(
          code: .invalid, what: "the import names the \(Row.entity) '\(row.key)' twice",
          path: path, next: "keep one of the two lines")
      }
      var row = row
      if let before = stored[row.key] { row.inherit(from: before) }
      if let change = try record(stored[row.key], row) { changes.append(change) }
    }
    guard isFull else { return changes }
    for (key, before) in stored.sorted(by: { $0.key < $1.key }) where !seen.contains(key) {
      if let change = try record(before, before.closed(at: at)) { changes.append(change) }
    }
    return changes
  }

  private func record<Row: RegistryRow>(
    _ before: Row?, _ after: Row?
  ) throws -> RegistryChange? {
    guard before != after, let key = after?.key ?? before?.key else { return nil }
    if !isDryRun {
      if let after { try before == nil ? after.insert(db) : after.update(db) }
      if let before, after == nil { try before.delete(db) }
    }
    let change = RegistryChange(
      entity: Row.entity, key: key, before: try json(before), after: try json(after))
    if !isDryRun {
      try db.execute(
        sql: """
          INSERT INTO registry_history (at, actor, entity, key, before, after)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          at, actor, change.entity.rawValue, change.key, change.before, change.after,
        ])
    }
    return change
  }

  private func json<Row: RegistryRow>(_ row: Row?) throws -> String? {
    guard let row else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(row), as: UTF8.self)
  }
}
