// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the engine must remember of one device between two of its readings.
struct DeviceState: Sendable, Equatable {
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

  /// - Parameters:
  ///   - sentAt: the device's `ts`, or nil.
  ///   - isMeasure: whether receive − ts says something of the clock: not for what the device or
  ///     the broker had kept.
  static func judge(
    sentAt: Milliseconds?, receivedAt: Milliseconds, upMilliseconds: Milliseconds?,
    isMeasure: Bool, commissionedAt: Milliseconds?, state: inout DeviceState
  ) -> Verdict {
    guard let sentAt else { return Verdict(eventTime: receivedAt, flags: .untimed) }
    noteBoot(sentAt: sentAt, upMilliseconds: upMilliseconds, state: &state)
    let lag = receivedAt - sentAt
    if isMeasure { state.lagMin = min(state.lagMin ?? lag, lag) }
    let isAhead = lag < -DeviceState.clockTolerance
    let isBehind = isMeasure && (state.lagMin ?? 0) > DeviceState.clockTolerance
    let earliest = max(commissionedAt ?? .min, receivedAt - DeviceState.lateness)
    let isTooOld = sentAt < earliest && lag > DeviceState.clockTolerance
    guard isAhead || isBehind || isTooOld else {
      return Verdict(eventTime: sentAt, flags: [])
    }
    // The boot's smallest lag is the clock's error; before any is known, this message's own is.
    let corrected = sentAt + (state.lagMin ?? lag)
    let isFresh = receivedAt - corrected <= DeviceState.clockTolerance
    let isPlausible = corrected >= earliest && corrected <= receivedAt && (isFresh || !isMeasure)
    return Verdict(eventTime: isPlausible ? corrected : receivedAt, flags: .clockWrong)
  }

  /// A later boot instant starts the measure anew: the clock may have been set in between.
  private static func noteBoot(
    sentAt: Milliseconds, upMilliseconds: Milliseconds?, state: inout DeviceState
  ) {
    guard let upMilliseconds else { return }
    let bootAt = sentAt - upMilliseconds
    if let known = state.bootAt, bootAt <= known + DeviceState.bootTolerance { return }
    if state.bootAt != nil { state.lagMin = nil }
    state.bootAt = bootAt
  }
}
