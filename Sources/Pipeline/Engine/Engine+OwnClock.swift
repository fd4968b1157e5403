// SPDX-License-Identifier: Apache-2.0

import Ingest
import Storage
import Telemetry

/// What follows from judging our own clock: our time of day, our record of what we could hear, the
/// messages that wait, and what people are told.
extension Engine {
  /// What the engine reads the time from.
  struct Clocks: Sendable {
    /// The machine's time of day, as it is.
    let wall: @Sendable () -> Milliseconds
    let boot: String
    /// Ours, which this engine's thread sets.
    let own: OwnTime
  }

  /// So many stretches of hearing can be put right when our clock was wrong; older ones stand.
  static let observedInDoubtMax = 256
  /// The two clocks are read as near to each other as this, if the machine lets us.
  private static let sampleWidthMax: Milliseconds = 50
  private static let sampleCountMax = 3

  var ownClock: OwnClock {
    guard let clock = intake.ownClock else {
      preconditionFailure("an engine whose intake was given no clock")
    }
    return clock
  }

  /// Takes over what an earlier process left in doubt.
  func startClock() throws(StoreError) {
    let summaries = try store.inbox()
    for device in intake.devices where summaries.contains(where: { $0.address == device.address }) {
      let kept = try store.inboxMessages(device.address)
      let count = kept.count { $0.flags.contains(.receivedAtWrong) }
      guard count > 0 else { continue }
      intake.waiting.insert(device.address)
      intake.ownClock?.noteWaiting(receivedAt: clocks.own.now(), count: count)
    }
    if ownClock.isBeforeNewest {
      log("our clock stands before what is on disk; the time comes from devices, once they tell")
    }
    if ownClock.isConfirmed {
      try acceptWaiting(correctedBy: 0)
    } else {
      intake.beginDoubt()
    }
    try saveClock()
  }

  /// Looks at the machine's clock and at what devices say, before anything is stamped by it.
  func judgeClock() throws(StoreError) {
    let (wall, running) = sample()
    var changes = intake.ownClock?.look(wall: wall, running: running) ?? []
    changes += intake.ownClock?.judge(running: running, deviceCount: intake.devices.count) ?? []
    clocks.own.set(offset: ownClock.offset)
    guard !changes.isEmpty else { return }
    var correction: Milliseconds = 0
    for change in changes {
      tell(change)
      switch change {
      case .stepped:
        intake.beginDoubt()
        splitObservation()
      case .corrected(let difference):
        correction = difference
        try correct(by: difference)
      case .confirmed:
        try acceptWaiting(correctedBy: correction)
        intake.endDoubt()
        observedInDoubt.removeAll()
      case .assumed:
        try acceptWaiting(correctedBy: correction)
      case .agreed:
        break
      }
    }
    try saveClock()
  }

  /// A process that is stopped between two looks must not see a step that nobody made.
  private func sample() -> (wall: Milliseconds, running: Milliseconds) {
    for _ in 1..<Self.sampleCountMax {
      let before = clocks.own.running()
      let wall = clocks.wall()
      if clocks.own.running() - before <= Self.sampleWidthMax { return (wall, before) }
    }
    return (clocks.wall(), clocks.own.running())
  }

  private func tell(_ change: OwnClock.Change) {
    switch change {
    case .stepped(let difference):
      log(
        "our clock jumped: it is \(Self.signed(difference)) off the machine's running time; "
          + "we go on by the running time until devices tell who is right")
    case .corrected(let difference):
      log(
        "our time was wrong and is corrected by \(Self.signed(difference)); "
          + "the times of devices stand")
    case .confirmed:
      guard let error = ownClock.error else { return }
      log(
        "most devices agree with our time; the machine's clock is wrong by "
          + "\(Self.signed(error)): set it right")
    case .assumed:
      log("too few devices tell whether our clock is right; it counts as right until they do")
    case .agreed:
      log("the machine's clock agrees with our time again")
    }
  }

