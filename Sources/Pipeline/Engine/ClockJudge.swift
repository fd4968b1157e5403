// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the engine must remember of one device's clock between two of its readings.
struct ClockState: Sendable, Equatable {
  /// When the running boot began, by the device's own clock; nil before the first `up`.
  var bootAt: Milliseconds?
  /// The smallest (receive − ts) of this boot: how far behind its clock is, at most.
  var lagMin: Milliseconds?

  /// A boot is a new one when its instant moves later by more than this; less is rounding.
  static let bootTolerance: Milliseconds = 10_000
  /// A clock further off than this is wrong.
  static let clockTolerance: Milliseconds = 300_000
  /// A `ts` this far in the past is late; an older one is no time at all.
  static let lateness: Milliseconds = 7 * 86_400_000
}

/// Judges one reading's `ts`: which event time it gets, and whether the clock is to be trusted.
enum ClockJudge {
  struct Verdict: Equatable {
    var eventTime: Milliseconds
    var flags: ReadingFlags
  }

  /// Who may have kept a message for a while before it reached us.
  enum Keeper { case nobody, broker, device }

  /// - Parameter sentAt: the device's `ts`, or nil.
  static func judge(
    sentAt: Milliseconds?, receivedAt: Milliseconds, upMilliseconds: Milliseconds?,
    keptBy keeper: Keeper, commissionedAt: Milliseconds?, state: inout ClockState
  ) -> Verdict {
    guard let sentAt else { return Verdict(eventTime: receivedAt, flags: .untimed) }
    let lag = receivedAt - sentAt
    let boot = noteBoot(
      at: upMilliseconds.map { sentAt - $0 }, lag: lag, keptBy: keeper, state: &state)
    if isMeasure(lag: lag, keptBy: keeper) { state.lagMin = min(state.lagMin ?? lag, lag) }
    return verdict(
      sentAt: sentAt, receivedAt: receivedAt, lagMin: state.lagMin, boot: boot, keptBy: keeper,
      commissionedAt: commissionedAt)
  }

  /// Whether a message is of the boot in which `lagMin` was measured.
  enum Boot {
    /// Its `ts` − `up` is that boot's instant, so the clock was not set in between.
    case same
    /// It does not say.
    case untold
    case earlier
  }

  /// - Parameter lagMin: the smallest (receive − ts) known of the boot.
  static func verdict(
    sentAt: Milliseconds, receivedAt: Milliseconds, lagMin: Milliseconds?, boot: Boot,
    keptBy keeper: Keeper, commissionedAt: Milliseconds?
  ) -> Verdict {
    let lag = receivedAt - sentAt
    let isAhead = lag < -ClockState.clockTolerance
    // What was kept may lag for that reason alone, so the boot's smallest lag must be known to be
    // the clock's error; the clock is not forgotten because the broker kept a message.
    let isBehind = isAsFarBehind(lag, lagMin)
    let earliest = max(commissionedAt ?? .min, receivedAt - ClockState.lateness)
    let isTooOld = sentAt < earliest && lag > ClockState.clockTolerance
    guard isAhead || isBehind && boot != .earlier || isTooOld else {
      return Verdict(eventTime: sentAt, flags: ReadingFlags(rawValue: 0))
    }
    // The boot's smallest lag is the clock's error; before any is known, this message's own is.
    let corrected = sentAt + (lagMin ?? lag)
    // What nobody kept and comes that late may as well tell that the clock has been set.
    let mayBeThatLate = boot == .same || keeper != .nobody
      || receivedAt - corrected <= ClockState.clockTolerance
    let isPlausible = corrected >= earliest && corrected <= receivedAt && mayBeThatLate
    return Verdict(eventTime: isPlausible ? corrected : receivedAt, flags: .clockWrong)
  }

  /// Whether the clock is known to be behind, and this message lags about as much or more.
  private static func isAsFarBehind(_ lag: Milliseconds, _ lagMin: Milliseconds?) -> Bool {
    guard let known = lagMin, known > ClockState.clockTolerance else { return false }
    return lag >= known - ClockState.clockTolerance
  }

  /// A message that the broker may have kept tells how far the clock is behind at most, so it
  /// can show that the clock is right, never that it is wrong.
  static func isMeasure(lag: Milliseconds, keptBy keeper: Keeper) -> Bool {
    switch keeper {
    case .nobody: true
    case .broker: lag <= ClockState.clockTolerance
    case .device: false
    }
  }

  /// A later boot instant starts the measure anew: the clock may have been set in between. What
  /// the broker kept cannot measure it, so a clock that was behind is taken to be behind still if
  /// the message lags as much as that.
  private static func noteBoot(
    at bootAt: Milliseconds?, lag: Milliseconds, keptBy keeper: Keeper, state: inout ClockState
  ) -> Boot {
    guard let bootAt else { return .untold }
    if let known = state.bootAt, bootAt <= known + ClockState.bootTolerance {
      return bootAt >= known - ClockState.bootTolerance ? .same : .earlier
    }
    let isStillBehind = keeper == .broker && isAsFarBehind(lag, state.lagMin)
    if state.bootAt != nil, !isStillBehind { state.lagMin = nil }
    state.bootAt = bootAt
    return .untold
  }
}
