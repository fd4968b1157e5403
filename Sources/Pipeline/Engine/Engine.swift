// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import Glibc
import Ingest
import Storage
import Synchronization
import Telemetry

/// Drains the rings, lets Intake decode and AlertJudge judge, commits, and only then lets the
/// sessions acknowledge.
///
/// One thread (``run()``) owns all of it. Bounds: a batch is at most `batchMessages` a session;
/// while the store cannot take a batch, nothing more is drained, so the rings fill, the sessions
/// stop reading and the broker keeps the rest.
final class Engine {
  /// What one session hands over: its end of the ring, and the link beside it.
  struct Source: ~Copyable {
    var consumer: RecordRing.Consumer
    let link: SessionLink
    let settings: SessionSettings

    init(consumer: consuming RecordRing.Consumer, link: SessionLink, settings: SessionSettings) {
      self.consumer = consumer
      self.link = link
      self.settings = settings
    }
  }

  /// Without traffic, what we could hear is written down this often.
  static let observationEvery: Milliseconds = 10_000
  /// What we could hear stands in the store under one number for all live sessions together.
  static let liveObservation = 1
  /// How often the engine looks when nobody wakes it.
  static let idleWait: Milliseconds = 100
  /// A status names every device, so it is made for people, not for every commit.
  static let publishEvery: Milliseconds = 500
  /// Silences are looked for this often: a second is nothing beside an allowance of minutes.
  static let tickEvery: Milliseconds = 1_000
  /// After a step of retention that was full.
  static let retentionStep: Milliseconds = 1_000
  static let retentionRowCountMax = 256
  static let retryFirst: Milliseconds = 100
  static let retryMax: Milliseconds = 5_000

  let intake: Intake
  var judge: AlertJudge
  let store: Store
  private let commands: ControlQueue
  private var sources: [SourceBox]
  private let wake: DispatchSemaphore
  private let stopping: () -> Bool
  let clocks: Clocks
  let log: @Sendable (String) -> Void
  private let publish: (EngineStatus) -> Void
  /// Told when the outbox has something new; nil if alerts are not published.
  let publisher: PublisherLink?
  private let retention: RetentionLimits
  private let pace: EnginePace
  // What is due and when is reckoned in running time, which nobody can set.
  private var retentionDueAt: Milliseconds
  private var tickedAt: Milliseconds?
  /// In running time.
  private var observation = LiveObservation()
  /// Where the stretch that goes on began: by running time, and by our time of day as it then was.
  var stretch: (running: Milliseconds, start: Milliseconds)?
  /// Stretches that grew since the last commit.
  var observed: [Observation] = []
  /// Stretches that were noted while our clock was not confirmed.
  var observedInDoubt: [Observation] = []
  private var observedWrittenAt: Milliseconds = 0
  private var publishedAt: Milliseconds = 0
  var checkpoints: CheckpointSchedule
  var merging = MergeSchedule()
  /// Waits before a transaction is tried again; simulated time does not wait.
  var pause: (Milliseconds) -> Void = { usleep(UInt32($0 * 1_000)) }

  /// Holds a noncopyable source in an array.
  final class SourceBox {
    var source: Source
    init(_ source: consuming Source) { self.source = source }
  }

  init(
    intake: Intake, judge: consuming AlertJudge, store: Store, commands: ControlQueue,
    sources: [SourceBox], wake: DispatchSemaphore, publisher: PublisherLink? = nil,
    retention: RetentionLimits, pace: EnginePace = .init(), clocks: Clocks,
    log: @escaping @Sendable (String) -> Void, stopping: @escaping () -> Bool = { false },
    publish: @escaping (EngineStatus) -> Void = { _ in }
  ) {
    self.intake = intake
    self.judge = judge
    self.publisher = publisher
    self.store = store
    self.commands = commands
    self.sources = sources
    self.wake = wake
    self.clocks = clocks
    self.log = log
    self.stopping = stopping
    self.publish = publish
    self.retention = retention
    self.pace = pace
    let now = clocks.own.running()
    checkpoints = CheckpointSchedule(from: now, every: pace.checkpointEvery)
    retentionDueAt = now + pace.retentionEvery
  }

