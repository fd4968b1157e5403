// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FleetSimulator
import Foundation
import Pipeline
import Synchronization
import Telemetry

/// The pipeline and the live fleet beside the board, each on a thread of its own.
final class DemoThreads: Sendable {
  private let run: PipelineRun
  private let stopped: StopFlag
  private let group = DispatchGroup()
  private let fleetGroup = DispatchGroup()
  private let failure = Mutex<(any Error)?>(nil)

  init(run: PipelineRun, stopped: StopFlag) {
    self.run = run
    self.stopped = stopped
  }

  func start(
    fleet: [SimulatedDevice], seed: UInt64, broker: FleetSimulator.BrokerAddress,
    credentials: @escaping (SimulatedDevice) -> (username: String, password: String)?,
    scheduler: LiveFleet.Scheduler
  ) {
    let passwords = Dictionary(
      uniqueKeysWithValues: fleet.compactMap { device in
        credentials(device).map { (device.id, $0.password) }
      })
    spawn("pipeline", group) { [self] in try run.run() }
    spawn("fleet", fleetGroup) { [stopped] in
      let plan = FleetPlan(
        devices: fleet, seed: seed, start: Nhip.wallClock(), duration: 86_400_000, faults: .demo)
      let live = LiveFleet(
        broker: broker, credentials: { device in passwords[device.id].map { (device.id, $0) } },
        scheduler: scheduler)
      try live.run(plan: plan, until: { stopped.isSet }, report: { _ in })
    }
  }

  private func spawn(
    _ name: String, _ group: DispatchGroup, _ body: @escaping @Sendable () throws -> Void
  ) {
    group.enter()
    let thread = Thread { [self] in
      defer { group.leave() }
      do {
        try body()
      } catch {
        failure.withLock { $0 = error }
        stopped.set()
      }
    }
    thread.name = name
    thread.start()
  }

  /// The fleet leaves first, so that its last messages are still taken in.
  func finish() throws {
    fleetGroup.wait()
    run.stop()
    group.wait()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }
}
