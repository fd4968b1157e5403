// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Judges the machine's clock by its running time and by what most devices say.
///
/// Our time of day is the running time and an offset. A pure state machine: it is told what the
/// clocks show and what devices say, owned by the engine's thread, bounded by the registered
/// devices. `docs/decisions/0008-our-own-clock.md` has the rules in words.
struct OwnClock {
  /// What has changed; the engine acts on it in this order.
  enum Change: Equatable {
    /// The machine's clock went off by so much against its running time. Ours goes on.
    case stepped(by: Milliseconds)
    /// Our time was wrong and is now later by so much (earlier, if negative).
    case corrected(by: Milliseconds)
    /// Most devices agree with our time.
    case confirmed
    /// Nobody could tell in time; our time counts as right until somebody does.
    case assumed
    /// The machine's clock agrees with ours again.
    case agreed
  }

  /// A greater difference between two looks is no drift: somebody set the clock.
  static let stepTolerance: Milliseconds = 2_000
  /// A clock that is steered is not steered faster: 500 in a million (`adjtimex`).
  static let slewDivisor: Milliseconds = 2_000
  /// Messages that cannot be placed in time wait so long for a majority, and so many of them at
  /// most: the inbox keeps twice as many of one device, so none is pushed out.
  static let doubtMax: Milliseconds = 300_000
  static let waitingCountMax = 1_000
  /// 2025-01-01, before there was any nhip: devices that lost their time are not a majority.
  static let earliest: Milliseconds = 1_735_689_600_000
  /// A clock that shows a time since then is not twenty years behind.
  static let aheadMax: Milliseconds = 631_152_000_000

  /// Our time of day less the running time.
  private(set) var offset: Milliseconds
  /// The machine's time of day less the running time, when last seen.
  private(set) var wallOffset: Milliseconds
  /// Most devices have agreed with our time since the machine's clock last went off.
  private(set) var isConfirmed = false
  /// The newest instant at which it was so: the time can only be later.
  private(set) var confirmedUntil: Milliseconds?
  /// The machine's clock is another than ours.
  private(set) var isApart = false
  /// At the start the clock stood before what is on disk.
  private(set) var isBeforeNewest = false
  /// Our offset is what devices say, which is not exact.
  private var isEstimated = false
  private var isAssumed = false
  /// Our time was confirmed before the step that it is apart by.
  private var wasConfirmed = false
  /// When the machine's clock went off, or was found so, by running time.
  private var steppedAt: Milliseconds
  private var doubtSince: Milliseconds?
  private var waitingCount = 0
  private var votes = ClockVotes()
  private var followedAt: Milliseconds
  /// Time that has passed for certain: what is on disk, and the running time since the start.
  private let certainOffset: Milliseconds?

  /// - Parameters:
  ///   - record: what an earlier process knew; it counts whole if the machine has not booted since.
  ///   - newest: when the newest of what is on disk was heard.
  init(
    wall: Milliseconds, running: Milliseconds, boot: String, record: ClockRecord?,
    newest: Milliseconds?
  ) {
    offset = wall - running
    wallOffset = offset
    (followedAt, steppedAt) = (running, running)
    confirmedUntil = record?.confirmedUntil
    let known = [newest, record?.confirmedUntil].compactMap { $0 }.max()
    certainOffset = known.map { $0 - running }
    if let record, !boot.isEmpty, record.boot == boot {
      (offset, wallOffset) = (record.offset, record.wallOffset)
      (isConfirmed, isEstimated) = (record.isConfirmed, record.isEstimated)
      isApart = abs(wallOffset - offset) > Self.stepTolerance
      wasConfirmed = record.wasConfirmed
    } else if let known, wall < known - Self.stepTolerance {
      isBeforeNewest = true
    }
  }

  /// What cannot be placed in time without our clock is not placed yet.
  var isDoubtful: Bool { !isConfirmed && !isAssumed && waitingCount < Self.waitingCountMax }

  /// What is received now is flagged.
  var isWrong: Bool { isApart || isBeforeNewest && !isConfirmed }

  /// How far the machine's clock is ahead of our time; nil while they agree.
  var error: Milliseconds? { isApart ? wallOffset - offset : nil }

  /// The latest time of day that it is for certain; nothing is deleted by a later one.
  func certain(running: Milliseconds) -> Milliseconds? {
    if isConfirmed { return running + offset }
    return certainOffset.map { running + min(offset, $0) }
  }

  func record(boot: String) -> ClockRecord {
    ClockRecord(
      boot: boot, offset: offset, wallOffset: wallOffset, isConfirmed: isConfirmed,
      wasConfirmed: wasConfirmed || isConfirmed, isEstimated: isEstimated,
      confirmedUntil: confirmedUntil)
  }

  // MARK: What the machine shows

