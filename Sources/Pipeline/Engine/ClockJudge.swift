// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Judges one reading's `ts`: which event time it gets, and whether the clock is to be trusted.
///
/// What a clock is off by is the smallest (receive − `ts`) of its boot within a window
/// (``BootClock``): the same live, after recovery, in a replay, and for sealed days
/// (``ClockEvidence``), which know the whole of the window.
enum ClockJudge {
  struct Verdict: Equatable {
    var eventTime: Milliseconds
    var flags: ReadingFlags
  }

  /// Who may have kept a message for a while before it reached us.
  enum Keeper { case nobody, broker, device }

  /// Whether a message is of the boot in which the smallest lag was measured.
  enum Boot {
    /// Its `ts` − `up` is that boot's instant, so the clock was not set in between.
    case same
    /// It does not say.
    case untold
  }

  /// - Parameter sentAt: the device's `ts`, or nil.
  static func judge(
    sentAt: Milliseconds?, receivedAt: Milliseconds, upMilliseconds: Milliseconds?,
    keptBy keeper: Keeper, commissionedAt: Milliseconds?, state: inout ClockState
  ) -> Verdict {
    guard let sentAt else { return Verdict(eventTime: receivedAt, flags: .untimed) }
    let known = state.note(
      lag: receivedAt - sentAt, receivedAt: receivedAt,
      bootAt: upMilliseconds.map { sentAt - $0 }, keptBy: keeper)
    return verdict(
      sentAt: sentAt, receivedAt: receivedAt, lagMin: known.lagMin, boot: known.boot,
      keptBy: keeper, commissionedAt: commissionedAt)
  }

  /// - Parameter lagMin: the smallest (receive − ts) known of the boot.
  static func verdict(
    sentAt: Milliseconds, receivedAt: Milliseconds, lagMin: Milliseconds?, boot: Boot,
    keptBy keeper: Keeper, commissionedAt: Milliseconds?
  ) -> Verdict {
    let tolerance = ClockState.clockTolerance
    let lag = receivedAt - sentAt
    let isAhead = lag < -tolerance
    let earliest = max(commissionedAt ?? .min, receivedAt - ClockState.lateness)
    let isTooOld = sentAt < earliest && lag > tolerance
    let error = clockError(lag: lag, lagMin: lagMin, boot: boot)
    guard isAhead || isTooOld || abs(error) > tolerance else {
      return Verdict(eventTime: sentAt + error, flags: error == 0 ? [] : .clockShifted)
    }
    // Before any lag of the boot is known, this message's own is the clock's error.
    let corrected = sentAt + (error != 0 ? error : lagMin ?? lag)
    // What nobody kept and comes that late may as well tell that the clock has been set; and one
    // that begins at the same year whenever there is power tells its boots from none.
    let isOfBoot = boot == .same && lag <= ClockState.lateness
    let mayBeThatLate =
      isOfBoot || keeper != .nobody || receivedAt - corrected <= tolerance
    let isPlausible = corrected >= earliest && corrected <= receivedAt && mayBeThatLate
    return Verdict(eventTime: isPlausible ? corrected : receivedAt, flags: .clockWrong)
  }

  /// How far the clock was behind (ahead is negative) when it said `ts`; 0 where nothing is known
  /// that speaks against it.
  static func clockError(
    lag: Milliseconds, lagMin: Milliseconds?, boot: Boot
  ) -> Milliseconds {
    let tolerance = ClockState.clockTolerance
    guard let lagMin else { return lag < -tolerance ? lag : 0 }
    // Nothing comes before it was sent: what lags less was sent by a clock that is less behind.
    let error = min(lagMin, lag)
    if lagMin > tolerance {
      // … and by far less, by one that has been set since.
      return lag >= lagMin - tolerance ? error : 0
    }
    if lag < -tolerance { return error }
    if error < 0, boot == .untold {
      // Who tells no boot may have been set since: it is ahead as far as it shows by itself.
      return wholeSteps(min(lag, 0))
    }
    if error < -tolerance { return lag - error <= tolerance ? error : 0 }
    return wholeSteps(error)
  }

  private static func wholeSteps(_ error: Milliseconds) -> Milliseconds {
    error / ClockState.correctionStep * ClockState.correctionStep
  }

  /// A message that the broker may have kept tells how far the clock is behind at most, so it can
  /// show that the clock is right, never that it is wrong.
  static func isMeasure(lag: Milliseconds, keptBy keeper: Keeper) -> Bool {
    switch keeper {
    case .nobody: true
    case .broker: lag < ClockState.correctionStep
    case .device: false
    }
  }
}

extension ClockState {
  /// Takes what one message tells of the clock, and says what is known of the boot it is of.
  mutating func note(
    lag: Milliseconds, receivedAt: Milliseconds, bootAt: Milliseconds?,
    keptBy keeper: ClockJudge.Keeper
  ) -> (lagMin: Milliseconds?, boot: ClockJudge.Boot) {
    let isMeasure = ClockJudge.isMeasure(lag: lag, keptBy: keeper)
    guard let bootAt else {
      if isMeasure { current.measure(lag: lag, receivedAt: receivedAt) }
      return (current.lagMin, .untold)
    }
    // What the device kept tells nothing of now: which boot runs is for others to say.
    if keeper == .device { return known(ofBootAt: bootAt) }
    guard follow(bootAt, lag: lag, keptBy: keeper) else {
      return (nil, .untold)
    }
    if isMeasure { current.measure(lag: lag, receivedAt: receivedAt) }
    return (current.lagMin, .same)
  }

  private func known(
    ofBootAt bootAt: Milliseconds
  ) -> (lagMin: Milliseconds?, boot: ClockJudge.Boot) {
    if current.bootAt == .min { return (current.lagMin, .untold) }
    if current.isAt(bootAt) { return (current.lagMin, .same) }
    guard earlier.bootAt != .min, earlier.isAt(bootAt) else { return (nil, .untold) }
    return (earlier.lagMin, .same)
  }

  /// Makes the boot that a message tells the current one.
  ///
  /// An instant that is neither the current boot's nor the one's before is a new boot, or the clock
  /// was set: either way it is measured anew. What the broker kept cannot measure it, so a clock
  /// that was behind is taken to be behind still if the message lags as much as that.
  ///
  /// - Returns: false for a boot before those that are known, from what the broker kept.
  private mutating func follow(
    _ bootAt: Milliseconds, lag: Milliseconds, keptBy keeper: ClockJudge.Keeper
  ) -> Bool {
    if current.bootAt == .min || current.isAt(bootAt) {
      // Readings that follow each other agree; over weeks a clock that is slewed moves it far.
      current.bootAt = bootAt
      return true
    }
    if earlier.bootAt != .min, earlier.isAt(bootAt) {
      swap(&current, &earlier)
      current.bootAt = bootAt
      return true
    }
    let isNow = keeper == .nobody || keeper == .broker && bootAt > current.bootAt
    guard isNow else { return false }
    let lagMin = current.lagMin ?? 0
    let isStillBehind =
      keeper == .broker && lagMin > Self.clockTolerance && lag >= lagMin - Self.clockTolerance
    earlier = current
    if isStillBehind { current.bootAt = bootAt } else { current = BootClock(bootAt: bootAt) }
    return true
  }
}

extension BootClock {
  fileprivate func isAt(_ bootAt: Milliseconds) -> Bool {
    abs(self.bootAt - bootAt) <= ClockState.bootTolerance
  }
}
