// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Ingest
import Storage
import Synchronization
import Telemetry

/// Drains the rings, lets Intake judge, commits, and only then lets the sessions acknowledge.
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
    /// Start of the stretch we hear in, as last seen; a new one means a gap before it.
    var heardFrom: Milliseconds?

    init(consumer: consuming RecordRing.Consumer, link: SessionLink, settings: SessionSettings) {
      self.consumer = consumer
      self.link = link
      self.settings = settings
    }
  }

  /// Without traffic, what we could hear is written down this often.
  static let observationEvery: Milliseconds = 10_000
  /// How often the engine looks when nobody wakes it.
  static let idleWait: Milliseconds = 100
  static let checkpointEvery: Milliseconds = 300_000
  static let checkpointReadings: UInt64 = 1_000_000
  /// A status names every device, so it is made for people, not for every commit.
  static let publishEvery: Milliseconds = 500
  static let retryFirst: Milliseconds = 100
  static let retryMax: Milliseconds = 5_000

  private let intake: Intake
  private let store: Store
  private let commands: ControlQueue
  private var sources: [SourceBox]
  private let wake: DispatchSemaphore
  private let stopping: () -> Bool
  private let clock: @Sendable () -> Milliseconds
  private let log: @Sendable (String) -> Void
  private let publish: (EngineStatus) -> Void
  private var observedWrittenAt: Milliseconds = 0
  private var publishedAt: Milliseconds = 0
  private var checkpointAt: Milliseconds
  private var readingsAtCheckpoint: UInt64 = 0

  /// Holds a noncopyable source in an array.
  final class SourceBox {
    var source: Source
    init(_ source: consuming Source) { self.source = source }
  }

  init(
    intake: Intake, store: Store, commands: ControlQueue, sources: [SourceBox],
    wake: DispatchSemaphore,
    clock: @escaping @Sendable () -> Milliseconds, log: @escaping @Sendable (String) -> Void,
    stopping: @escaping () -> Bool, publish: @escaping (EngineStatus) -> Void
  ) {
    self.intake = intake
    self.store = store
    self.commands = commands
    self.sources = sources
    self.wake = wake
    self.clock = clock
    self.log = log
    self.stopping = stopping
    self.publish = publish
    checkpointAt = clock()
  }

  /// Runs until told to stop, then drains what is left and writes a checkpoint.
  ///
  /// - Throws: a store's error that trying again cannot mend. Nothing is acknowledged after it.
  func run() throws(StoreError) {
    defer { for box in sources { box.source.link.engineEnded() } }
    while !stopping() {
      _ = wake.wait(timeout: .now() + .milliseconds(Int(Self.idleWait)))
      try step()
    }
    // The sessions were told to stop before us and wait for this last commit.
    try step(isLast: true)
    try checkpoint()
  }

  private func step(isLast: Bool = false) throws(StoreError) {
    try executeCommands()
    noteObservation()
    let drained = sources.map { box in
      unsafe box.source.consumer.drain(limit: SessionLimits.batchMessages) { record in
        unsafe intake.accept(Message(record: record))
      }
    }
    let now = clock()
    let isObservationDue = now - observedWrittenAt >= Self.observationEvery || isLast
    if drained.contains(where: { $0 > 0 }) || isObservationDue {
      var batch = intake.takeBatch()
      batch.observed = observations()
      observedWrittenAt = now
      try commit(batch)
    }
    // Only who waits for this commit is told of it: signals nobody takes would pile up.
    for (box, count) in zip(sources, drained) where count > 0 {
      box.source.consumer.commit()
      box.source.link.commitDone()
    }
    try checkpointIfDue(now)
    if drained.contains(SessionLimits.batchMessages) { wake.signal() }
    if isLast || now - publishedAt >= Self.publishEvery {
      publishedAt = now
      publish(status())
    }
  }

  /// Between two commits: what came before a command is on disk, what comes after it obeys it.
  private func executeCommands() throws(StoreError) {
    guard let effect = try commands.executeAll(store: store, at: clock()) else { return }
    intake.register(effect.registry)
    for (number, state) in effect.states { intake.restore(number, state) }
  }

  /// The same transaction again and again while the disk is full or the file is busy.
  private func commit(_ batch: CommitBatch) throws(StoreError) {
    var wait = Self.retryFirst
    while true {
      do {
        return try store.commit(batch)
      } catch where error.isRetryable && !stopping() {
        log("\(error); nothing is acknowledged until it is stored; again in \(wait) ms")
        usleep(UInt32(wait * 1_000))
        wait = min(wait * 2, Self.retryMax)
      }
    }
  }

  /// A stretch of hearing that starts anew leaves a gap behind it, before anything is judged.
  private func noteObservation() {
    for box in sources where box.source.settings.isLive {
      let status = box.source.link.status
      guard let from = status.heardFrom, from != box.source.heardFrom else { continue }
      box.source.heardFrom = from
      intake.gaps.heard(from: from, until: status.heardUntil ?? from)
    }
  }

  private func observations() -> [Observation] {
    var result: [Observation] = []
    for box in sources where box.source.settings.isLive {
      let status = box.source.link.status
      guard let from = status.heardFrom, let until = status.heardUntil, until >= from else {
        continue
      }
      intake.gaps.heard(from: from, until: until)
      result.append(
        Observation(session: Int(box.source.settings.number), start: from, end: until))
    }
    return result
  }

  private func checkpointIfDue(_ now: Milliseconds) throws(StoreError) {
    let readings = intake.counters.readings - readingsAtCheckpoint
    let isDue = now - checkpointAt >= Self.checkpointEvery || readings >= Self.checkpointReadings
    guard isDue, readings > 0 else { return }
    try checkpoint()
  }

  private func checkpoint() throws(StoreError) {
    checkpointAt = clock()
    readingsAtCheckpoint = intake.counters.readings
    try store.saveCheckpoint(
      intake.encodedStates(), afterBlock: try store.lastBlock(), at: checkpointAt)
  }

  private func status() -> EngineStatus {
    EngineStatus(
      counters: intake.counters,
      devices: zip(intake.devices, intake.states).map {
        EngineStatus.DeviceStatus(number: $0.number, lastHeard: $1.lastHeard)
      },
      sessions: sources.map { ($0.source.settings.name, $0.source.link.status) })
  }
}

/// What a live board shows; made twice a second at most, read by another thread.
package struct EngineStatus: Sendable {
  package struct DeviceStatus: Sendable {
    package var number: Int64
    package var lastHeard: Milliseconds?
  }
  package var counters: IntakeCounters
  package var devices: [DeviceStatus]
  package var sessions: [(name: String, status: SessionLink.Status)]
}
