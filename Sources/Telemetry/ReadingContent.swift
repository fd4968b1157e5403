// SPDX-License-Identifier: Apache-2.0

extension ReadingColumns {
  /// Appends one row of another batch.
  ///
  /// - Parameter positions: the other batch's column for each of `metricNames`; nil where it has
  ///   none, which is an absent value.
  package mutating func append(_ row: Int, of other: ReadingColumns, positions: [Int?]) {
    precondition(positions.count == metrics.count, "a row has one position for each metric")
    device.append(other.device[row])
    channel.append(other.channel[row])
    flags.append(other.flags[row])
    receivedAt.append(other.receivedAt[row])
    eventTime.append(other.eventTime[row])
    sentTime.append(row, of: other.sentTime)
    session.append(other.session[row])
    packetID.append(other.packetID[row])
    payloadHash.append(other.payloadHash[row])
    for column in metrics.indices {
      if let position = positions[column] {
        metrics[column].append(row, of: other.metrics[position])
      } else {
        metrics[column].append(.absent)
      }
    }
  }
}

/// What a reading says, as one number: `ts` as sent and every value, by the metrics' names.
///
/// Absent values do not count and neither does the order of columns, so a reading keeps its content
/// when its profile gains a metric. Two readings with the same `ts`, sequence number and values
/// have the same content whatever their JSON looked like. Part of a reading's identity in sealed
/// days, where the payload's hash is kept only for readings without a sequence number.
package struct ReadingContent {
  /// The columns in order of their names.
  private let order: [Int]
  private let nameHashes: [UInt64]
  private var bytes: [UInt8] = []

  package init(metricNames: [String]) {
    order = metricNames.indices.sorted { metricNames[$0] < metricNames[$1] }
    nameHashes = metricNames.map { name in
      let bytes = Array(name.utf8)
      return unsafe bytes.withUnsafeBytes { unsafe PayloadHash.of($0) }
    }
  }

  /// - Parameter columns: with the metrics given at the start.
  package mutating func hash(of row: Int, in columns: ReadingColumns) -> UInt64 {
    bytes.removeAll(keepingCapacity: true)
    append(columns.sentTime, row)
    for column in order where columns.metrics[column].tags[row] != .absent {
      append(nameHashes[column])
      append(columns.metrics[column], row)
    }
    return unsafe bytes.withUnsafeBytes { unsafe PayloadHash.of($0) }
  }

  private mutating func append(_ column: ValueColumn, _ row: Int) {
    bytes.append(column.tags[row].rawValue)
    if column.tags[row] == .word {
      let word = column.words[Int(column.bits[row])]
      append(UInt64(word.utf8.count))
      bytes.append(contentsOf: word.utf8)
    } else if column.tags[row] != .absent {
      append(column.bits[row])
    }
  }

  private mutating func append(_ word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }
}
