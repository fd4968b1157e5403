// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// A batch of columns that many references share.
final class ReadingBatch: Sendable {
  let columns: ReadingColumns
  init(_ columns: ReadingColumns) { self.columns = columns }
}

/// A reading in some batch, for putting a sealed block together.
struct ReadingReference {
  let batch: ReadingBatch
  let row: Int
  let eventTime: Milliseconds
  let flags: ReadingFlags
  let payloadHash: UInt64

  init(_ reading: SealedReading, in batch: ReadingBatch) {
    self.batch = batch
    row = reading.row
    eventTime = reading.eventTime
    flags = reading.flags
    payloadHash = reading.payloadHash
  }

  /// A row of a block that is sealed already.
  init(sealed batch: ReadingBatch, row: Int) {
    self.batch = batch
    self.row = row
    eventTime = batch.columns.eventTime[row]
    flags = batch.columns.flags[row]
    payloadHash = batch.columns.payloadHash[row]
  }

  var isHeard: Bool { flags.isDisjoint(with: [.retained, .offlineMark, .backlog]) }
}

/// Which metrics some readings carry: for each batch only the columns not yet found are looked at.
struct CarriedMetrics {
  private(set) var names: Set<String> = []
  private var missing: [ObjectIdentifier: [Int]] = [:]

  /// - Returns: whether the reading carries a metric that none before it did.
  mutating func add(_ reading: ReadingReference) -> Bool {
    let columns = reading.batch.columns
    let batch = ObjectIdentifier(reading.batch)
    let open = missing[batch] ?? Array(columns.metrics.indices)
    let found = open.filter { columns.metrics[$0].tags[reading.row] != .absent }
    guard !found.isEmpty || missing[batch] == nil else { return false }
    missing[batch] = open.filter { !found.contains($0) }
    var isNew = false
    for column in found where names.insert(columns.metricNames[column]).inserted { isNew = true }
    return isNew
  }
}

/// The readings on one side of a day that its figures look at: the nearest that was heard, the
/// nearest that carries each metric, and the presence marks up to the nearest heard one.
enum SealedContext {
  /// More marks in one gap tell nothing more.
  static let markCountMax = 16

  /// - Parameter readings: from the nearest to the farthest.
  /// - Returns: in the same order.
  static func nearest(_ readings: some Sequence<ReadingReference>) -> [ReadingReference] {
    var chosen: [ReadingReference] = []
    var carried = CarriedMetrics()
    var wasHeard = false
    var markCount = 0
    for reading in readings {
      if reading.flags.contains(.retained) { continue }
      if reading.flags.contains(.offlineMark) {
        if !wasHeard, markCount < markCountMax {
          chosen.append(reading)
          markCount += 1
        }
        continue
      }
      let isNew = carried.add(reading)
      if isNew || (reading.isHeard && !wasHeard) { chosen.append(reading) }
      if reading.isHeard { wasHeard = true }
    }
    return chosen
  }

  /// Of the block of the day before: what lies before the day after it.
  static func before(_ day: Int64, from previous: SealedBlock?) -> [ReadingReference] {
    guard let previous else { return [] }
    let end = LocalTime.start(ofDay: day)
    let batch = ReadingBatch(previous.readings)
    let rows = previous.readings.eventTime.indices.filter { previous.readings.eventTime[$0] < end }
    return nearest(rows.reversed().lazy.map { ReadingReference(sealed: batch, row: $0) })
      .reversed()
  }

  /// Of the block of the day after: what lies behind the day before it.
  static func after(_ day: Int64, from next: SealedBlock?) -> [ReadingReference] {
    guard let next else { return [] }
    let start = LocalTime.start(ofDay: day + 1)
    let batch = ReadingBatch(next.readings)
    let rows = next.readings.eventTime.indices.filter { next.readings.eventTime[$0] >= start }
    return nearest(rows.lazy.map { ReadingReference(sealed: batch, row: $0) })
  }

  /// Puts a block together; nil if there is nothing.
  ///
  /// - Parameter readings: by event time, context included.
  static func block(
    _ readings: [ReadingReference], day: Int64, device: Int64, duplicateCount: Int
  ) -> SealedBlock? {
    guard let newest = readings.max(by: { version($0) < version($1) }) else { return nil }
    // Metrics that nobody carries are left out, so that a profile that gains one changes nothing.
    var carried = CarriedMetrics()
    for reading in readings { _ = carried.add(reading) }
    var gathered = GatheredColumns(
      kind: newest.batch.columns.kind, profileVersion: version(newest),
      metricNames: carried.names.sorted())
    var batch: ReadingBatch?
    for reading in readings {
      if reading.batch !== batch {
        batch = reading.batch
        gathered.begin(reading.batch.columns)
      }
      gathered.append(reading.row, of: reading.batch.columns)
      gathered.amendLast(
        eventTime: reading.eventTime, flags: reading.flags, payloadHash: reading.payloadHash,
        packetID: 0)
    }
    return SealedBlock(
      day: day, device: device, readings: gathered.columns, duplicateCount: duplicateCount)
  }

  private static func version(_ reading: ReadingReference) -> Int {
    reading.batch.columns.profileVersion
  }
}