  /// Runs until told to stop, then drains what is left and writes a checkpoint.
  ///
  /// - Throws: a store's error that trying again cannot mend. Nothing is acknowledged after it.
  func run() throws(StoreError) {
    defer { for box in sources { box.source.link.engineEnded() } }
    try startClock()
    while !stopping() {
      _ = wake.wait(timeout: .now() + .milliseconds(Int(Self.idleWait)))
      try step()
    }
    // The sessions were told to stop before us and wait for this last commit.
    try step(isLast: true)
    try checkpoint()
  }

  func step(isLast: Bool = false) throws(StoreError) {
    try judgeClock()
    try executeCommands()
    noteObservation()
    // Taken before draining: what the broker had for us until then is in the rings.
    let heardUntil = observation.current?.end
    let offset = ownClock.offset
    let drained = sources.map { box in
      unsafe box.source.consumer.drain(limit: SessionLimits.batchMessages) { record in
        unsafe intake.accept(Message(record: record).stamped(later: offset))
      }
    }
    // A connection that is newer than the look before may have brought what was drained.
    noteObservation()
    noteConnections(offset)
    let now = clocks.own.running()
    let isFull = drained.contains(SessionLimits.batchMessages)
    var batch = intake.takeBatch()
    for block in batch.blocks { judge.read(block, gaps: intake.gaps) }
    judgeMarks()
    // What is still in a ring may be the very reading whose absence a tick would judge.
    if !isFull, let heardUntil { tick(now, until: heardUntil + offset) }
    let isObservationDue = now - observedWrittenAt >= Self.observationEvery || isLast
    judge.followIncidents(
      batch.blocks.map { ($0, 0..<$0.count) },
      until: isFull ? nil : heardUntil.map { $0 + offset }, gaps: intake.gaps)
    judge.takeTransitions(into: &batch)
    let isTold = !batch.alerts.isEmpty || !batch.incidents.isEmpty
    if drained.contains(where: { $0 > 0 }) || isTold || isObservationDue {
      observedWrittenAt = now
      try commit(&batch)
      try judge.followSchedule(batch, in: store)
    }
    // Only who waits for this commit is told of it: signals nobody takes would pile up.
    for (box, count) in zip(sources, drained) where count > 0 {
      box.source.consumer.commit()
      box.source.link.commitDone()
    }
    try continueCheckpoint(now)
    if !isFull { try mergeBlocksIfDue(now) }
    try applyRetentionIfDue(now)
    if isFull { wake.signal() }
    if isLast || now - publishedAt >= Self.publishEvery {
      publishedAt = now
      publish(status(at: clocks.own.now()))
    }
  }

  private func noteConnections(_ offset: Milliseconds) {
    for box in sources {
      guard let since = box.source.link.status.heardFrom else { continue }
      judge.brokerSigns.noteHearing(since: since + offset, by: box.source.settings.number)
    }
  }

  /// A mark is believed when the broker outlives it. In a quiet hour nothing shows that by itself,
  /// so the publisher asks.
  private func judgeMarks() {
    // While we cannot hear, another client's answer may come from a broker that is a new one.
    guard !judge.pendingMarks.isEmpty, observation.current != nil else { return }
    for box in sources {
      guard let answeredAt = box.source.link.status.answeredAt else { continue }
      judge.noteBrokerAlive(
        at: answeredAt + ownClock.offset, by: box.source.settings.number, intake.gaps)
    }
    if let publisher {
      judge.noteBrokerAlive(at: publisher.brokerAliveAt, by: nil, intake.gaps)
    }
    if !judge.pendingMarks.isEmpty { publisher?.probe() }
  }

