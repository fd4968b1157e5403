// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Everything that may belong to a span of days, from hot blocks and from sealed days around it, in
/// parts of bounded size; and what all of it tells of the devices' clocks.
///
/// Owned by the one thread that seals. A part holds the readings of some devices; when there is
/// more than one, they wait in a file beside the store until their turn.
final class SealGathering {
  /// Readings a part: some 100 MB at 20 metrics, with what is computed from them.
  static let readingCountMax = 200_000
  static let partCountMax = 256
  /// Readings of one part that are written to the file at once.
  private static let bufferCountMax = 4_096
  /// The readings after the last day that its context is looked for in.
  static let contextLength = 2 * LocalTime.dayLength

  /// Readings of one layout.
  struct Chunk {
    var columns: ReadingColumns
    /// nil for hot blocks.
    var sealedDay: Int64?
    /// All of them stand in hot blocks after this one, the newest that some seal knew; 0 for none.
    var afterBlock: Int64
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
    var afterBlock: Int64
  }

  let days: ClosedRange<Int64>
  let partCount: Int
  private(set) var evidence: [Int64: ClockEvidence] = [:]
  /// Hot blocks and their readings that were looked at, whether anything of them was taken or not.
  private(set) var hotBlockCount = 0
  private(set) var hotReadingCount = 0
  /// Every device that a gathered reading is of.
  private(set) var devices: Set<Int64> = []
  private let partReadingCount: Int
  /// Ascending: up to where the days' seals and those around them know the hot blocks.
  private let knownBlocks: [Int64]
  /// Until where readings are kept: the days, and the context behind them.
  private let wanted: Interval
  private let evidenceWindow: Interval
  private var layouts: [Layout: Int] = [:]
  private var buffers: [Key: GatheredColumns] = [:]
  private var bufferedCount = 0
  private var file: SealingFile?

  /// - Parameters:
  ///   - knownBlocks: the newest block that each seal of these and the days around them knows.
  ///   - hasNext: the day after them is sealed and holds the context.
  ///   - partReadingCount: about so many readings are in memory at once.
  init(
    store: Store, days: ClosedRange<Int64>, knownBlocks: Set<Int64>, hasNext: Bool,
    partReadingCount: Int = readingCountMax
  ) throws {
    self.days = days
    self.partReadingCount = partReadingCount
    self.knownBlocks = knownBlocks.sorted()
    let start = LocalTime.start(ofDay: days.lowerBound)
    let end = LocalTime.start(ofDay: days.upperBound + 1)
    wanted = Interval(start: start, end: end + (hasNext ? 0 : Self.contextLength))
    evidenceWindow = Self.evidenceWindow(of: days)
    let count = try store.readingCount(eventTimeFrom: wanted.start, to: wanted.end)
    partCount = min(Self.partCountMax, Int(count) / partReadingCount + 1)
    if partCount > 1 { file = try SealingFile(store: store) }
  }

  /// When what belongs to some days, and what its clocks are judged by, can have been received.
  static func evidenceWindow(of days: ClosedRange<Int64>) -> Interval {
    ClockEvidence.window(
      ofReceipt: Interval(
        start: LocalTime.start(ofDay: days.lowerBound) - ClockState.clockTolerance,
        end: LocalTime.start(ofDay: days.upperBound + 1) + ClockState.lateness))
  }

  func part(of device: Int64) -> Int { Int(UInt64(bitPattern: device) % UInt64(partCount)) }

  /// Takes the readings of one hot block.
  func add(_ columns: ReadingColumns, block: Int64) throws {
    hotBlockCount += 1
    hotReadingCount += columns.count
    let afterBlock = knownBlocks.last { $0 < block } ?? 0
    try add(columns, rows: 0..<columns.count, sealedDay: nil, block: block, afterBlock: afterBlock)
  }

  /// Takes what a sealed day itself says of one device.
  func add(_ block: SealedBlock) throws {
    try add(
      block.readings, rows: block.ownRows, sealedDay: block.day, block: 0, afterBlock: 0)
  }

  private func add(
    _ columns: ReadingColumns, rows: some Collection<Int>, sealedDay: Int64?, block: Int64,
    afterBlock: Int64
  ) throws {
    let up = columns.metricNames.firstIndex(of: "up")
    let layout = Layout(
      kind: columns.kind, profileVersion: columns.profileVersion,
      metricNames: columns.metricNames)
    let number = layouts[layout] ?? layouts.count
    layouts[layout] = number
    var taken: [Int: [Int]] = [:]
    for row in rows {
      let clock = columns.clockReading(row, up: up)
      if let clock, evidenceWindow.contains(columns.receivedAt[row]) {
        evidence[columns.device[row], default: ClockEvidence()].add(clock, block: block)
      }
      let receivedAt = columns.receivedAt[row]
      let times = clock?.eventTimes ?? receivedAt...receivedAt
      guard times.upperBound >= wanted.start, times.lowerBound < wanted.end else { continue }
      devices.insert(columns.device[row])
      taken[part(of: columns.device[row]), default: []].append(row)
    }
    for (part, rows) in taken {
      let key = Key(part: part, layout: number, sealedDay: sealedDay, afterBlock: afterBlock)
      try copy(rows, of: columns, to: key)
    }
  }

  private func copy(_ rows: [Int], of columns: ReadingColumns, to key: Key) throws {
    var buffer = buffers.removeValue(forKey: key)
      ?? GatheredColumns(
        kind: columns.kind, profileVersion: columns.profileVersion,
        metricNames: columns.metricNames)
    buffer.begin(columns)
    for row in rows { buffer.append(row, of: columns) }
    buffers[key] = buffer
    bufferedCount += rows.count
    guard file != nil else { return }
    if buffer.count >= min(Self.bufferCountMax, partReadingCount) { try spill(key) }
    // Many parts and kinds that each hold a little.
    if bufferedCount >= partReadingCount { for key in Array(buffers.keys) { try spill(key) } }
  }

  private func spill(_ key: Key) throws {
    guard let buffer = buffers.removeValue(forKey: key) else { return }
    bufferedCount -= buffer.count
    try file?.append(
      BlockCodec.encode(buffer.columns), part: key.part, sealedDay: key.sealedDay,
      afterBlock: key.afterBlock)
  }

  /// The readings of one part; to be asked once, when everything has been added.
  func takePart(_ part: Int) throws -> [Chunk] {
    var chunks: [Chunk] = []
    // What belongs to later parts need not be in memory beside this one.
    if file != nil { for key in Array(buffers.keys) { try spill(key) } }
    try file?.forEachPiece(of: part) { bytes, sealedDay, afterBlock in
      chunks.append(
        Chunk(
          columns: try BlockCodec.decode(bytes), sealedDay: sealedDay, afterBlock: afterBlock))
    }
    for key in buffers.keys.filter({ $0.part == part }) {
      guard let buffer = buffers.removeValue(forKey: key) else { continue }
      chunks.append(
        Chunk(
          columns: buffer.columns, sealedDay: key.sealedDay, afterBlock: key.afterBlock))
    }
    return chunks
  }
}
