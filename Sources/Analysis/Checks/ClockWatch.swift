// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Whether a device's clock is off, or drifts, against ours.
///
/// The measure is the smallest (receive − `ts`) of an hour: what is late is not wrong, and of many
/// messages one is hardly late. Off: two hours in a row, alike within `agreement` (lateness varies,
/// a clock does not), by more than the limit. Drifting: the smallest of a local day moved by more
/// than the limit a day, twice in a row in the same direction; a clock that was set moves once.
struct ClockWatch: CheckState {
  struct Limits {
    var offBy: Milliseconds
    var perDay: Milliseconds
  }

  /// An hour with fewer messages says nothing.
  static let messagesMin: UInt16 = 10
  static let agreement: Milliseconds = 60_000
  /// It is right again within this share of the limit.
  static let calmShare: Int64 = 2

  private static let none = Int32.min

  /// End of the hour that is being measured, by our time; `.min` is none.
  private var hourEnd: Milliseconds = .min
  /// Lags in milliseconds, at most 24 days.
  private var hourMin: Int32 = none
  private var messageCount: UInt16 = 0
  private var lastHourMin: Int32 = none
  private var lastHour: Int32 = none
  private var dayMin: Int32 = none
  private var day: Int32 = none
  private var lastDayMin: Int32 = none
  private var lastDay: Int32 = none
  private var lastDrift: Int32 = none
  /// What was told is a drift, not an offset.
  private var isDrift = false
  var isOpen = false

  /// - Parameter lag: receive − `ts`, of a message that nobody kept.
  mutating func note(
    lag: Milliseconds, receivedAt: Milliseconds, _ limits: Limits
  ) -> CheckFinding? {
    let lag = Int32(min(max(lag, -2_000_000_000), 2_000_000_000))
    if receivedAt < hourEnd {
      // An hour that is over is not measured again.
      guard receivedAt >= hourEnd - LocalTime.hourLength else { return nil }
      hourMin = min(hourMin, lag)
      if messageCount < .max { messageCount += 1 }
      return nil
    }
    let finding = messageCount >= Self.messagesMin ? closeHour(limits) : nil
    let hour = receivedAt / LocalTime.hourLength
    hourEnd = (hour + 1) * LocalTime.hourLength
    (hourMin, messageCount) = (lag, 1)
    return finding
  }

  private mutating func closeHour(_ limits: Limits) -> CheckFinding? {
    let hour = Int32(truncatingIfNeeded: hourEnd / LocalTime.hourLength)
    let start = hourEnd - LocalTime.hourLength
    let isSteady =
      lastHour == hour - 1 && lastHourMin != Self.none
      && abs(Int64(hourMin) - Int64(lastHourMin)) <= Self.agreement
    (lastHourMin, lastHour) = (hourMin, hour)
    let drift = closeDay(LocalTime.day(of: start))
    let offBy = abs(Int64(hourMin))
    if isOpen {
      let isCalm = lastDrift == Self.none || abs(Int64(lastDrift)) <= limits.perDay / Self.calmShare
      guard isDrift ? isCalm : offBy <= limits.offBy / Self.calmShare else { return nil }
      (isOpen, isDrift) = (false, false)
      return .ended(at: hourEnd)
    }
    let drifts = drift.map { abs($0) > limits.perDay } ?? false
    guard drifts || isSteady && offBy > limits.offBy else { return nil }
    (isOpen, isDrift) = (true, drifts)
    let days = drifts ? 2 * LocalTime.dayLength : LocalTime.hourLength
    var figures = CheckFigures(since: start - days)
    figures.value = Double(hourMin) / 1_000
    figures.isAbove = hourMin < 0
    figures.limit = Double(drifts ? limits.perDay : limits.offBy) / 1_000
    if drifts, let drift { figures.perDay = Double(drift) / 1_000 }
    return .began(figures)
  }

  /// Adds the hour to its day. At the first hour of a new one, the day before is over.
  ///
  /// - Returns: the lesser of the last two days' moves, if both went the same way.
  private mutating func closeDay(_ hourDay: Int64) -> Int64? {
    let newDay = Int32(truncatingIfNeeded: hourDay)
    guard newDay != day else {
      dayMin = min(dayMin, hourMin)
      return nil
    }
    let (doneDay, doneMin) = (day, dayMin)
    (day, dayMin) = (newDay, hourMin)
    guard doneDay != Self.none else { return nil }
    let isNext = lastDay != Self.none && doneDay == lastDay + 1
    let before = isNext ? lastDrift : Self.none
    let moved = isNext ? Int64(doneMin) - Int64(lastDayMin) : nil
    (lastDay, lastDayMin) = (doneDay, doneMin)
    lastDrift =
      moved.map { Int32(min(max($0, -2_000_000_000), 2_000_000_000)) } ?? Self.none
    guard let moved, before != Self.none, (before < 0) == (moved < 0) else { return nil }
    return abs(moved) < abs(Int64(before)) ? moved : Int64(before)
  }

  mutating func forget(after now: Milliseconds) {
    guard hourEnd > now + LocalTime.hourLength else { return }
    (hourEnd, hourMin, messageCount) = (.min, Self.none, 0)
  }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    visitor.pass(&hourEnd)
    visitor.pass(&hourMin)
    visitor.pass(&messageCount)
    visitor.pass(&lastHourMin)
    visitor.pass(&lastHour)
    visitor.pass(&dayMin)
    visitor.pass(&day)
    visitor.pass(&lastDayMin)
    visitor.pass(&lastDay)
    visitor.pass(&lastDrift)
    visitor.pass(&isDrift)
    visitor.pass(&isOpen)
  }

  var isPossible: Bool {
    hourEnd.isPossibleInstant && (hourEnd != .min || messageCount == 0)
      && [lastHour, day, lastDay].allSatisfy(\.isPossibleDay)
  }
}
