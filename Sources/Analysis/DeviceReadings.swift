// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The readings of one device that usage is computed from, as compact columns.
///
/// Identity within a device is (event time, channel, payload hash): the payload holds `ts` as sent
/// and the sequence number, so its hash covers them, and a reading without a trustworthy `ts` has
/// its receive time in its event time, so that identity alone never drops it.
package struct DeviceReadings: Sendable {
  /// Metrics kept, in column order.
  package let metricNames: [String]
  package private(set) var eventTime: [Milliseconds] = []
  private var channel: [Channel] = []
  private var payloadHash: [UInt64] = []
  /// Seconds since boot; NaN where the reading does not tell.
  package private(set) var upSeconds: [Double] = []
  package private(set) var columns: [ValueColumn]

  package init(metricNames: [String]) {
    self.metricNames = metricNames
    columns = Array(repeating: ValueColumn(), count: metricNames.count)
  }

  package var count: Int { eventTime.count }

  /// Retained copies and presence marks tell nothing of use.
  private static let untold: ReadingFlags = [.retained, .offlineMark]

  /// Adds one reading, unless it tells nothing of use.
  ///
  /// - Parameter values: one for each of `metricNames`.
  package mutating func append(
    eventTime: Milliseconds, channel: Channel, payloadHash: UInt64, flags: ReadingFlags,
    upSeconds: Double?, values: some Sequence<Value>
  ) {
    if !flags.isDisjoint(with: Self.untold) { return }
    self.eventTime.append(eventTime)
    self.channel.append(channel)
    self.payloadHash.append(payloadHash)
    self.upSeconds.append(upSeconds ?? .nan)
    var column = 0
    for value in values {
      columns[column].append(value)
      column += 1
    }
    precondition(column == columns.count, "a reading carries one value for each metric")
  }

  /// Adds one row of a block, by the same rules.
  ///
  /// - Parameters:
  ///   - positions: the block's column for each of `metricNames`; nil where it has none.
  ///   - payloadHash: nil means the block's.
  package mutating func append(
    _ row: Int, of block: ReadingColumns, positions: [Int?], upSeconds: Double?,
    payloadHash hash: UInt64? = nil
  ) {
    if !block.flags[row].isDisjoint(with: Self.untold) { return }
    precondition(positions.count == columns.count, "a reading carries one value for each metric")
    eventTime.append(block.eventTime[row])
    channel.append(block.channel[row])
    payloadHash.append(hash ?? block.payloadHash[row])
    self.upSeconds.append(upSeconds ?? .nan)
    for column in columns.indices {
      if let position = positions[column] {
        columns[column].append(row, of: block.metrics[position])
      } else {
        columns[column].append(.absent)
      }
    }
  }

  /// Rows by event time, each identity once.
  package func distinctRows() -> [Int] {
    var rows = Array(0..<count)
    rows.sort { key($0) < key($1) }
    var distinct: [Int] = []
    distinct.reserveCapacity(rows.count)
    for row in rows {
      if let last = distinct.last, key(last) == key(row) { continue }
      distinct.append(row)
    }
    return distinct
  }

  private func key(_ row: Int) -> (Milliseconds, UInt8, UInt64) {
    (eventTime[row], channel[row].rawValue, payloadHash[row])
  }
}
