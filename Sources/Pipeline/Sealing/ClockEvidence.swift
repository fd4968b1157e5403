// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a device's readings tell of its clock: a set, so that their order, doubles and the batches
/// they came in change nothing.
///
/// A reading is judged by the readings that were received on the same local day and on the day
/// before, whichever day is being sealed, so that it has one event time and belongs to one day: the
/// window of ``BootClock``, with all of it known. The smallest (receive − ts) of its boot is how
/// far behind the clock was at most; of an hour, the measure that binds it the most by what a clock
/// may lose meanwhile (`ClockState.lossPerHour`). A reading that does not tell its boot is judged
/// by the measures of all boots of those days. Readings that somebody kept measure nothing, as in
/// ``ClockJudge``.
struct ClockEvidence {
  /// Boots of one device lie further apart than `ClockState.bootTolerance`: single-linkage
  /// clusters of boot instants, which do not depend on the order of adding.
  fileprivate struct Boot {
    var first: Milliseconds
    var last: Milliseconds
    var lags: HourLags
  }

  /// Of the readings received on one local day; boots ascend, usually there is one.
  fileprivate struct Day {
    var boots: [Boot] = []
    /// Of what told no boot.
    var untold = HourLags()
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
      // It shows by itself that its clock is not wrong: it is corrected by minutes at most.
      if abs(lag) <= tolerance, ClockJudge.isMeasure(lag: lag, keptBy: keeper) {
        return sentAt - tolerance + min(0, lag)...sentAt + max(0, lag)
      }
      // A clock behind is corrected towards the receipt, one ahead to before it. What nobody kept
      // and tells no boot is as old as `ts` says, if it may be that late, or was sent just now.
      let earliest = receivedAt - ClockState.lateness
      let isJustSent = keeper == .nobody && bootAt == nil
      let lower =
        lag >= 0 && sentAt >= earliest
        ? sentAt - tolerance : isJustSent ? receivedAt - tolerance : earliest
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
    days[LocalTime.day(of: reading.receivedAt), default: Day()].add(reading, block: block)
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
    let hour = ClockState.hour(of: reading.receivedAt)
    let measures = [today - 1, today].compactMap { days[$0]?.measure(for: reading, at: hour) }
    return ClockJudge.verdict(
      sentAt: reading.sentAt, receivedAt: reading.receivedAt,
      lagMin: measures.min(by: <)?.lag,
      boot: reading.bootAt == nil ? .untold : .same, keptBy: reading.keeper,
      commissionedAt: commissionedAt)
  }
}

extension ClockEvidence.Day {
  fileprivate mutating func add(_ reading: ClockEvidence.Reading, block: Int64) {
    newestBlock = max(newestBlock, block)
    let hour = ClockState.hour(of: reading.receivedAt)
    guard let bootAt = reading.bootAt else { return untold.note(reading.lag, at: hour) }
    let tolerance = ClockState.bootTolerance
    // Usually the newest boot: look from the end.
    var upper = boots.count
    while upper > 0, boots[upper - 1].first - tolerance > bootAt { upper -= 1 }
    if upper > 0, boots[upper - 1].last + tolerance >= bootAt {
      boots[upper - 1].first = min(boots[upper - 1].first, bootAt)
      boots[upper - 1].last = max(boots[upper - 1].last, bootAt)
    } else {
      boots.insert(ClockEvidence.Boot(first: bootAt, last: bootAt, lags: HourLags()), at: upper)
      upper += 1
    }
    // It may have closed the gap to the boot before it, and to that alone: boots are farther apart
    // than the tolerance.
    if upper > 1, boots[upper - 2].last + tolerance >= boots[upper - 1].first {
      boots[upper - 2].last = boots[upper - 1].last
      boots[upper - 2].lags.merge(boots[upper - 1].lags)
      boots.remove(at: upper - 1)
      upper -= 1
    }
    boots[upper - 1].lags.note(reading.lag, at: hour)
  }

  /// Nil if nothing tells.
  fileprivate func measure(
    for reading: ClockEvidence.Reading, at hour: Int64
  ) -> HourLags.Measure? {
    guard let bootAt = reading.bootAt else {
      return boots.reduce(untold.measure(for: hour)) { known, boot in
        HourLags.stronger(known, boot.lags.measure(for: hour))
      }
    }
    let tolerance = ClockState.bootTolerance
    let boot = boots.last {
      $0.first - tolerance <= bootAt && bootAt <= $0.last + tolerance
    }
    return boot?.lags.measure(for: hour)
  }
}

/// The smallest lag of each hour of one local day.
private struct HourLags {
  /// A measure, and how far the clock can be behind by it at another hour.
  typealias Measure = (bound: Milliseconds, lag: Milliseconds)

  /// By hour; none before the first measure.
  private var lags: [Milliseconds] = []
  /// Hours since 1970 at which the day began.
  private var start: Int64 = 0

  mutating func note(_ lag: Milliseconds, at hour: Int64) {
    if lags.isEmpty {
      lags = Array(repeating: .max, count: Int(LocalTime.dayLength / LocalTime.hourLength))
      let day = LocalTime.day(of: hour * LocalTime.hourLength)
      start = ClockState.hour(of: LocalTime.start(ofDay: day))
    }
    let place = Int(hour - start)
    lags[place] = min(lags[place], lag)
  }

  /// Of the same day.
  mutating func merge(_ other: HourLags) {
    if lags.isEmpty { self = other }
    for place in other.lags.indices { lags[place] = min(lags[place], other.lags[place]) }
  }

  /// The one that binds an hour the most.
  func measure(for hour: Int64) -> Measure? {
    var strongest: Measure?
    for place in lags.indices where lags[place] != .max {
      let distance = abs(hour - start - Int64(place))
      let measure = (bound: lags[place] + distance * ClockState.lossPerHour, lag: lags[place])
      strongest = Self.stronger(strongest, measure)
    }
    return strongest
  }

  static func stronger(_ left: Measure?, _ right: Measure?) -> Measure? {
    guard let left, let right else { return left ?? right }
    return left < right ? left : right
  }
}
