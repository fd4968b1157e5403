// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Storage
import Telemetry
import TestSupport

@testable import Ingest
@testable import Pipeline

/// One run of nhip, from opening the store to its end: the real store, engine and ring. The
/// session is the simulation's, since the real one is libmosquitto's and its socket's; it keeps
/// the rule of `Session.flush()`.
final class SimulatedProcess {
  /// So small that the broker stops and the ring fills now and then.
  static let receiveMaximum = 20
  private static let ringBytes = 8_192

  let store: Store
  let engine: Engine
  private let link: SessionLink
  private var producer: RecordRing.Producer
  private let clock: SimulatedClock
  /// Read since the last acknowledgement, in order.
  private(set) var batch: [UInt16] = []
  private var resumedLeft = 0

  /// Opens the store, registers the fleet in a new one, and recovers.
  init(path: String, profiles: [Profile], clock: SimulatedClock) throws {
    let store = try Store(path: path, access: .readWrite)
    do {
      if try store.registry().devices.isEmpty {
        _ = try store.importRegistry(
          SimulatedFleet.registry, full: false, by: "simulation", at: clock.wall, dryRun: false)
      }
      let wake = DispatchSemaphore(value: 0)
      link = SessionLink(engineWake: wake)
      var ends = RecordRing.make(capacityBytes: Self.ringBytes)
      let box = Engine.SourceBox(
        Engine.Source(consumer: ends.takeConsumer(), link: link, settings: Self.settings))
      producer = ends.takeProducer()
      engine = try Self.engine(store, profiles, clock, box, wake)
      self.store = store
      self.clock = clock
      try engine.startClock()
    } catch {
      store.close()
      throw error
    }
  }

  private static var settings: SessionSettings {
    SessionSettings(
      number: 1, name: "live",
      access: BrokerAccess(host: "", port: 0, tls: nil, username: nil, password: { nil }),
      clientID: "", filters: [], receiveMaximum: receiveMaximum, sessionExpirySeconds: 0,
      isLive: true)
  }

  private static func engine(
    _ store: Store, _ profiles: [Profile], _ clock: SimulatedClock, _ box: Engine.SourceBox,
    _ wake: DispatchSemaphore
  ) throws -> Engine {
    let ownClock = try Recovery.clock(
      of: store, wall: clock.wall, running: clock.running, boot: clock.boot)
    let time = OwnTime(running: { clock.running }, offset: ownClock.offset)
    let (intake, judge) = try Recovery.begin(
      with: store, profiles: profiles, receiveMaximum: receiveMaximum, node: "n",
      publishesAlerts: true, ownClock: ownClock, at: time.now())
    let year = 365 * LocalTime.dayLength
    let engine = Engine(
      intake: intake, judge: judge, store: store,
      commands: ControlQueue(profiles: profiles, publishesAlerts: true, wake: wake),
      sources: [box], wake: wake,
      retention: RetentionLimits(raw: year, quarantine: year, inbox: year, alerts: year),
      clocks: .init(wall: { clock.wall }, boot: clock.boot, own: time), log: { _ in })
    engine.pause = { clock.pass($0) }
    return engine
  }

  // MARK: The session

  /// The acknowledgements of the connection before are gone with it.
  func connect(to broker: inout SimulatedBroker) throws {
    while !producer.isCommitted { try engine.step() }
    batch = []
    resumedLeft = broker.connect() ? Self.receiveMaximum : 0
    let now = clock.running
    link.update {
      $0.heardFrom = now
      $0.heardUntil = now
    }
  }

  func disconnect() { link.update { $0.heardFrom = nil } }

  /// Reads at most so many messages into the ring; while that is full, none.
  func read(_ countMax: Int, from broker: inout SimulatedBroker, _ published: [PublishedMessage]) {
    let now = clock.running
    for _ in 0..<countMax {
      guard let delivery = broker.read() else { break }
      guard append(published[delivery.message], delivery.packetID, at: now) else {
        broker.putBack(delivery)
        break
      }
      if resumedLeft > 0 { resumedLeft -= 1 }
      batch.append(delivery.packetID)
    }
    producer.publishAppended()
    link.update { $0.heardUntil = now }
  }

  /// The record that `Session.receive` writes.
  private func append(
    _ message: PublishedMessage, _ packetID: UInt16, at now: Milliseconds
  ) -> Bool {
    let size = message.payload.count
    let isOversize = size > MessageHeader.payloadSizeMax
    let kept = isOversize ? Array(message.payload.prefix(MessageHeader.oversizeKept))
      : message.payload
    var header = MessageHeader(
      receivedAt: now, payloadSize: size, topicSize: message.topic.count, packetID: packetID,
      session: 1, flags: resumedLeft > 0 ? .resumed : [])
    return unsafe withUnsafeBytes(of: &header) { header in
      unsafe message.topic.withUnsafeBytes { topic in
        unsafe kept.withUnsafeBytes { payload in
          unsafe producer.append(header, topic, payload)
        }
      }
    }
  }

  /// All acknowledgements of the batch, or none: not one may overtake its commit.
  ///
  /// - Parameter isCareless: the mistake that the simulation must notice.
  func takeAcknowledgements(isCareless: Bool) -> [UInt16] {
    guard isCareless || producer.isCommitted else { return [] }
    defer { batch = [] }
    return batch
  }

  /// Until now there was nothing to hear, which the store is told of.
  func recordHearing() throws {
    for _ in 0..<2 {
      clock.pass(Engine.observationEvery)
      let now = clock.running
      link.update { $0.heardUntil = $0.heardFrom == nil ? $0.heardUntil : now }
      try engine.step()
    }
  }

  /// The packet ids on disk, as recovery reads them.
  func storedPackets() throws -> String {
    var text = ""
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, block in
      text += "\(id): \(block.packetID) until \(block.receivedAt.last ?? 0); "
    }
    for stretch in try store.observed(from: 0, to: .max) {
      text += "heard \(stretch.start) to \(stretch.end); "
    }
    return text + "shelved: "
      + (try store.shelvedPackets()).map { "\($0.packetID) at \($0.receivedAt)" }
      .joined(separator: " ")
  }

  // MARK: The end

  /// In order: the last batch, then a checkpoint.
  func stop() throws {
    disconnect()
    try engine.step(isLast: true)
    try engine.checkpoint()
    store.close()
  }
}
