// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Storage
import Telemetry
import TestSupport

@testable import Ingest
@testable import Pipeline

/// One run of nhip, from opening the store to its end: the real store, engine and rings, and the
/// simulation's sessions.
final class SimulatedProcess {
  let store: Store
  let engine: Engine
  /// By the place of their brokers' ends in the simulation.
  let sessions: [SimulatedSession]
  private let clock: SimulatedClock

  /// Opens the store, registers the fleet in a new one, and recovers.
  init(path: String, profiles: [Profile], clock: SimulatedClock) throws {
    let store = try Store(path: path, access: .readWrite)
    do {
      if try store.registry().devices.isEmpty {
        _ = try store.importRegistry(
          SimulatedFleet.registry, full: false, by: "simulation", at: clock.wall, dryRun: false)
      }
      let wake = DispatchSemaphore(value: 0)
      let ends = SimulatedFleet.Part.allCases.map { part in
        SimulatedSession.make(UInt16(part.rawValue + 1), isLive: part.isLive, wake: wake)
      }
      sessions = ends.map(\.0)
      engine = try Self.engine(store, profiles, clock, ends.map(\.1), wake)
      self.store = store
      self.clock = clock
      try engine.startClock()
    } catch {
      store.close()
      throw error
    }
  }

  /// Payloads and alerts leave within a walk; readings stay, for the oracle counts them.
  static let retention = RetentionLimits(
    raw: 365 * LocalTime.dayLength, quarantine: 2 * LocalTime.hourLength,
    inbox: 2 * LocalTime.hourLength, alerts: 2 * LocalTime.hourLength)

  private static func engine(
    _ store: Store, _ profiles: [Profile], _ clock: SimulatedClock,
    _ boxes: [Engine.SourceBox], _ wake: DispatchSemaphore
  ) throws -> Engine {
    let ownClock = try Recovery.clock(
      of: store, wall: clock.wall, running: clock.running, boot: clock.boot)
    let time = OwnTime(running: { clock.running }, offset: ownClock.offset)
    let (intake, judge) = try Recovery.begin(
      with: store, profiles: profiles, receiveMaximum: SimulatedSession.receiveMaximum, node: "n",
      publishesAlerts: true, ownClock: ownClock, at: time.now())
    let engine = Engine(
      intake: intake, judge: judge, store: store,
      commands: ControlQueue(profiles: profiles, publishesAlerts: true, wake: wake),
      sources: boxes, wake: wake, retention: retention,
      clocks: .init(wall: { clock.wall }, boot: clock.boot, own: time), log: { clock.log($0) })
    engine.pause = { clock.pass($0) }
    // A part for each device, so that there is something between two of them.
    engine.checkpoints.partSizeBytes = 1
    engine.merging.limits.blockCount = 4
    return engine
  }

  /// Until now there was nothing to hear, which the store is told of.
  func recordHearing() throws {
    for _ in 0..<2 {
      clock.pass(Engine.observationEvery)
      for session in sessions { session.hear(at: clock.running) }
      try engine.step()
    }
  }

  /// The packet ids on disk, as recovery reads them.
  func storedPackets() throws -> String {
    var text = ""
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { id, block in
      text += "\(id): \(block.session) \(block.packetID) until \(block.receivedAt.last ?? 0); "
    }
    for stretch in try store.observed(from: 0, to: .max) {
      text += "heard \(stretch.start) to \(stretch.end); "
    }
    let shelved = try store.deliveries(newest: .max).shelved.values.joined().map {
      "\($0.packet.session) \($0.packet.packetID) as \($0.number)"
    }
    return text + "shelved: " + shelved.joined(separator: " ")
  }

  // MARK: The end

  /// In order: the last batch, then a checkpoint.
  func stop() throws {
    for session in sessions { session.disconnect() }
    try engine.step(isLast: true)
    try engine.checkpoint()
    store.close()
  }
}
