// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Telemetry

extension Store {
  /// Hands over what a sealed day says of its devices, in the order of their numbers. One block is
  /// in memory at a time, and `body` runs outside any transaction.
  ///
  /// - Parameters:
  ///   - day: as it was read from this store.
  ///   - devices: registry numbers; nil means all.
  ///   - received: only blocks that hold readings received within it; nil means all.
  /// - Throws: `StoreError` (a damaged block names its day and device), or what `body` throws.
  package func forEachSealedBlock(
    of day: SealedDay, devices: Set<Int64>? = nil, received: Interval? = nil,
    _ body: (SealedBlock) throws -> Void
  ) throws {
    var position = Int64.min
    while let (device, row) = try nextSealed(of: day, after: position, received: received) {
      position = device
      if let devices, !devices.contains(device) { continue }
      try body(try decode(row, day: day.day, device: device))
    }
  }

  /// What a sealed day says of one device; nil if nothing.
  package func sealedBlock(of day: SealedDay, device: Int64) throws(StoreError) -> SealedBlock? {
    guard let (found, row) = try nextSealed(of: day, after: device - 1, received: nil),
      found == device
    else { return nil }
    return try decode(row, day: day.day, device: device)
  }

  /// A block as it is stored.
  private struct SealedRow {
    var kind: String
    var profileVersion: Int
    var metricNames: [String]
    var duplicateCount: Int
    var bytes: [UInt8]
  }

  private func nextSealed(
    of day: SealedDay, after device: Int64, received: Interval?
  ) throws(StoreError) -> (Int64, SealedRow)? {
    try read("sealed days cannot be read") { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT b.device, kind, profile_version, metric_names, b.duplicate_count, b.bytes
          FROM sealed_block b JOIN sealed_layout l ON l.id = b.layout
          WHERE \(Self.visible) AND b.device > :device
            AND (:from IS NULL OR b.received_at_max >= :from AND b.received_at_min < :to)
          ORDER BY b.device LIMIT 1
          """)
      // A block without readings of its own has the range max…min, which meets no range.
      let row = try Row.fetchOne(
        statement,
        arguments: [
          "day": day.day, "generation": day.generation, "device": device,
          "from": received?.start, "to": received?.end,
        ])
      guard let row else { return nil }
      let names = (row[3] as String).split(separator: "\n").map(String.init)
      return (
        row[0],
        SealedRow(
          kind: row[1], profileVersion: row[2], metricNames: names, duplicateCount: row[4],
          bytes: [UInt8](row[5] as Data))
      )
    }
  }

  private func decode(
    _ row: SealedRow, day: Int64, device: Int64
  ) throws(StoreError) -> SealedBlock {
    do {
      return SealedBlock(
        day: day, device: device,
        readings: try SealedCodec.decode(
          row.bytes, device: device, kind: row.kind, profileVersion: row.profileVersion,
          metricNames: row.metricNames),
        duplicateCount: row.duplicateCount)
    } catch {
      throw StoreError(
        code: .corrupt,
        what: "device \(device) of the sealed day \(LocalTime.date(ofDay: day)) cannot be read: "
          + "\(error)",
        path: path, next: "keep a copy of the file and restore the last backup")
    }
  }

  /// The devices that a sealed day speaks of, ascending.
  package func sealedDevices(of day: SealedDay) throws(StoreError) -> [Int64] {
    try read("sealed days cannot be read") { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT DISTINCT device FROM sealed_block WHERE day = ? AND generation <= ? ORDER BY device
          """, arguments: [day.day, day.generation])
    }
  }

  /// What the figures of a day were judged by, by device.
  package func sealedInputHashes(of day: SealedDay) throws(StoreError) -> [Int64: Int64] {
    try read("sealed figures cannot be read") { db in
      var hashes: [Int64: Int64] = [:]
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT device, input_hash FROM sealed_figure
          WHERE day = ? AND generation <= ? ORDER BY device, generation
          """, arguments: [day.day, day.generation])
      while let row = try rows.next() { hashes[row[0]] = row[1] }
      return hashes
    }
  }

  /// What became of a day since it was sealed, oldest revision first.
  package func sealRevisions(ofDay day: Int64) throws(StoreError) -> [SealRevision] {
    try read("revisions cannot be read") { db in
      try Row.fetchAll(
        db,
        sql: "SELECT revision, sealed_at, cause FROM seal_revision WHERE day = ? ORDER BY revision",
        arguments: [day]
      ).map { row in
        let differences = try Row.fetchAll(
          db,
          sql: """
            SELECT device, figure, before, after FROM seal_difference
            WHERE day = ? AND revision = ? ORDER BY device, figure
            """, arguments: [day, row[0] as Int]
        ).map {
          SealDifference(device: $0[0], figure: $0[1], before: $0[2], after: $0[3])
        }
        return SealRevision(
          day: day, revision: row[0], sealedAt: row[1], cause: row[2], differences: differences)
      }
    }
  }
}

extension Store {
  private static let scannedSetting = "sealing_scanned_block"

  /// Hot blocks up to this one were looked at for readings of sealed days.
  package func scannedBlock() throws(StoreError) -> Int64 {
    try setting(Self.scannedSetting).flatMap { Int64($0) } ?? 0
  }

  package func noteScanned(throughBlock block: Int64) throws(StoreError) {
    try setSetting(Self.scannedSetting, "\(block)")
  }

  private static let unfinishedSetting = "sealing_unfinished_days"

  /// Days that were published, or begun to be, while the days around them had not taken their
  /// context from them yet; nil unless sealing was interrupted there.
  package func unfinishedSeals() throws(StoreError) -> ClosedRange<Int64>? {
    let days = try setting(Self.unfinishedSetting)?.split(separator: " ").compactMap { Int64($0) }
    guard let days, days.count == 2, days[0] <= days[1] else { return nil }
    return days[0]...days[1]
  }

  package func noteUnfinishedSeals(_ days: ClosedRange<Int64>?) throws(StoreError) {
    try setSetting(
      Self.unfinishedSetting, days.map { "\($0.lowerBound) \($0.upperBound)" } ?? "")
  }

  /// The earliest event time in any hot block; nil if there is none.
  package func firstEventTime() throws(StoreError) -> Milliseconds? {
    try read("blocks cannot be read") { db in
      try Int64.fetchOne(db, sql: "SELECT min(event_time_min) FROM block")
    }
  }
}
