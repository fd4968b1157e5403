// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// One device's states and outages of a sealed day as text: what stays when retention has deleted
/// its readings, so that any period can be computed from intervals still.
///
/// `up:0 no_link:36000000` are states with the milliseconds from the day's start at which they
/// begin; each lasts to the next or to the end of the day. `out:START:END:ACCOUNTABLE:CAUSE:MARKS`
/// is an outage, in UTC milliseconds, not clipped to the day; the marks are `m` for one that a
/// presence mark confirmed, `o` for one that had not ended, or `-`.
enum SealedIntervals {
  private static let outageWord = "out"

  /// - Parameter availability: of one local day.
  static func text(of availability: Availability) -> String {
    let start = availability.period.start
    var parts = availability.states.map { part in
      "\(FigureNames.of(part.state)):\(part.interval.start - start)"
    }
    for outage in availability.outages {
      let marks = (outage.isMarked ? "m" : "") + (outage.isOpen ? "o" : "")
      let times = [outage.interval.start, outage.interval.end, outage.accountable]
      parts.append(
        "\(outageWord):" + times.map { "\($0)" }.joined(separator: ":")
          + ":\(FigureNames.of(outage.cause)):\(marks.isEmpty ? "-" : marks)")
    }
    return parts.joined(separator: " ")
  }

  /// - Returns: nil if the text is empty, or not what ``text(of:)`` writes.
  static func part(_ text: String, day: Int64) -> Availability.Part? {
    let interval = SealedDay.interval(ofDay: day)
    var states: [StateInterval] = []
    var outages: [Outage] = []
    for word in text.split(separator: " ") {
      let fields = word.split(separator: ":")
      if fields.first == "\(outageWord)"[...] {
        guard let outage = outage(fields) else { return nil }
        outages.append(outage)
        continue
      }
      guard fields.count == 2, let state = state(fields[0]), let offset = Milliseconds(fields[1]),
        offset < interval.duration
      else { return nil }
      let start = interval.start + offset
      guard states.last.map({ $0.interval.start < start }) ?? (offset == 0) else { return nil }
      if !states.isEmpty { states[states.count - 1].interval.end = start }
      states.append(
        StateInterval(interval: Interval(start: start, end: interval.end), state: state))
    }
    guard !states.isEmpty else { return nil }
    return Availability.Part(interval: interval, states: states, outages: outages)
  }

  private static func outage(_ fields: [Substring]) -> Outage? {
    guard fields.count == 6, let start = Milliseconds(fields[1]), let end = Milliseconds(fields[2]),
      let accountable = Milliseconds(fields[3]), let cause = state(fields[4]), start < end
    else { return nil }
    return Outage(
      interval: Interval(start: start, end: end), accountable: accountable, downInPeriod: 0,
      cause: cause, isMarked: fields[5].contains("m"), isOpen: fields[5].contains("o"))
  }

  private static func state(_ text: Substring) -> DeviceState? {
    DeviceState.allCases.first { FigureNames.of($0) == text }
  }
}
