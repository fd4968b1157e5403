// SPDX-License-Identifier: Apache-2.0

import GRDB

extension Store {
  /// What identifies the store is no setting.
  private static let reservedName = "uuid"

  /// A value that a program keeps beside the records, as text (JSON by convention); nil if it was
  /// never set.
  package func setting(_ name: String) throws(StoreError) -> String? {
    try read("settings cannot be read") { db in
      try String.fetchOne(db, sql: "SELECT value FROM store WHERE name = ?", arguments: [name])
    }
  }

  /// - Precondition: `name` is not `uuid`, which is given once and for all.
  package func setSetting(_ name: String, _ value: String) throws(StoreError) {
    precondition(name != Self.reservedName, "the identity of a store is no setting")
    try write("the setting \(name) could not be kept") { db in
      try db.execute(
        sql: """
          INSERT INTO store (name, value) VALUES (?, ?)
          ON CONFLICT DO UPDATE SET value = excluded.value
          """,
        arguments: [name, value])
    }
  }
}
