// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension Availability {
  /// Judges a history over a period.
  ///
  /// - Parameters:
  ///   - now: the end of knowledge; later time is unobserved unless the device was heard then.
  ///   - observed: when we could hear.
  ///   - plan: when service is expected, and when the device is worked on.
  ///   - offlineAfter: the gap allowance G: a longer accountable silence is an outage.
  ///   - commissionedAt: nil means since first heard; a device never heard is then all excluded.
  package static func compute(
    history: DeviceHistory, period: Interval, now: Milliseconds, observed: IntervalSet,
    plan: ServicePlan, reportInterval: Milliseconds, offlineAfter: Milliseconds,
    commissionedAt: Milliseconds?, retiredAt: Milliseconds?, outageMin: Milliseconds
  ) -> Availability {
    precondition(
      history.reportInterval == reportInterval, "a history is closed at another report interval")
    let silences = Silence.all(
      of: history, from: commissionedAt, now: now, observed: observed
    ).filter { $0.interval.start < period.end && period.start < $0.interval.end }
    // Silences reach beyond the period: whether one is an outage is judged on all of it.
    let scope = Interval(
      start: min(period.start, silences.first?.interval.start ?? period.start),
      end: max(period.end, silences.last?.interval.end ?? period.end))

    let expected = plan.expected(in: scope).intersection(
      inService(from: commissionedAt ?? history.firstHeard, to: retiredAt, scope: scope))
    let countable = expected.subtracting(plan.maintenance)
    let accountable = countable.intersection(observed).clipped(
      to: Interval(start: min(scope.start, now), end: now))

    let heard = IntervalSet(
      history.heard.lazy.map { Interval(start: $0.first.eventTime, end: $0.last.eventTime) })
    var up = heard.clipped(to: scope).intersection(countable).intervals
    var down: [StateInterval] = []
    var outages: [Outage] = []
    for silence in silences {
      // Heard at both ends and too short for an outage had we heard all of it: up, whoever slept.
      let whole = countable.clipped(to: silence.interval)
      if whole.duration <= offlineAfter && silence.isBetweenWords && !silence.isMarked {
        up.append(contentsOf: whole.intervals)
        continue
      }
      let part = accountable.clipped(to: silence.interval)
      if part.duration <= offlineAfter && !silence.isMarked {
        // Who was never heard may still come; nothing says that it was up.
        if history.firstHeard != nil { up.append(contentsOf: part.intervals) }
        continue
      }
      let causes = silence.causes(of: part, history: history)
      let parts = causes.flatMap { cause, set in
        set.intervals.map { StateInterval(interval: $0, state: cause) }
      }
      down.append(contentsOf: parts)
      let downInPeriod = part.clipped(to: period).duration
      guard downInPeriod > 0 else { continue }
      outages.append(
        Outage(
          interval: silence.interval, accountable: part.duration, downInPeriod: downInPeriod,
          cause: greatest(causes), isMarked: silence.isMarked, isOpen: silence.isOpen))
    }

    let upSet = IntervalSet(up)
    let unobserved = countable.subtracting(upSet)
      .subtracting(IntervalSet(down.lazy.map(\.interval)))
    let excluded = expected.complement(in: scope)
    let sets: [(DeviceState, IntervalSet)] = [
      (.excluded, excluded), (.maintenance, expected.intersection(plan.maintenance)),
      (.up, upSet), (.unobserved, unobserved),
    ]
    let states = sequence(of: sets, and: down, in: period)
    return Availability(period: period, states: states, outages: outages, outageMin: outageMin)
  }

  private static func inService(
    from start: Milliseconds?, to retiredAt: Milliseconds?, scope: Interval
  ) -> IntervalSet {
    guard let start else { return IntervalSet() }
    let end = min(scope.end, retiredAt ?? scope.end)
    let from = max(start, scope.start)
    return from < end ? IntervalSet([Interval(start: from, end: end)]) : IntervalSet()
  }

  private static func greatest(_ causes: [(DeviceState, IntervalSet)]) -> DeviceState {
    var best = (state: DeviceState.unknown, duration: Milliseconds(-1))
    for (state, set) in causes where set.duration > best.duration {
      best = (state, set.duration)
    }
    return best.state
  }

  /// All states inside the period in order of time, neighbours of one state joined.
  private static func sequence(
    of sets: [(DeviceState, IntervalSet)], and down: [StateInterval], in period: Interval
  ) -> [StateInterval] {
    var all = sets.flatMap { state, set in
      set.clipped(to: period).intervals.map { StateInterval(interval: $0, state: state) }
    }
    for part in down {
      let start = max(part.interval.start, period.start)
      let end = min(part.interval.end, period.end)
      if start < end {
        all.append(StateInterval(interval: Interval(start: start, end: end), state: part.state))
      }
    }
    all.sort { $0.interval.start < $1.interval.start }
    var joined: [StateInterval] = []
    for part in all {
      if let last = joined.last, last.state == part.state,
        last.interval.end == part.interval.start
      {
        joined[joined.count - 1].interval.end = part.interval.end
      } else {
        joined.append(part)
      }
    }
    return joined
  }
}

/// A stretch in which a device was not heard.
private struct Silence {
  var interval: Interval
  var isMarked: Bool
  /// It has not ended: the device was not heard again.
  var isOpen: Bool
  /// The device was heard before it and after it.
  var isBetweenWords: Bool

  /// Every silence, ascending: before first heard (if commissioned earlier), between runs, and
  /// after last heard up to the end of knowledge.
  static func all(
    of history: DeviceHistory, from commissionedAt: Milliseconds?, now: Milliseconds,
    observed: IntervalSet
  ) -> [Silence] {
    var result: [Silence] = []
    if let commissionedAt {
      let end = history.firstHeard ?? now
      if commissionedAt < end {
        result.append(
          Silence(
            interval: Interval(start: commissionedAt, end: end), isMarked: false,
            isOpen: history.firstHeard == nil, isBetweenWords: false))
      }
    }
    let runs = history.heard
    let marked = history.markedGaps(now: now, observed: observed)
    for (position, run) in runs.enumerated() {
      let isOpen = position + 1 == runs.count
      let start = run.last.eventTime
      let end = isOpen ? now : runs[position + 1].first.eventTime
      if start < end {
        result.append(
          Silence(
            interval: Interval(start: start, end: end), isMarked: marked.contains(position),
            isOpen: isOpen, isBetweenWords: !isOpen))
      }
    }
    return result
  }

  /// Splits the accountable part by what the device said of itself once it was heard again.
  func causes(of part: IntervalSet, history: DeviceHistory) -> [(DeviceState, IntervalSet)] {
    guard !isOpen else { return [(.unknown, part)] }
    let running = part.intersection(history.powered.clipped(to: interval))
    let rest = part.subtracting(running)
    let isKnown = history.lastPowerEvidence.map { $0 >= interval.end } ?? false
    return [(.noLink, running), (isKnown ? .off : .unknown, rest)]
  }
}
