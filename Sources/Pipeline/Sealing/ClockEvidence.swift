// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a device's readings tell of its clock: a set, so that their order, doubles and the batches
/// they came in change nothing.
///
/// A reading is judged by the readings that were received on the same local day and on the day
/// before, whichever day is being sealed, so that it has one event time and belongs to one day. The
/// smallest (receive − ts) of its boot is how far behind the clock was at most while it ran; a
/// reading that does not tell its boot is judged by the smallest of those days. Readings that
/// somebody kept measure nothing, as in ``ClockJudge``.
struct ClockEvidence {
  /// Boots of one device lie further apart than `ClockState.bootTolerance`: single-linkage
  /// clusters of boot instants, which do not depend on the order of adding.
  fileprivate struct Boot {
    var first: Milliseconds
    var last: Milliseconds
    var lagMin: Milliseconds
  }

  /// Of the readings received on one local day; boots ascend, usually there is one.
  fileprivate struct Day {
    var boots: [Boot] = []
    var lagMin: Milliseconds
    /// The newest hot block that told any of it.
    var newestBlock: Int64 = 0
  }

  /// One reading as far as its clock is concerned.
  struct Reading {
    var sentAt: Milliseconds
    var receivedAt: Milliseconds
    /// The boot instant by the device's own clock; nil if the reading does not tell.
    var bootAt: Milliseconds?
    var keeper: ClockJudge.Keeper

    var lag: Milliseconds { receivedAt - sentAt }

    /// The only times that judging may give it, whatever else is known of the clock.
    var eventTimes: ClosedRange<Milliseconds> {
      let tolerance = ClockState.clockTolerance
      // It shows by itself that its clock is right.
      if abs(lag) <= tolerance, ClockJudge.isMeasure(lag: lag, keptBy: keeper) {
        return sentAt...sentAt
      }
      // A clock behind is corrected towards the receipt, one ahead to before it. What nobody kept
      // and tells no boot is as old as `ts` says, if it may be that late, or was sent just now.
      let earliest = receivedAt - ClockState.lateness
      let isJustSent = keeper == .nobody && bootAt == nil
      let lower =
        lag >= 0 && sentAt >= earliest ? sentAt : isJustSent ? receivedAt - tolerance : earliest
      return lower...max(receivedAt, min(sentAt, receivedAt + tolerance))
    }
  }

  private var days: [Int64: Day] = [:]

  /// When the readings were received that a reading is judged by which was received in `range`.
  static func window(ofReceipt range: Interval) -> Interval {
    let first = LocalTime.day(of: range.start)
    let last = LocalTime.day(of: max(range.start, range.end - 1))
    return Interval(start: LocalTime.start(ofDay: first - 1), end: LocalTime.start(ofDay: last + 1))
  }

  /// - Parameter block: the hot block that holds it; 0 for what is sealed.
  mutating func add(_ reading: Reading, block: Int64 = 0) {
    guard ClockJudge.isMeasure(lag: reading.lag, keptBy: reading.keeper) else { return }
    days[LocalTime.day(of: reading.receivedAt), default: Day(lagMin: reading.lag)]
      .add(reading, block: block)
  }

  /// The newest hot block that what is received on an instant's day is judged by: a seal that knew
  /// it judged the same.
  func newestBlock(forReceipt instant: Milliseconds) -> Int64 {
    let today = LocalTime.day(of: instant)
    return max(days[today - 1]?.newestBlock ?? 0, days[today]?.newestBlock ?? 0)
  }

  /// The same questions as ``ClockJudge`` asks, with the whole of two days known.
  func judge(_ reading: Reading, commissionedAt: Milliseconds?) -> ClockJudge.Verdict {
    let today = LocalTime.day(of: reading.receivedAt)
    let lags = [today - 1, today].compactMap { days[$0]?.lagMin(of: reading) }
    return ClockJudge.verdict(
      sentAt: reading.sentAt, receivedAt: reading.receivedAt, lagMin: lags.min(),
      boot: reading.bootAt == nil ? .untold : .same, keptBy: reading.keeper,
      commissionedAt: commissionedAt)
  }
}

extension ClockEvidence.Day {
  fileprivate mutating func add(_ reading: ClockEvidence.Reading, block: Int64) {
    lagMin = min(lagMin, reading.lag)
    newestBlock = max(newestBlock, block)
    guard let bootAt = reading.bootAt else { return }
    let tolerance = ClockState.bootTolerance
    var boot = ClockEvidence.Boot(first: bootAt, last: bootAt, lagMin: reading.lag)
    // Usually the newest boot: look from the end.
    var upper = boots.count
    while upper > 0, boots[upper - 1].first - tolerance > bootAt { upper -= 1 }
    var lower = upper
    while lower > 0, boots[lower - 1].last + tolerance >= bootAt {
      lower -= 1
      boot.first = min(boot.first, boots[lower].first)
      boot.last = max(boot.last, boots[lower].last)
      boot.lagMin = min(boot.lagMin, boots[lower].lagMin)
    }
    boots.replaceSubrange(lower..<upper, with: CollectionOfOne(boot))
  }

  fileprivate func lagMin(of reading: ClockEvidence.Reading) -> Milliseconds? {
    guard let bootAt = reading.bootAt else { return lagMin }
    let tolerance = ClockState.bootTolerance
    return boots.last {
      $0.first - tolerance <= bootAt && bootAt <= $0.last + tolerance
    }?.lagMin
  }
}
