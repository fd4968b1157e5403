// SPDX-License-Identifier: Apache-2.0

import GRDB

extension Store {
  /// Oldest first: every change of a unit or a site, and of devices those that moved one. An entry
  /// that was never changed has none, so that a fleet which stands still costs next to nothing.
  package func placementHistory() throws(StoreError) -> [RegistryHistoryEntry] {
    try read("the registry's history cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT at, actor, entity, key, before, after FROM registry_history
          WHERE before IS NOT NULL AND after IS NOT NULL AND (entity IN ('unit', 'site')
            OR (entity = 'device' AND json_valid(before) AND json_valid(after)
              AND json_extract(before, '$.site') IS NOT json_extract(after, '$.site')))
          ORDER BY id
          """
      ).compactMap { row in
        guard let entity = RegistryChange.Entity(rawValue: row[2]) else { return nil }
        return RegistryHistoryEntry(
          at: row[0], actor: row[1],
          change: RegistryChange(entity: entity, key: row[3], before: row[4], after: row[5]),
          note: nil)
      }
    }
  }
}
