// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FleetSimulator
import Reporting
import Storage
import Synchronization
import Telemetry

@testable import Ingest
@testable import Pipeline

/// A live engine with its store, in simulated time: without broker, threads and waiting. The
/// machine's clock shows what the test says, as does its running time.
final class LiveBench {
  let fixture: ReplayFixture
  let machine: Machine
  let receiveMaximum: Int
  private var process: Process?

  /// What dies with a process.
  private final class Process {
    let engine: Engine
    let link: SessionLink
    var producer: RecordRing.Producer
    var resumedLeft: Int

    init(_ engine: Engine, _ link: SessionLink, _ producer: consuming RecordRing.Producer) {
      self.engine = engine
      self.link = link
      self.producer = producer
      resumedLeft = 0
    }
  }

  init(
    profiles: [Profile]? = nil, registry: Registry? = nil, at start: Milliseconds,
    receiveMaximum: Int = 10_000
  ) throws {
    self.receiveMaximum = receiveMaximum
    fixture = try ReplayFixture(profiles: profiles, registry: registry)
    machine = Machine(at: start)
  }

  var engine: Engine? { process?.engine }

  /// Starts a process and lets it hear.
  func start(isResumed: Bool = false) throws {
    let wake = DispatchSemaphore(value: 0)
    let link = SessionLink(engineWake: wake)
    var ends = RecordRing.make(capacityBytes: 4 << 20)
    let settings = SessionSettings(
      number: 1, name: "live",
      access: BrokerAccess(host: "", port: 0, tls: nil, username: nil, password: { nil }),
      clientID: "", filters: [], receiveMaximum: receiveMaximum, sessionExpirySeconds: 0,
      isLive: true)
    let box = Engine.SourceBox(
      Engine.Source(consumer: ends.takeConsumer(), link: link, settings: settings))
    let process = Process(try makeEngine(box, wake), link, ends.takeProducer())
    process.resumedLeft = isResumed ? receiveMaximum : 0
    try process.engine.startClock()
    self.process = process
    let now = machine.running
    link.update {
      $0.heardFrom = now
      $0.heardUntil = now
    }
  }

  private func makeEngine(_ box: Engine.SourceBox, _ wake: DispatchSemaphore) throws -> Engine {
    let store = fixture.store
    let profiles = fixture.profiles
    let machine = machine
    let boot = machine.boot
    let wall: @Sendable () -> Milliseconds = { machine.wall }
    let ownClock = try Recovery.clock(
      of: store, wall: machine.wall, running: machine.running, boot: boot)
    let time = OwnTime(running: { machine.running }, offset: ownClock.offset)
    let (intake, judge) = try Recovery.begin(
      with: store, profiles: profiles, receiveMaximum: receiveMaximum, node: "n",
      publishesAlerts: false, ownClock: ownClock, at: time.now())
    let year: Milliseconds = 365 * 86_400_000
    return Engine(
      intake: intake, judge: judge, store: store,
      commands: ControlQueue(profiles: profiles, publishesAlerts: false, wake: wake),
      sources: [box], wake: wake,
      retention: RetentionLimits(raw: year, quarantine: year, inbox: year, alerts: year),
      clocks: .init(wall: wall, boot: boot, own: time),
      log: { machine.note($0) })
  }

  /// A message arrives now.
  func receive(_ topic: String, _ payload: [UInt8]) {
    guard let process else { return }
    let now = machine.running
    let isResumed = process.resumedLeft > 0
    if isResumed { process.resumedLeft -= 1 }
    process.link.update { $0.heardUntil = now }
    let bytes = Array(topic.utf8)
    var header = MessageHeader(
      receivedAt: now, payloadSize: payload.count, topicSize: bytes.count, packetID: 0,
      session: 1, flags: isResumed ? .resumed : [])
    let isPublished = unsafe withUnsafeBytes(of: &header) { header in
      unsafe bytes.withUnsafeBytes { topic in
        unsafe payload.withUnsafeBytes { payload in
          unsafe process.producer.publish(header, topic, payload)
        }
      }
    }
    precondition(isPublished, "a ring of the test is full")
  }

  /// The engine takes what has arrived, and commits it.
  func step() throws { try process?.engine.step() }

  /// The process ends in order; what arrives from now on the broker keeps.
  func stop() throws {
    process?.link.update { $0.heardFrom = nil }
    try process?.engine.step(isLast: true)
    try process?.engine.checkpoint()
    process = nil
  }

  /// The process dies; what it had not committed comes again.
  func kill() { process = nil }
}

/// A machine whose clock can be set, and what nhip says on it.
final class Machine: Sendable {
  private struct State {
    var now: Milliseconds
    var error: Milliseconds = 0
    var bootedAt: Milliseconds
    var bootCount = 1
    var log: [String] = []
  }

  private let state: Mutex<State>

  init(at start: Milliseconds) {
    state = Mutex(State(now: start, bootedAt: start - 3_600_000))
  }

  /// What its clock shows.
  var wall: Milliseconds { state.withLock { $0.now + $0.error } }
  var running: Milliseconds { state.withLock { $0.now - $0.bootedAt } }
  var boot: String { state.withLock { "boot \($0.bootCount)" } }
  var log: [String] { state.withLock { $0.log } }

  func note(_ line: String) { state.withLock { $0.log.append(line) } }

  /// True time goes on.
  func pass(to instant: Milliseconds) { state.withLock { $0.now = max($0.now, instant) } }

  /// Somebody sets its clock, which is off by so much from now on.
  func set(error: Milliseconds) { state.withLock { $0.error = error } }

  func reboot() {
    state.withLock {
      $0.bootedAt = $0.now
      $0.bootCount += 1
    }
  }
}
