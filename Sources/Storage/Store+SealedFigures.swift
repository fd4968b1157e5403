// SPDX-License-Identifier: Apache-2.0

import GRDB
import Telemetry

extension Store {
  /// The figures of a sealed day by device.
  package func sealedFigures(of day: SealedDay) throws(StoreError) -> [Int64: SealedFigures] {
    try read("sealed figures cannot be read") { db in
      var figures: [Int64: SealedFigures] = [:]
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(try Self.figureColumns(db)) FROM sealed_figure
          WHERE day = ? AND generation <= ? ORDER BY device, generation
          """, arguments: [day.day, day.generation])
      while let row = try rows.next() {
        let found = Self.figures(row)
        figures[found.device] = found
      }
      return figures
    }
  }

  /// What a sealed day says of one device; nil if nothing.
  package func sealedFigures(
    of day: SealedDay, device: Int64
  ) throws(StoreError) -> SealedFigures? {
    try read("sealed figures cannot be read") { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT \(try Self.figureColumns(db)) FROM sealed_figure
          WHERE day = ? AND generation <= ? AND device = ? ORDER BY generation DESC LIMIT 1
          """, arguments: [day.day, day.generation, device]
      ).map(Self.figures)
    }
  }

  /// A reader may open a store of an older format, which lacks some of them.
  private static func figureColumns(_ db: Database) throws -> String {
    let known = Set(try db.columns(in: "sealed_figure").map(\.name))
    let optional = [("intervals", "''"), ("failures", "NULL")].map { name, absent in
      known.contains(name) ? name : absent
    }
    return "device, input_hash, figures, " + optional.joined(separator: ", ")
  }

  private static func figures(_ row: Row) -> SealedFigures {
    SealedFigures(
      device: row[0], inputHash: row[1], text: row[2], intervals: row[3], failures: row[4])
  }

  /// Hands over what a day says of its devices, published or staged, in the order of their numbers,
  /// each with how many of its readings came more than once. Some thousand are in memory at once.
  package func forEachSealedFigures(
    ofDay day: Int64, generation: Int, _ body: (SealedFigures, Int) -> Void
  ) throws(StoreError) {
    var position = Int64.min
    while true {
      let rows = try read("sealed figures cannot be read") { db in
        // Of several generations of a device SQLite gives the columns of the greatest.
        try Row.fetchAll(
          db.cachedStatement(
            sql: """
              SELECT device, input_hash, figures, intervals, failures, max(generation),
                coalesce((SELECT duplicate_count FROM sealed_block b
                  WHERE b.day = f.day AND b.device = f.device AND b.generation <= :generation
                  ORDER BY b.generation DESC LIMIT 1), 0)
              FROM sealed_figure f
              WHERE day = :day AND generation <= :generation AND device > :device
              GROUP BY device ORDER BY device LIMIT \(Self.figuresReadAtOnce)
              """), arguments: ["day": day, "generation": generation, "device": position]
        ).map { (Self.figures($0), $0[6] as Int) }
      }
      for (figures, duplicateCount) in rows { body(figures, duplicateCount) }
      guard rows.count == Self.figuresReadAtOnce, let last = rows.last else { return }
      position = last.0.device
    }
  }

  private static let figuresReadAtOnce = 4_096
}
