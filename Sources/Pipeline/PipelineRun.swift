// SPDX-License-Identifier: Apache-2.0

import Alerting
import Dispatch
import Foundation
import Ingest
import Reporting
import Storage
import Synchronization
import Telemetry

/// Wires the stages of one pipeline and runs them: sessions on threads of their own, the engine
/// on the caller's.
package final class PipelineRun: Sendable {
  /// A ring holds at least a receive maximum of ordinary messages; a power of two.
  static let ringBytes = 16 * 1_048_576
  /// How far back observation gaps are remembered: the lateness allowance.
  static let gapMemory: Milliseconds = 7 * 86_400_000

  package let configuration: PipelineConfiguration
  package let profiles: [Profile]
  package let store: Store
  private let pace: EnginePace
  private let log: @Sendable (String) -> Void
  /// What the machine says the time of day is, which may be wrong.
  private let clock: @Sendable () -> Milliseconds
  private let runningTime: RunningTime
  /// As judged at the start; the engine goes on with it.
  private let ownClock: OwnClock
  /// The time of day for everything else.
  private let time: OwnTime
  private let stopped = Atomic(false)
  private let latestStatus = Mutex<EngineStatus?>(nil)
  private let failure = Mutex<MosquittoError?>(nil)

  /// Opens the store, takes what the registry's files say anew.
  ///
  /// - Parameters:
  ///   - targets: those of the pipeline's file; nil if it names none.
  ///   - clock: the machine's time of day.
  ///   - runningTime: what its steps are judged by.
  package init(
    configuration: PipelineConfiguration, profiles: [Profile], registry: Registry?,
    targets: ProgrammeTargets? = nil,
    pace: EnginePace = .init(), clock: @escaping @Sendable () -> Milliseconds,
    runningTime: RunningTime, log: @escaping @Sendable (String) -> Void
  ) throws {
    self.configuration = configuration
    self.profiles = profiles
    self.pace = pace
    self.clock = clock
    self.runningTime = runningTime
    self.log = log
    store = try Store(path: configuration.store, access: .readWrite)
    let running = runningTime.now()
    ownClock = try Recovery.clock(
      of: store, wall: clock(), running: running, boot: runningTime.boot)
    time = OwnTime(running: runningTime.now, offset: ownClock.offset)
    try configuration.uptime.reported.save(in: store)
    try configuration.reports.save(in: store)
    try configuration.letterhead.save(in: store)
    try (targets ?? ProgrammeTargets()).save(in: store)
    if let registry {
      let changes = try store.importChangedRegistry(registry, by: "pipeline", at: time.now())
      log("registry: \(registry.devices.count) devices, \(changes.count) changes")
    }
  }

  package var status: EngineStatus? { latestStatus.withLock { $0 } }

  /// May be called from any thread; `run` returns after the last batch is on disk.
  package func stop() { stopped.store(true, ordering: .releasing) }

  private var isStopped: Bool { stopped.load(ordering: .acquiring) }

  /// Runs until ``stop()``.
  package func run() throws {
    HeapPolicy.keepBatches()
    let (intake, judge) = try Recovery.begin(
      with: store, profiles: profiles, receiveMaximum: configuration.source.receiveMaximum,
      node: node, publishesAlerts: configuration.publishesAlerts, ownClock: ownClock,
      at: time.now())
    let wake = DispatchSemaphore(value: 0)
    let publisher = try startPublisher(engineWake: wake)
    defer { publisher?.stop() }
    let sealer = Sealer(store: store, settings: sealing)
    // Stopped before the desk is closed as well: a command may be waiting for it.
    defer { sealer.stop() }
    let desk = try ControlDesk(
      store: store, profiles: profiles, publishesAlerts: configuration.publishesAlerts,
      sealer: sealer, wake: wake)
    defer {
      sealer.stop()
      desk.close()
    }
    let threads = DispatchGroup()
    let boxes = settings().map { start($0, wake: wake, threads: threads) }
    let links = boxes.map { $0.source.link }
    let engine = Engine(
      intake: intake, judge: judge, store: store, commands: desk.queue, sources: boxes,
      wake: wake, publisher: publisher?.link, retention: configuration.retention.limits,
      pace: pace, clocks: .init(wall: clock, boot: runningTime.boot, own: time), log: log,
      stopping: { [self] in
        guard isStopped || failure.withLock({ $0 != nil }) else { return false }
        // Sessions first: each waits for its last batch, which only a running engine commits.
        for link in links { link.stop() }
        return threads.wait(timeout: .now()) == .success
      },
      publish: { [self] status in latestStatus.withLock { $0 = status } })
    defer {
      for link in links { link.stop() }
      threads.wait()
    }
    try engine.run()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  private var sealing: Sealer.Settings {
    let time = time
    return Sealer.Settings(
      profiles: profiles, lateness: configuration.uptime.lateness,
      rawKept: configuration.retention.raw, certainTime: { time.certain() },
      now: { time.now() }, log: log)
  }

  private func start(
    _ settings: SessionSettings, wake: DispatchSemaphore, threads: DispatchGroup
  ) -> Engine.SourceBox {
    var ends = RecordRing.make(capacityBytes: Self.ringBytes)
    let link = SessionLink(engineWake: wake)
    let handover = Handover(ends.takeProducer())
    // Sessions stamp with the running time, which the engine turns into a time of day.
    let (clock, log) = (time.running, log)
    threads.enter()
    let thread = Thread { [self] in
      defer { threads.leave() }
      let session = Session(
        settings: settings, producer: handover.take(), link: link, clock: clock, log: log)
      do throws(MosquittoError) {
        try session.run()
      } catch {
        failure.withLock { $0 = error }
      }
    }
    thread.name = "session-\(settings.name)"
    thread.start()
    return Engine.SourceBox(
      Engine.Source(consumer: ends.takeConsumer(), link: link, settings: settings))
  }

  private var node: String { AlertEvent.node(of: store) }

  /// Starts the publisher if alerts are to be published; else what older runs left is dropped.
  private func startPublisher(engineWake: DispatchSemaphore) throws -> PublisherThread? {
    guard configuration.publishesAlerts else {
      try store.emptyOutbox()
      return nil
    }
    // No session's name holds a colon, so no session has this client id.
    let settings = PublisherSettings(access: access, clientID: "nhip-\(node):alerts", node: node)
    return PublisherThread(
      settings: settings, store: store, engineWake: engineWake, clock: { [time] in time.now() },
      log: log,
      nodeState: { [self] in
        let status = status
        return NodeState(
          asOf: status?.at, isHearing: status?.isHearing ?? false,
          openAlerts: status?.openAlertCount ?? 0, readings: status?.counters.readings ?? 0)
      })
  }

  private var access: BrokerAccess {
    let source = configuration.source
    let credentials = source.credentials
    return BrokerAccess(
      host: source.host, port: source.port,
      tls: source.tls.map {
        .init(caPath: $0.authority, certificatePath: $0.certificate, keyPath: $0.key)
      },
      username: credentials?.username, password: { credentials?.currentPassword.exposed })
  }

  private func settings() -> [SessionSettings] {
    let source = configuration.source
    return source.sessions.enumerated().map { index, session in
      SessionSettings(
        number: UInt16(index + 1), name: session.name, access: access,
        clientID: "nhip-\(node)-\(session.name)",
        filters: Self.filters(session, bringsSchedule: source.bringsSchedule(session)),
        receiveMaximum: source.receiveMaximum,
        sessionExpirySeconds: UInt32(source.sessionExpiry / 1_000),
        isLive: session.channels.contains(.telemetry))
    }
  }

  /// One topic filter a channel and commune: `nhip/v1/+/+/+/telemetry`, `nhip/v1/+/schedule/+`.
  private static func filters(
    _ session: PipelineConfiguration.Session, bringsSchedule: Bool
  ) -> [String] {
    let communes = session.coversEveryCommune ? ["+"] : session.communes
    return communes.flatMap { commune in
      session.channels.map { "\(Topic.prefix)/\(commune)/+/+/\($0.name)" }
        + (bringsSchedule ? [Topic.slot(commune: commune, id: "+")] : [])
    }
  }

  /// Carries a producer, which cannot be copied, into the thread that will own it.
  private final class Handover: Sendable {
    private let producer: Mutex<RecordRing.Producer?>
    init(_ producer: consuming sending RecordRing.Producer) { self.producer = Mutex(producer) }
    func take() -> RecordRing.Producer {
      guard let taken = producer.withLock({ $0.take() }) else {
        preconditionFailure("a producer handed over twice")
      }
      return taken
    }
  }
}
