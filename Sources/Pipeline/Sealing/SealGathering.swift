// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// Everything that may belong to one day, from hot blocks and from sealed days around it, in parts
/// of bounded size; and what all of it tells of the devices' clocks.
///
/// Owned by the one thread that seals. A part holds the readings of some devices; when there is
/// more than one, they wait in a file beside the store until their turn.
final class SealGathering {
  /// Readings a part: some 100 MB at 20 metrics.
  static let readingCountMax = 400_000
  static let partCountMax = 256
  /// Readings of one part that are written to the file at once.
  private static let bufferCountMax = 4_096
  /// The readings after the day that its context is looked for in.
  static let contextLength = 2 * LocalTime.dayLength

  /// Readings of one layout.
  struct Chunk {
    var columns: ReadingColumns
    /// nil for hot blocks.
    var sealedDay: Int64?
    /// From a hot block that the day's last seal did not know.
    var isNew: Bool
  }

  private struct Layout: Hashable {
    var kind: String
    var profileVersion: Int
    var metricNames: [String]
  }

  private struct Key: Hashable {
    var part: Int
    var layout: Int
    var sealedDay: Int64?
    var isNew: Bool
  }

  let day: Int64
  let partCount: Int
  private(set) var evidence: [Int64: ClockEvidence] = [:]
  /// Every device that a gathered reading is of.
  private(set) var devices: Set<Int64> = []
  private let partReadingCount: Int
  private let interval: Interval
  /// Until where readings are kept: the day, and the context behind it.
  private let wanted: Interval
  private let evidenceWindow: Interval
  private var layouts: [Layout: Int] = [:]
  private var buffers: [Key: ReadingColumns] = [:]
  private var file: SealingFile?

  /// - Parameters:
  ///   - hasNext: the day after it is sealed and holds the context.
  ///   - partReadingCount: about so many readings are in memory at once.
  init(
    store: Store, day: Int64, hasNext: Bool, partReadingCount: Int = readingCountMax
  ) throws {
    self.day = day
    self.partReadingCount = partReadingCount
    interval = SealedDay.interval(ofDay: day)
    wanted = Interval(
      start: interval.start, end: interval.end + (hasNext ? 0 : Self.contextLength))
    evidenceWindow = ClockEvidence.window(ofReceipt: Self.receivedWindow(ofDay: day))
    let count = try store.readingCount(eventTimeFrom: wanted.start, to: wanted.end)
    partCount = min(Self.partCountMax, Int(count) / partReadingCount + 1)
    if partCount > 1 { file = try SealingFile(store: store) }
  }

  /// When what belongs to a day can have been received.
  static func receivedWindow(ofDay day: Int64) -> Interval {
    let interval = SealedDay.interval(ofDay: day)
    return Interval(
      start: interval.start - ClockState.clockTolerance, end: interval.end + ClockState.lateness)
  }

  func part(of device: Int64) -> Int { Int(UInt64(bitPattern: device) % UInt64(partCount)) }

  /// Takes one batch of readings.
  ///
  /// - Parameter rows: nil means all.
  func add(
    _ columns: ReadingColumns, sealedDay: Int64? = nil, isNew: Bool = false, rows: [Int]? = nil
  ) throws {
    let up = columns.metricNames.firstIndex(of: "up")
    let positions = columns.metricNames.indices.map { Int?($0) }
    let layout = Layout(
      kind: columns.kind, profileVersion: columns.profileVersion,
      metricNames: columns.metricNames)
    let number = layouts[layout] ?? layouts.count
    layouts[layout] = number
    for row in rows ?? Array(0..<columns.count) {
      let clock = columns.clockReading(row, up: up)
      if let clock, evidenceWindow.contains(columns.receivedAt[row]) {
        evidence[columns.device[row], default: ClockEvidence()].add(clock)
      }
      let range = columns.eventTimeRange(row, clock)
      guard range.upperBound >= wanted.start, range.lowerBound < wanted.end else { continue }
      devices.insert(columns.device[row])
      let key = Key(
        part: part(of: columns.device[row]), layout: number, sealedDay: sealedDay, isNew: isNew)
      buffers[
        key,
        default: ReadingColumns(
          kind: layout.kind, profileVersion: layout.profileVersion,
          metricNames: layout.metricNames)
      ].append(row, of: columns, positions: positions)
    }
    guard file != nil else { return }
    for (key, buffer) in buffers where buffer.count >= min(Self.bufferCountMax, partReadingCount) {
      try spill(key, buffer)
    }
  }

  private func spill(_ key: Key, _ buffer: ReadingColumns) throws {
    guard let file else { return }
    try file.append(
      BlockCodec.encode(buffer), part: key.part, sealedDay: key.sealedDay, isNew: key.isNew)
    buffers[key]?.removeAll()
  }

  /// The readings of one part; to be asked once, when everything has been added.
  func takePart(_ part: Int) throws -> [Chunk] {
    var chunks: [Chunk] = []
    try file?.forEachPiece(of: part) { bytes, sealedDay, isNew in
      chunks.append(
        Chunk(columns: try BlockCodec.decode(bytes), sealedDay: sealedDay, isNew: isNew))
    }
    for (key, buffer) in buffers where key.part == part && buffer.count > 0 {
      chunks.append(Chunk(columns: buffer, sealedDay: key.sealedDay, isNew: key.isNew))
      buffers[key] = nil
    }
    return chunks
  }
}

/// A file beside the store that has no name while it is used, so that nothing is left of it.
private final class SealingFile {
  private struct Piece {
    var part: Int
    var offset: UInt64
    var size: Int
    var sealedDay: Int64?
    var isNew: Bool
  }

  private let handle: FileHandle
  private let path: String
  private var pieces: [Piece] = []
  private var size: UInt64 = 0

  init(store: Store) throws(StoreError) {
    path = store.path + ".sealing"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StoreError(
        code: .unwritable, what: "the file for sealing cannot be created", path: path,
        next: "check that its folder exists and that this user may write there")
    }
    unsafe unlink(path)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func append(_ bytes: [UInt8], part: Int, sealedDay: Int64?, isNew: Bool) throws(StoreError) {
    do {
      try handle.seek(toOffset: size)
      try handle.write(contentsOf: bytes)
    } catch { throw trouble(error) }
    pieces.append(
      Piece(part: part, offset: size, size: bytes.count, sealedDay: sealedDay, isNew: isNew))
    size += UInt64(bytes.count)
  }

  func forEachPiece(of part: Int, _ body: ([UInt8], Int64?, Bool) throws -> Void) throws {
    for piece in pieces where piece.part == part {
      let data: Data?
      do {
        try handle.seek(toOffset: piece.offset)
        data = try handle.read(upToCount: piece.size)
      } catch { throw trouble(error) }
      guard let data, data.count == piece.size else { throw trouble("it is too short") }
      try body([UInt8](data), piece.sealedDay, piece.isNew)
    }
  }

  private func trouble(_ reason: any Sendable) -> StoreError {
    StoreError(
      code: .retryable, what: "the file for sealing cannot be used: \(reason)", path: path,
      next: "free some space on its disk; the day is sealed again later")
  }
}
