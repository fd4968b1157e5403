// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the devices say of the time of day, while our own clock is in doubt.
///
/// A claim is the `ts` of a message less the running time at its receipt, so it says which offset
/// our clock should have and does not change when our clock does. One claim a device, the newest;
/// bounded by the registered devices.
struct ClockVotes {
  /// So many devices make a majority, or all if fewer are registered.
  static let quorum = 5
  /// Of those that vote, three quarters must agree, within the tolerance for a device's clock.
  static let share = (of: 4, agree: 3)

  private struct Claim {
    var run: EvenRun
    /// The broker did not keep it: nobody says that it might have, or its device runs evenly.
    var isLive: Bool
  }

  private var claims: [Int64: Claim] = [:]
  /// Something was heard since the last ``take(deviceCount:)``.
  private var isFresh = false

  /// - Parameter isKept: the broker may have kept it for us.
  mutating func hear(
    device: Int64, sentAt: Milliseconds, running: Milliseconds, isKept: Bool
  ) {
    isFresh = true
    let offset = sentAt - running
    var claim = Claim(run: EvenRun(offset: offset, running: running), isLive: !isKept)
    if var known = claims[device], known.run.note(offset: offset, running: running) {
      known.isLive = known.isLive || !isKept || known.run.isEven
      claim = known
    }
    claims[device] = claim
  }

  mutating func removeAll() { claims.removeAll() }

  /// The claims that count, ascending; nil if nothing is new or they are too few.
  mutating func take(deviceCount: Int) -> Ballot? {
    guard isFresh else { return nil }
    isFresh = false
    let offsets = claims.values.lazy.filter(\.isLive).map(\.run.offset)
    guard offsets.count >= max(1, min(Self.quorum, deviceCount)) else { return nil }
    return Ballot(offsets: offsets.sorted())
  }

  /// Enough claims to judge by.
  struct Ballot {
    /// Ascending; at least one.
    let offsets: [Milliseconds]

    var count: Int { offsets.count }
    var median: Milliseconds { offsets[count / 2] }

    /// Whether most devices say that our offset is this one.
    func isFor(_ offset: Milliseconds) -> Bool {
      let agreeing = offsets.count { abs($0 - offset) <= ClockState.clockTolerance }
      return agreeing * share.of >= count * share.agree
    }
  }
}
