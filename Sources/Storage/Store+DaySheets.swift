// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension StoreSchema {
  /// What reports read of sealed days; made anew whenever a day is published. A day that an older
  /// nhip sealed has none until it is sealed again, and its figures are read one by one.
  static let daySheets = """
    CREATE TABLE day_sheet (
      day INTEGER NOT NULL, kind TEXT NOT NULL, generation INTEGER NOT NULL, bytes BLOB NOT NULL,
      PRIMARY KEY (day, kind)) STRICT, WITHOUT ROWID;
    """
}

/// A sheet as it is stored. Encoded before the day is published, so that only one kind's columns
/// need to be in memory, and nothing waits for a transaction that encodes.
package struct EncodedDaySheet: Sendable {
  package let kind: String
  let bytes: [UInt8]

  package init(_ sheet: DaySheet) {
    kind = sheet.kind
    bytes = sheet.encoded()
  }
}

extension Store {
  static func replace(_ sheets: [EncodedDaySheet], of day: SealedDay, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM day_sheet WHERE day = ?", arguments: [day.day])
    for sheet in sheets {
      try db.cachedStatement(
        sql: "INSERT INTO day_sheet (day, kind, generation, bytes) VALUES (?, ?, ?, ?)"
      ).execute(arguments: [day.day, sheet.kind, day.generation, Data(sheet.bytes)])
    }
  }

  /// The sheets of a sealed day, one for each kind of device.
  ///
  /// - Parameter day: as it was read from this store.
  /// - Returns: nil if the day has none of this generation: it was sealed by an older nhip, or
  ///   sealed anew since `day` was read; or if they have a form that this nhip does not read.
  package func daySheets(of day: SealedDay) throws(StoreError) -> [DaySheet]? {
    let rows = try read("the sheets of a sealed day cannot be read") { db -> [[UInt8]]? in
      guard try db.tableExists("day_sheet") else { return nil }
      let rows = try Row.fetchAll(
        db.cachedStatement(
          sql: "SELECT bytes FROM day_sheet WHERE day = ? AND generation = ? ORDER BY kind"),
        arguments: [day.day, day.generation])
      return rows.isEmpty ? nil : rows.map { Array($0[0] as Data) }
    }
    guard let rows else { return nil }
    var sheets: [DaySheet] = []
    for bytes in rows {
      do { sheets.append(try DaySheet(encoded: bytes)) } catch BlockError.unknownFormat {
        return nil
      } catch {
        throw StoreError(
          code: .corrupt,
          what: "a sheet of \(LocalTime.date(ofDay: day.day)) cannot be read: \(error.description)",
          path: path, next: "seal the day again (nhip seal --day), which makes it anew")
      }
    }
    return sheets
  }
}
