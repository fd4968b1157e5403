// SPDX-License-Identifier: Apache-2.0

import Reporting
import Telemetry

/// One row of a series, read as far as it can be.
struct SeriesRow {
  var line: Int
  /// As it was given, on one line.
  var timeText: [UInt8]
  var time: Milliseconds?
  /// Finite, or nil.
  var value: Double?
  /// Why it cannot be judged, or that it was read by force.
  var remark: SeriesRemark?

  init(_ record: SeparatedRecord, columns: SeriesColumns, clock: SeriesTime) {
    line = record.line
    timeText = []
    if record.isLiteral { remark = .openQuote }
    guard !record.isTooLong else {
      remark = .tooLong
      return
    }
    let time = record.field(columns.time)
    let value = record.field(columns.value)
    if let time {
      timeText = time.map { $0 == .lineFeed || $0 == .carriageReturn ? .space : $0 }
      self.time = clock.instant(time)
    }
    if let value { take(SeriesNumber(value, separator: record.separator)) }
    if time == nil || value == nil {
      remark = .shortRow
    } else if self.time == nil {
      remark = .unreadableTime
    }
  }

  private mutating func take(_ number: SeriesNumber) {
    switch number {
    case .value(let value): self.value = value
    case .missing: remark = .missingValue
    case .notFinite: remark = .notFinite
    case .unreadable: remark = .unreadableValue
    }
  }
}
