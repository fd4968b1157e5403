// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// How far the days of a period are sealed: which of its figures are provisional (tạm tính) and
/// which are not (đã chốt).
package struct SealCover: Sendable, Hashable {
  /// The last sealed day of the period, in local days since 1970-01-01; nil if none is sealed.
  package var through: Int64?
  /// Every day of the period is sealed.
  package var isWhole = false
  /// When that day was sealed; nil if none is.
  package var sealedAt: Milliseconds?
  /// Some day was sealed before its lateness allowance was over, on demand.
  package var isEarly = false
  /// The newest revision of any sealed day of the period; 1 if none was ever revised.
  package var revision = 1
  /// Devices whose profile, plan, commissioning or limits are not what the last day was sealed by:
  /// what was sealed stands until the day is sealed anew.
  package var changedDevices: Set<Int64> = []
  /// Hot readings of sealed days that a revision will take up.
  package var lateReadings = 0
  /// Before it the readings are gone and what was sealed stands; nil if none are.
  package var readingsGoneUntil: Milliseconds?

  package init() {}

  /// The figures are those that were sealed.
  package var isSealed: Bool { isWhole }
}

/// The sealed days that a report of one period reads instead of hot blocks.
struct SealedPeriod {
  /// Ascending, without a gap; the last sealed day before the period if none is in it.
  let days: [SealedDay]
  /// Every day of the period is among them.
  let isWhole: Bool
  /// From here on hot blocks are read; nil if nothing is sealed.
  let hotFrom: Milliseconds?

  init(_ sealed: [SealedDay], period: Interval) {
    let first = LocalTime.day(of: period.start)
    let last = LocalTime.day(of: max(period.start, period.end - 1))
    guard let newest = sealed.last?.day else {
      (days, isWhole, hotFrom) = ([], false, nil)
      return
    }
    hotFrom = LocalTime.start(ofDay: newest + 1)
    days = sealed.filter { min(first, newest) <= $0.day && $0.day <= last }
    isWhole = days.first?.day ?? .max <= first && newest >= last
  }

  /// Rows of a block that a report reads: the day's own, and the context at the ends of what is
  /// sealed, since inside of it the neighbours themselves are read.
  func rows(of block: SealedBlock) -> [Int] {
    let interval = SealedDay.interval(ofDay: block.day)
    let isFirst = block.day == days.first?.day
    let isLast = isWhole && block.day == days.last?.day
    return block.readings.eventTime.indices.filter { row in
      let time = block.readings.eventTime[row]
      return interval.contains(time) || isFirst && time < interval.start
        || isLast && time >= interval.end
    }
  }

  func cover(in period: Interval, lateReadings: Int) -> SealCover {
    var cover = SealCover()
    let inside = days.filter { $0.day >= LocalTime.day(of: period.start) }
    cover.through = inside.last?.day
    cover.sealedAt = inside.last?.sealedAt
    cover.isWhole = isWhole
    cover.isEarly = inside.contains { !$0.isFinal }
    cover.revision = inside.map(\.revision).max() ?? 1
    cover.lateReadings = lateReadings
    return cover
  }
}