  /// +12:00:00
  static func signed(_ difference: Milliseconds) -> String {
    let seconds = difference.magnitude / 1_000
    let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map {
      $0 < 10 ? "0\($0)" : "\($0)"
    }
    return (difference < 0 ? "-" : "+") + parts.joined(separator: ":")
  }

  // MARK: Our record

  /// - Parameter heard: in running time.
  func note(_ heard: Interval) {
    let offset = ownClock.offset
    if stretch?.running != heard.start { stretch = (heard.start, heard.start + offset) }
    let start = stretch?.start ?? heard.start + offset
    let end = max(start, heard.end + offset)
    intake.gaps.heard(from: start, until: end)
    let observation = Observation(session: Self.liveObservation, start: start, end: end)
    if observed.last?.start == start { observed.removeLast() }
    observed.append(observation)
    guard !ownClock.isConfirmed else { return }
    if observedInDoubt.last?.start == start { observedInDoubt.removeLast() }
    observedInDoubt.append(observation)
    if observedInDoubt.count > Self.observedInDoubtMax { observedInDoubt.removeFirst() }
  }

  /// What was heard before a step stands; what is heard after it may have to be moved.
  private func splitObservation() {
    guard let stretch, let until = intake.gaps.heardUntil else { return }
    self.stretch = (stretch.running, max(stretch.start, min(until, clocks.own.now())))
  }

  /// Our time is later by `difference` than we wrote since it came into doubt.
  private func correct(by difference: Milliseconds) throws(StoreError) {
    let now = clocks.own.now()
    var batch = CommitBatch()
    batch.observedWithdrawn = observedInDoubt
    let wrong = Set(observedInDoubt.map(\.start))
    observed.removeAll { wrong.contains($0.start) }
    observedInDoubt = observedInDoubt.map { observation in
      Observation(
        session: observation.session, start: observation.start + difference,
        end: observation.end + difference)
    }
    observed += observedInDoubt
    if let stretch, wrong.contains(stretch.start) {
      self.stretch = (stretch.running, stretch.start + difference)
    }
    try commit(&batch)
    intake.gaps = ObservationGaps(
      observed: try store.ownObserved(from: now - PipelineRun.gapMemory, to: .max))
    intake.forgetDoubt()
    // As much as devices may be off without being wrong: theirs and ours cannot be told apart.
    if abs(difference) <= ClockState.clockTolerance { intake.forgetSmallErrors() }
    judge.forget(after: now)
    checkpoints.giveUp()
    // Who recovers from an older one would measure clocks by the time that was wrong.
    checkpoints.isAsked = true
  }

  // MARK: What waits

  /// Places in time what could not be placed before, in a transaction for each device.
  private func acceptWaiting(correctedBy correction: Milliseconds) throws(StoreError) {
    let addresses = intake.waiting.sorted { ($0.commune, $0.device) < ($1.commune, $1.device) }
    intake.waiting.removeAll()
    // Of a device that was moved meanwhile, the inbox keeps it for whoever adopts it there.
    for address in addresses where intake.isRegistered(address) {
      for message in try store.inboxMessages(address) {
        intake.acceptWaiting(message, correctedBy: correction)
      }
      var batch = intake.takeBatch()
      batch.adoptedFrom = address
      for block in batch.blocks { judge.read(block, gaps: intake.gaps) }
      judge.followIncidents([], until: nil, gaps: intake.gaps)
      judge.takeTransitions(into: &batch)
      try commit(&batch)
    }
  }

  /// A disk that is full for a while costs the next process some certainty, and no more.
  func saveClock() throws(StoreError) {
    do {
      try ownClock.record(boot: clocks.boot).save(in: store)
    } catch where error.isRetryable {
      log("\(error); what is known of our clock is written later")
    }
  }
}

extension Message {
  /// The same message, received so much later.
  func stamped(later difference: Milliseconds) -> Message {
    var header = unsafe header
    header.receivedAt += difference
    return unsafe Message(header: header, topic: topic, payload: payload)
  }
}
