// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// What a restored store remembers of it.
///
/// After the copy was made, other messages got the packet ids that it remembers, and were
/// acknowledged. So what the broker sends after the restoration is not compared with the copy: a
/// device that always sends the same bytes could otherwise lose a reading. A message that was on
/// its way, stored but not acknowledged, at the moment of the copy may be stored twice instead.
package struct Restoration: Sendable, Hashable, Codable {
  static let settingName = "restored"

  /// When it was restored.
  package var at: Milliseconds
  /// The copy's newest block; 0 without blocks.
  package var lastBlock: Int64

  package init(at: Milliseconds, lastBlock: Int64) {
    self.at = at
    self.lastBlock = lastBlock
  }

  func write(to db: Database) throws {
    let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    try db.execute(
      sql: "INSERT OR REPLACE INTO store (name, value) VALUES (?, ?)",
      arguments: [Self.settingName, text])
    try DeliveryOrder.forget(db)
  }
}

extension Store {
  /// The last one; nil for a store that never was restored.
  package func restoration() throws(StoreError) -> Restoration? {
    guard let text = try setting(Restoration.settingName) else { return nil }
    do { return try JSONDecoder().decode(Restoration.self, from: Data(text.utf8)) } catch {
      throw StoreError(
        code: .corrupt, what: "the note of its restoration cannot be read: \(error)", path: path,
        next: "restore the last backup")
    }
  }
}
