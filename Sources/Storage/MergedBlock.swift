// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Blocks of several commits in one row of the store: in a quiet hour every commit leaves blocks of
/// a few readings, and each costs far more to store and to open than what is in it.
///
/// Merging loses nothing: each block keeps its number, its readings and its place among the others,
/// so that whoever reads blocks sees the same ones in the same order, and everything that compares
/// numbers of blocks (checkpoints, seals, restorations) compares the same numbers. Only the rows of
/// one kind lie together in one set of columns.
package struct MergedBlock {
  package struct Member: Hashable {
    package var id: Int64
    /// Which set of columns holds it, and where.
    package var set: Int
    package var rows: Range<Int>
  }

  /// One a kind.
  package private(set) var sets: [ReadingColumns] = []
  /// By ascending number.
  package private(set) var members: [Member] = []
  private(set) var readingCount = 0
  /// By set: what makes room for words while blocks are added.
  private var words: [[WordPositions]] = []

  init() {}

  /// A block that is not merged.
  init(_ columns: ReadingColumns, id: Int64) {
    sets = [columns]
    members = [Member(id: id, set: 0, rows: 0..<columns.count)]
    readingCount = columns.count
  }

  /// Those that were read back; nothing can be added to them.
  ///
  /// - Precondition: members lie within the sets.
  init(sets: [ReadingColumns], members: [Member]) {
    self.sets = sets
    self.members = members
    readingCount = sets.reduce(0) { $0 + $1.count }
  }

  /// Adds the next block.
  ///
  /// - Returns: false if it has other columns than those of its kind here.
  mutating func append(_ columns: ReadingColumns, id: Int64) -> Bool {
    var set = sets.count
    if let found = sets.firstIndex(where: { $0.kind == columns.kind }) {
      guard sets[found].profileVersion == columns.profileVersion,
        sets[found].metricNames == columns.metricNames
      else { return false }
      set = found
    } else {
      sets.append(
        ReadingColumns(
          kind: columns.kind, profileVersion: columns.profileVersion,
          metricNames: columns.metricNames))
      words.append(Array(repeating: WordPositions(), count: columns.metrics.count + 1))
    }
    let start = sets[set].count
    sets[set].append(columns, words: &words[set])
    members.append(Member(id: id, set: set, rows: start..<start + columns.count))
    readingCount += columns.count
    return true
  }
}

extension ReadingColumns {
  fileprivate mutating func append(_ other: ReadingColumns, words: inout [WordPositions]) {
    device += other.device
    channel += other.channel
    flags += other.flags
    receivedAt += other.receivedAt
    eventTime += other.eventTime
    session += other.session
    packetID += other.packetID
    payloadHash += other.payloadHash
    sentTime.append(other.sentTime, words: &words[metrics.count])
    for metric in metrics.indices {
      metrics[metric].append(other.metrics[metric], words: &words[metric])
    }
  }

  /// Some rows as columns of their own.
  package func slice(_ rows: Range<Int>) -> ReadingColumns {
    var part = ReadingColumns(
      kind: kind, profileVersion: profileVersion, metricNames: metricNames)
    part.device = Array(device[rows])
    part.channel = Array(channel[rows])
    part.flags = Array(flags[rows])
    part.receivedAt = Array(receivedAt[rows])
    part.eventTime = Array(eventTime[rows])
    part.session = Array(session[rows])
    part.packetID = Array(packetID[rows])
    part.payloadHash = Array(payloadHash[rows])
    part.sentTime = sentTime.slice(rows)
    for metric in metrics.indices { part.metrics[metric] = metrics[metric].slice(rows) }
    return part
  }
}

extension ValueColumn {
  fileprivate mutating func append(_ other: ValueColumn, words positions: inout WordPositions) {
    let start = bits.count
    tags += other.tags
    bits += other.bits
    guard !other.words.isEmpty else { return }
    let moved = other.words.map { positions.position(of: $0, in: &words) }
    for row in other.tags.indices where other.tags[row] == .word {
      bits[start + row] = UInt64(moved[Int(other.bits[row])])
    }
  }

  /// Only the words that occur in it, in the order in which they do.
  fileprivate func slice(_ rows: Range<Int>) -> ValueColumn {
    var part = ValueColumn()
    part.tags = Array(tags[rows])
    part.bits = Array(bits[rows])
    guard !words.isEmpty, part.tags.contains(.word) else { return part }
    var moved: [UInt64?] = Array(repeating: nil, count: words.count)
    for row in part.tags.indices where part.tags[row] == .word {
      let word = Int(part.bits[row])
      if moved[word] == nil {
        moved[word] = UInt64(part.words.count)
        part.words.append(words[word])
      }
      part.bits[row] = moved[word] ?? 0
    }
    return part
  }
}
