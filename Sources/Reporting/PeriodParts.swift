// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// What a period is put together from: days that are sealed as a whole, and stretches of readings.
struct PeriodParts {
  /// Whole days, ascending: their figures are summed.
  private(set) var sealed: [SealedDay] = []
  /// Everything else, ascending and disjoint: computed from readings.
  private(set) var readings: [Interval] = []
  /// Pieces of sealed days whose readings retention has deleted: only their states are known.
  private(set) var kept: [(day: SealedDay, interval: Interval)] = []

  /// - Parameters:
  ///   - days: every sealed day, ascending.
  ///   - gone: sealed days before this one have lost their readings.
  ///   - keepsWhole: whole sealed days are summed; else only those whose readings are gone are
  ///     not read.
  init(period: Interval, days: [SealedDay], gone: Int64, sumsWholeDays: Bool = true) {
    var position = period.start
    for day in days {
      let start = max(day.interval.start, period.start)
      let end = min(day.interval.end, period.end)
      guard start < end else { continue }
      read(from: position, to: start)
      let part = Interval(start: start, end: end)
      if sumsWholeDays, part == day.interval {
        sealed.append(day)
      } else if day.day < gone {
        kept.append((day, part))
      } else {
        read(from: start, to: end)
      }
      position = end
    }
    read(from: position, to: period.end)
  }

  private mutating func read(from start: Milliseconds, to end: Milliseconds) {
    guard start < end else { return }
    if let last = readings.last, last.end == start {
      readings[readings.count - 1].end = end
    } else {
      readings.append(Interval(start: start, end: end))
    }
  }
}