  /// - Parameter heardUntil: until when all that there was to hear was heard.
  private func tick(_ now: Milliseconds, until heardUntil: Milliseconds) {
    guard tickedAt.map({ now - $0 >= Self.tickEvery }) ?? true else { return }
    tickedAt = now
    judge.tick(now: heardUntil, gaps: intake.gaps)
  }

  /// Between two commits: what came before a command is on disk, what comes after it obeys it.
  private func executeCommands() throws(StoreError) {
    guard commands.hasPending else { return }
    let before = try store.lastBlock()
    guard let effect = try commands.executeAll(store: store, at: clocks.own.now()) else { return }
    intake.register(effect.registry)
    for (number, state) in effect.states { intake.restore(number, state) }
    if let plans = effect.plans { judge.servicePlans = plans }
    if let feedback = effect.feedback { judge.feedback = feedback }
    judge.register(effect.registry, devices: intake.devices, at: clocks.own.now())
    checkpoints.giveUp()
    // What was credited to a device from the inbox tells when it was last heard.
    if !effect.states.isEmpty { try recover(after: before) }
    for alert in effect.acknowledged { judge.book.take(alert) }
    if !effect.acknowledged.isEmpty { publisher?.wake() }
  }

  private func recover(after block: Int64) throws(StoreError) {
    do {
      try store.forEachBlockRows(eventTimeFrom: nil, to: nil, afterBlock: block) {
        _, columns, rows in
        judge.recover(columns, rows, gaps: intake.gaps)
      }
      judge.takeOpenAlerts()
    } catch let error as StoreError {
      throw error
    } catch {
      preconditionFailure("reading blocks back failed for no reason of the store: \(error)")
    }
  }

  /// Adds what was observed, and writes the same transaction again and again while the disk is full
  /// or the file is busy.
  func commit(_ batch: inout CommitBatch) throws(StoreError) {
    batch.observed += observed
    observed.removeAll()
    var wait = Self.retryFirst
    while true {
      do {
        try store.commit(batch)
        break
      } catch where error.isRetryable && !stopping() {
        log("\(error); nothing is acknowledged until it is stored; again in \(wait) ms")
        pause(wait)
        wait = min(wait * 2, Self.retryMax)
      }
    }
    if !batch.outbox.isEmpty { publisher?.wake() }
  }

  /// A stretch of hearing that starts anew leaves a gap behind it, before anything is judged.
  private func noteObservation() {
    let sessions = sources.filter { $0.source.settings.isLive }.map { box in
      let status = box.source.link.status
      return LiveObservation.Hearing(from: status.heardFrom, until: status.heardUntil)
    }
    guard let heard = observation.note(sessions) else { return }
    note(heard)
  }

  private func applyRetentionIfDue(_ now: Milliseconds) throws(StoreError) {
    clocks.own.set(certain: ownClock.certain(running: now), at: now)
    // What waits in the inbox to be placed in time is no message of long ago.
    guard now >= retentionDueAt, intake.waiting.isEmpty else { return }
    retentionDueAt = now + pace.retentionEvery
    do {
      // A clock that nobody has confirmed deletes nothing that may be young.
      guard let today = ownClock.certain(running: now) else { return }
      let deleted = try store.applyRetention(
        retention, at: today, rowCountMax: Self.retentionRowCountMax)
      if deleted == Self.retentionRowCountMax {
        retentionDueAt = min(retentionDueAt, now + Self.retentionStep)
      }
    } catch where error.isRetryable {
      log("\(error); what is too old stays until the next time")
    }
  }

  private func status(at now: Milliseconds) -> EngineStatus {
    EngineStatus(
      at: now, counters: intake.counters,
      devices: judge.devices.indices.map { position in
        EngineStatus.DeviceStatus(
          number: judge.devices[position].number, lastHeard: judge.lastHeard(position),
          isOffline: judge.isOffline[position])
      },
      sessions: sources.map { ($0.source.settings.name, $0.source.link.status) },
      ownClockError: ownClock.error, openAlertCount: judge.book.openCount,
      recentAlerts: judge.book.recent)
  }
}
