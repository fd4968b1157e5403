// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

@testable import Pipeline

/// How a walk ends, and what must hold then.
extension Simulation {
  /// The faults end; all that was published arrives.
  func drain() throws {
    if process != nil { crashNow() }
    isProvoked = false
    clock.set(error: 0)
    let last = try launch()
    process = last
    try settle()
    if fleet.hasClocks, !last.engine.ownClock.isConfirmed {
      throw failure("nobody confirms our clock")
    }
    try checkClock()
    var rounds = 0
    while !brokers.allSatisfy(\.isEmpty) {
      rounds += 1
      guard rounds < 10_000 else { throw failure("it never drains") }
      try receive()
      try last.engine.step()
      acknowledge()
      clock.pass(1_000)
    }
    try checkShelves(last)
    // What was sealed before its lateness allowance was over is sealed again, and stands.
    let lastDay = LocalTime.day(of: clock.now)
    clock.pass(ClockState.lateness + 2 * LocalTime.dayLength)
    try seal(through: lastDay, at: clock.now)
    note?("drained, \(try last.storedPackets())")
    try checkStore(last.store)
    try stop()
  }

  /// What is too old leaves, and nothing of what was counted with it.
  private func checkShelves(_ last: SimulatedProcess) throws {
    for _ in 0..<3 {
      clock.pass(5 * LocalTime.hourLength)
      try last.engine.step()
    }
    guard let now = last.engine.clocks.own.certain() else { return }
    let limits = SimulatedProcess.retention
    let payloads = try last.store.quarantinedPayloads(reason: nil)
    if payloads.contains(where: { $0.receivedAt < now - limits.quarantine }) {
      throw failure("an old payload stays in the quarantine")
    }
    let alerts = try last.store.alerts(from: .min, to: .max)
    if alerts.contains(where: { ($0.resolvedAt ?? now) < now - limits.alerts }) {
      throw failure("an old alert stays")
    }
    let counted = try last.store.quarantine().reduce(0) { $0 + Int($1.count) }
    account.payloadsDeleted = counted - payloads.count
  }

  private func checkStore(_ store: Store) throws {
    if let fault = try ledger.fault(in: store, isDrained: true) { throw failure(fault) }
    let transitions = try AlertTransitions(in: store)
    if let fault = try transitions.fault(in: store) { throw failure(fault) }
    account.alerts = transitions.alertCount
    var differences: [String] = []
    let summary = try Verification.run(store: store, profiles: profiles, progress: { _ in }) {
      differences.append("\($0.place): \($0.what)")
    }
    if !differences.isEmpty { throw failure(differences.joined(separator: "; ")) }
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, _ in
      account.mergedBlocks += 1
    }
    account.mergedBlocks -= summary.blocks
  }
}
