// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension Availability {
  /// A stretch of a device's time as it was judged once, e.g. when its day was sealed.
  package struct Part: Sendable, Hashable {
    package var interval: Interval
    /// Ascending, disjoint, covering the interval.
    package var states: [StateInterval]
    /// Not clipped to the interval.
    package var outages: [Outage]

    package init(interval: Interval, states: [StateInterval], outages: [Outage]) {
      self.interval = interval
      self.states = states
      self.outages = outages
    }
  }

  /// The whole as a part of a longer period.
  package var part: Part { Part(interval: period, states: states, outages: outages) }

  /// How a device spent a period of which parts were judged one by one: from their intervals, so
  /// that an outage that reaches over midnight counts once.
  ///
  /// - Parameter parts: disjoint, in order of time; they may reach beyond the period, and where
  ///   there is none, nothing is known.
  package static func joined(
    _ parts: [Part], period: Interval, outageMin: Milliseconds
  ) -> Availability {
    var states: [StateInterval] = []
    func append(_ interval: Interval, _ state: DeviceState) {
      let start = max(interval.start, period.start)
      let end = min(interval.end, period.end)
      guard start < end else { return }
      if let last = states.last, last.state == state, last.interval.end == start {
        states[states.count - 1].interval.end = end
      } else {
        states.append(StateInterval(interval: Interval(start: start, end: end), state: state))
      }
    }
    var position = period.start
    for part in parts {
      for piece in part.states where piece.interval.end > position {
        if piece.interval.start > position {
          append(Interval(start: position, end: piece.interval.start), .unobserved)
        }
        append(piece.interval, piece.state)
        position = piece.interval.end
      }
    }
    append(Interval(start: position, end: max(position, period.end)), .unobserved)
    let outages = joined(parts.flatMap(\.outages)).compactMap { outage in
      var outage = outage
      outage.downInPeriod = Part(interval: period, states: states, outages: [])
        .down(within: outage.interval)
      return outage.downInPeriod > 0 ? outage : nil
    }
    return Availability(
      period: period, states: states, outages: outages, outageMin: outageMin)
  }

  /// The same silence as several parts know it, once: what is known later is known better.
  private static func joined(_ outages: [Outage]) -> [Outage] {
    var result: [Outage] = []
    for outage in outages {
      guard let last = result.last, outage.interval.start < last.interval.end else {
        result.append(outage)
        continue
      }
      var whole = outage
      whole.interval.start = min(last.interval.start, outage.interval.start)
      whole.interval.end = max(last.interval.end, outage.interval.end)
      whole.accountable = max(last.accountable, outage.accountable)
      whole.isMarked = last.isMarked || outage.isMarked
      result[result.count - 1] = whole
    }
    return result
  }
}

extension Availability.Part {
  /// How much of an interval was down.
  package func down(within interval: Interval) -> Milliseconds {
    states.reduce(0) { sum, part in
      guard part.state.isDown else { return sum }
      let start = max(part.interval.start, interval.start)
      return sum + max(0, min(part.interval.end, interval.end) - start)
    }
  }
}
