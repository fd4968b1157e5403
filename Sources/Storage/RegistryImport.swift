// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// One change of the registry inside its transaction: entries, history, and what the files said.
struct RegistryImport {
  /// Who asks for the entries, which decides how far they go.
  enum Source {
    /// Files, taken because somebody said so.
    case files(areAll: Bool)
    /// Files, taken because a pipeline starts: what they say again must not undo a command.
    case filesAtStart
    case command
  }

  let db: Database
  let path: String
  let source: Source
  let isDryRun: Bool
  let actor: String
  let note: String?
  let at: Milliseconds

  func apply(_ registry: Registry) throws -> [RegistryChange] {
    try apply(registry.units.map(UnitRow.init))
      + apply(registry.sites.map(SiteRow.init))
      + apply(registry.devices.map(DeviceRow.init))
      + apply(registry.systems.map(InformationSystemRow.init))
  }

  private func apply<Row: RegistryRow>(_ rows: [Row]) throws -> [RegistryChange] {
    var stored: [String: Row] = [:]
    for row in try Row.fetchAll(db) { stored[row.key] = row }
    let said = try whatFilesSaid(of: Row.entity)
    var seen: Set<String> = []
    var changes: [RegistryChange] = []
    for row in rows {
      guard seen.insert(row.key).inserted else {
        throw StoreError(
          code: .invalid, what: "the import names the \(Row.entity) '\(row.key)' twice",
          path: path, next: "keep one of the two lines")
      }
      let (before, saidBefore, says) = (stored[row.key], said[row.key], try json(row))
      if case .filesAtStart = source, says == saidBefore { continue }
      var after = row
      if let before {
        after.inherit(from: before)
        if case .filesAtStart = source, saidBefore != nil { after.stayEnded(as: before) }
      }
      if let change = try record(before, after) { changes.append(change) }
      try remember(Row.entity, row.key, says, insteadOf: saidBefore)
    }
    guard case .files(areAll: true) = source else { return changes }
    for (key, before) in stored.sorted(by: { $0.key < $1.key }) where !seen.contains(key) {
      if let change = try record(before, before.closed(at: at)) { changes.append(change) }
      // Files that name it again say something new.
      try remember(Row.entity, key, nil, insteadOf: said[key])
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
      entity: Row.entity, key: key, before: try before.map(json), after: try after.map(json))
    if !isDryRun {
      try db.execute(
        sql: """
          INSERT INTO registry_history (at, actor, entity, key, before, after, note)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          at, actor, change.entity.rawValue, change.key, change.before, change.after, note,
        ])
    }
    return change
  }

  private func whatFilesSaid(of entity: RegistryChange.Entity) throws -> [String: String] {
    if case .command = source { return [:] }
    var said: [String: String] = [:]
    let rows = try Row.fetchCursor(
      db, sql: "SELECT key, row FROM registry_source WHERE entity = ?",
      arguments: [entity.rawValue])
    while let row = try rows.next() { said[row[0]] = row[1] }
    return said
  }

  private func remember(
    _ entity: RegistryChange.Entity, _ key: String, _ row: String?, insteadOf before: String?
  ) throws {
    if case .command = source { return }
    guard row != before, !isDryRun else { return }
    guard let row else {
      return try db.execute(
        sql: "DELETE FROM registry_source WHERE entity = ? AND key = ?",
        arguments: [entity.rawValue, key])
    }
    try db.execute(
      sql: """
        INSERT INTO registry_source (entity, key, row) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET row = excluded.row
        """,
      arguments: [entity.rawValue, key, row])
  }

  private func json<Row: RegistryRow>(_ row: Row) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(row), as: UTF8.self)
  }
}
