// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

/// Stretches of time of which people came to know something else: sealed days that they reach are
/// looked at again by the sealer, which then clears them.
package struct ChangedStretches: Sendable, Hashable, Codable {
  /// Nearer to each other than this they are one: a day is reached from a month away.
  static let gap: Milliseconds = 31 * LocalTime.dayLength
  /// With the gap above these are more than ten years.
  static let countMax = 128

  /// Counts changes, so that only what was looked at is cleared.
  package fileprivate(set) var number = 0
  /// Ascending and disjoint.
  package fileprivate(set) var intervals: [Interval] = []

  package var isEmpty: Bool { intervals.isEmpty }

  fileprivate mutating func add(_ changed: [Interval]) {
    var all: [Interval] = []
    for part in (intervals + changed).sorted(by: { $0.start < $1.start }) {
      if let last = all.last, part.start - last.end <= Self.gap || all.count == Self.countMax {
        all[all.count - 1].end = max(last.end, part.end)
      } else {
        all.append(part)
      }
    }
    intervals = all
    number += 1
  }
}

extension Store {
  private static let changedSetting = "sealing_changed_stretches"

  /// What people said since the sealer was last through.
  package func changedStretches() throws(StoreError) -> ChangedStretches {
    try read("settings cannot be read") { db in try Self.changedStretches(db) }
  }

  private static func changedStretches(_ db: Database) throws -> ChangedStretches {
    let text = try String.fetchOne(
      db, sql: "SELECT value FROM store WHERE name = ?", arguments: [changedSetting])
    guard let text, !text.isEmpty else { return ChangedStretches() }
    return try JSONDecoder().decode(ChangedStretches.self, from: Data(text.utf8))
  }

  /// In the transaction of the change itself, so that no crash comes between.
  static func noteChanged(_ intervals: [Interval], _ db: Database) throws {
    guard !intervals.isEmpty else { return }
    var stretches = try changedStretches(db)
    stretches.add(intervals)
    try keep(stretches, db)
  }

  /// To be called when the days that `seen` reaches have been looked at; what changed meanwhile
  /// stays.
  package func clearChangedStretches(_ seen: ChangedStretches) throws(StoreError) {
    guard !seen.isEmpty else { return }
    try write("a setting could not be kept") { db in
      var stretches = try Self.changedStretches(db)
      guard stretches.number == seen.number else { return }
      stretches.intervals = []
      try Self.keep(stretches, db)
    }
  }

  private static func keep(_ stretches: ChangedStretches, _ db: Database) throws {
    let text = String(decoding: try JSONEncoder().encode(stretches), as: UTF8.self)
    try db.execute(
      sql: """
        INSERT INTO store (name, value) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET value = excluded.value
        """, arguments: [changedSetting, text])
  }
}
