// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The readings of a store, as the seal sees them: by device and local day, in order of time.
enum StoredDays {
  static func measure(path: String) throws {
    let store = try Store(path: path, access: .readOnly)
    var devices: [Int64: ReadingColumns] = [:]
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      for row in 0..<block.count {
        devices[block.device[row], default: block.withoutRows()].appendSealable(row, of: block)
      }
    }
    var kinds: [String: Sealing] = [:]
    var all = Sealing()
    for device in devices.keys.sorted() {
      guard let readings = devices[device] else { continue }
      for day in readings.splitByDay() {
        try kinds[readings.kind, default: Sealing()].add(day)
        try all.add(day)
      }
    }
    for kind in kinds.keys.sorted() { kinds[kind]?.show(kind) }
    all.show("all")
  }
}

extension ReadingColumns {
  func withoutRows() -> ReadingColumns {
    ReadingColumns(kind: kind, profileVersion: profileVersion, metricNames: metricNames)
  }

  /// One row of another batch, without what a seal does not keep: packet ids, and the hashes of
  /// readings that carry a sequence number.
  mutating func appendSealable(_ row: Int, of other: ReadingColumns) {
    append(row, of: other, positions: metrics.indices.map { $0 })
    packetID[count - 1] = 0
    let sequence = metricNames.firstIndex(of: "seq")
    if let sequence, other.metrics[sequence].tags[row] != .absent { payloadHash[count - 1] = 0 }
  }

  /// The rows of each local day, sorted by event time, then by arrival.
  func splitByDay() -> [ReadingColumns] {
    let order = (0..<count).sorted {
      (eventTime[$0], receivedAt[$0], $0) < (eventTime[$1], receivedAt[$1], $1)
    }
    var days: [ReadingColumns] = []
    var last: Int64?
    for row in order {
      let day = LocalTime.day(of: eventTime[row])
      if day != last { days.append(withoutRows()) }
      last = day
      days[days.count - 1].appendSealable(row, of: self)
    }
    return days
  }
}