  /// Looks at the machine's clock; several times a second.
  mutating func look(wall: Milliseconds, running: Milliseconds) -> [Change] {
    let seen = wall - running
    let step = seen - wallOffset
    wallOffset = seen
    if isConfirmed { confirmedUntil = max(confirmedUntil ?? .min, running + offset) }
    if isBeforeNewest, !isConfirmed, abs(step) > Self.stepTolerance,
      seen >= (certainOffset ?? .min) - Self.stepTolerance
    {
      // It was wrong, and somebody has set it right.
      isBeforeNewest = false
      assume()
      return take(seen, isEstimated: false) + [.assumed]
    }
    let difference = seen - offset
    if isEstimated, abs(difference) <= ClockState.clockTolerance {
      // What devices say is good to some seconds; a clock that agrees with it is better.
      return take(seen, isEstimated: false)
    }
    if abs(difference) <= Self.stepTolerance {
      follow(running)
      return agree()
    }
    followedAt = running
    guard !isApart || abs(step) > Self.stepTolerance else { return [] }
    wasConfirmed = isConfirmed || isApart && wasConfirmed
    steppedAt = running
    (isApart, isConfirmed, isAssumed) = (true, false, false)
    doubtSince = waitingCount > 0 ? running : nil
    return [.stepped(by: difference)]
  }

  private mutating func agree() -> [Change] {
    guard isApart else { return [] }
    isApart = false
    guard wasConfirmed, !isConfirmed else { return [.agreed] }
    confirm()
    return [.confirmed, .agreed]
  }

  /// Small differences are taken over as slowly as a clock is steered, a millisecond at a time.
  private mutating func follow(_ running: Milliseconds) {
    let difference = wallOffset - offset
    let most = (running - followedAt) / Self.slewDivisor
    guard difference != 0, most > 0 else {
      if difference == 0 { followedAt = running }
      return
    }
    offset += max(-most, min(most, difference))
    followedAt = running
  }

  private mutating func take(_ other: Milliseconds, isEstimated: Bool) -> [Change] {
    let changes: [Change] = other == offset ? [] : [.corrected(by: other - offset)]
    offset = other
    self.isEstimated = isEstimated
    if abs(wallOffset - offset) <= Self.stepTolerance { return changes + agree() }
    isApart = true
    return changes
  }

  private mutating func confirm() {
    (isConfirmed, isAssumed, isBeforeNewest) = (true, false, false)
    (doubtSince, waitingCount) = (nil, 0)
    votes.removeAll()
  }

  private mutating func assume() {
    isAssumed = true
    (doubtSince, waitingCount) = (nil, 0)
  }

  // MARK: What devices say

  /// Notes the time of a message; only a clock in doubt asks for it.
  mutating func hear(
    device: Int64, sentAt: Milliseconds, receivedAt: Milliseconds, isKept: Bool
  ) {
    guard !isConfirmed else { return }
    votes.hear(
      device: device, sentAt: sentAt, running: receivedAt - offset, isKept: isKept)
  }

  /// Messages wait because our clock is in doubt.
  mutating func noteWaiting(receivedAt: Milliseconds, count: Int = 1) {
    doubtSince = doubtSince ?? receivedAt - offset
    waitingCount += count
  }

  /// Judges by what was heard.
  ///
  /// - Parameter deviceCount: how many are registered.
  mutating func judge(running: Milliseconds, deviceCount: Int) -> [Change] {
    guard !isConfirmed else { return [] }
    if let ballot = votes.take(deviceCount: deviceCount), let right = verdict(ballot, running) {
      let isEstimated = right == offset ? isEstimated : right != wallOffset
      confirm()
      return take(right, isEstimated: isEstimated) + [.confirmed]
    }
    if isApart, !wasConfirmed, running - steppedAt >= Self.doubtMax,
      isPlausible(wallOffset, running)
    {
      // Nobody ever vouched for our time, and whoever sets a clock mostly sets it right.
      assume()
      return take(wallOffset, isEstimated: false) + [.assumed]
    }
    guard !isAssumed, let doubtSince else { return [] }
    let isOver = running - doubtSince >= Self.doubtMax || waitingCount >= Self.waitingCountMax
    guard isOver else { return [] }
    assume()
    return [.assumed]
  }

  /// Our offset if devices agree with it, else the machine's, else their own.
  private func verdict(_ ballot: ClockVotes.Ballot, _ running: Milliseconds) -> Milliseconds? {
    let median = ballot.median
    let isForOurs = ballot.isFor(offset)
    let isForWall = isApart && ballot.isFor(wallOffset) && isPlausible(wallOffset, running)
    if isForOurs, isForWall {
      // A small step: whoever is nearer to the devices.
      return abs(wallOffset - median) < abs(offset - median) ? wallOffset : offset
    }
    if isForOurs { return offset }
    if isForWall { return wallOffset }
    // One device alone is no majority against us: its own clock is as likely to be wrong.
    guard ballot.count > 1, ballot.isFor(median), isPlausible(median, running) else { return nil }
    return median
  }

  private func isPlausible(_ other: Milliseconds, _ running: Milliseconds) -> Bool {
    let floor = max(Self.earliest, confirmedUntil ?? Self.earliest)
    let time = running + other
    return time >= floor - ClockState.clockTolerance && isNear(time, ours: running + offset)
  }

  private func isNear(_ time: Milliseconds, ours: Milliseconds) -> Bool {
    time <= max(Self.earliest, ours) + Self.aheadMax
  }

  /// Whether a device whose clock is right can have sent this `ts`, be it late, when our time is
  /// `ours` and may be wrong.
  func mayBeRight(_ sentAt: Milliseconds, ours: Milliseconds) -> Bool {
    let floor = max(Self.earliest, (confirmedUntil ?? .min / 2) - ClockState.lateness)
    return sentAt >= floor && isNear(sentAt, ours: ours)
  }
}
