// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Columns that rows of many batches are copied into. What one batch calls a word is remembered
/// until the next batch comes.
struct GatheredColumns {
  /// The words of one column.
  private struct Words {
    private var positions = WordPositions()
    /// By the position of a word in the batch that is copied from; a batch may hold far more words
    /// than are copied of it.
    private var translated: [Int: Int] = [:]

    mutating func begin() { translated.removeAll(keepingCapacity: true) }

    mutating func copy(_ row: Int, of source: ValueColumn, to target: inout ValueColumn) {
      let tag = source.tags[row]
      guard tag == .word else { return target.append(tag: tag, bits: source.bits[row]) }
      let position = Int(source.bits[row])
      let known =
        translated[position]
        ?? positions.position(of: source.words[position], in: &target.words)
      translated[position] = known
      target.append(tag: .word, bits: UInt64(known))
    }
  }

  private(set) var columns: ReadingColumns
  private var sentWords = Words()
  private var metricWords: [Words]
  /// The other batch's column for each metric here; nil where it has none.
  private var sources: [Int?] = []

  init(kind: String, profileVersion: Int, metricNames: [String]) {
    columns = ReadingColumns(
      kind: kind, profileVersion: profileVersion, metricNames: metricNames)
    metricWords = Array(repeating: Words(), count: metricNames.count)
  }

  var count: Int { columns.count }

  /// To be called before the first row of each batch is copied.
  mutating func begin(_ batch: ReadingColumns) {
    sources = columns.metricNames.map { batch.metricNames.firstIndex(of: $0) }
    sentWords.begin()
    for column in metricWords.indices { metricWords[column].begin() }
  }

  /// Copies one row of the batch that was begun.
  mutating func append(_ row: Int, of batch: ReadingColumns) {
    columns.device.append(batch.device[row])
    columns.channel.append(batch.channel[row])
    columns.flags.append(batch.flags[row])
    columns.receivedAt.append(batch.receivedAt[row])
    columns.eventTime.append(batch.eventTime[row])
    sentWords.copy(row, of: batch.sentTime, to: &columns.sentTime)
    columns.session.append(batch.session[row])
    columns.packetID.append(batch.packetID[row])
    columns.payloadHash.append(batch.payloadHash[row])
    for column in sources.indices {
      if let source = sources[column] {
        metricWords[column].copy(row, of: batch.metrics[source], to: &columns.metrics[column])
      } else {
        columns.metrics[column].append(tag: .absent, bits: 0)
      }
    }
  }

  /// The last row is given what sealing found out about it.
  mutating func amendLast(
    eventTime: Milliseconds, flags: ReadingFlags, payloadHash: UInt64, packetID: UInt16
  ) {
    let row = columns.count - 1
    columns.eventTime[row] = eventTime
    columns.flags[row] = flags
    columns.payloadHash[row] = payloadHash
    columns.packetID[row] = packetID
  }
}
