// SPDX-License-Identifier: Apache-2.0

import CFaultyFileSystem
import Storage
import Telemetry
import TestSupport

/// What befalls the process and the machine, and what comes after it.
extension Simulation {
  func provoke(_ fault: (inout SeededGenerator) -> Void) {
    isProvoked = true
    fault(&random)
  }

  /// Some later operation of the file system is the last one: more often a near one.
  func arm() {
    provoke { random in
      let fault = [NHIP_FAULT_KILL, NHIP_FAULT_POWER, NHIP_FAULT_POWER, NHIP_FAULT_SYNC]
        .randomElement(using: &random) ?? NHIP_FAULT_POWER
      let reach = UInt64(1) << UInt64.random(in: 1...8, using: &random)
      nhip_machine_arm(Int32(fault), .random(in: 0..<reach, using: &random))
    }
  }

  func crashNow() {
    let isPower = Bool.random(using: &random)
    nhip_machine_stop(Int32(isPower ? NHIP_FAULT_POWER : NHIP_FAULT_KILL))
    die()
  }

  /// Whatever the store throws ends the process; that must have a reason.
  func survive(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as StoreError {
      guard isProvoked, error.code != .corrupt, error.code != .foreign else {
        throw failure("\(error)")
      }
      die()
    }
    if nhip_machine_is_down() != 0 { die() }
  }

  private func die() {
    for place in brokers.indices { brokers[place].disconnect() }
    // After a failed sync nhip ends by itself: closing in order, or not coming to it.
    if nhip_machine_is_down() == 0, Bool.random(using: &random) {
      nhip_machine_stop(Int32(NHIP_FAULT_KILL))
    }
    process?.store.close()
    process = nil
    let fault = nhip_machine_fault()
    account.crashes[fault, default: 0] += 1
    note?("died of fault \(fault)")
    nhip_machine_restart()
    if fault == Int32(NHIP_FAULT_POWER) {
      clock.reboot()
      if Int.random(in: 0..<3, using: &random) == 0 { setClock() }
    }
    clock.pass(20_000)
  }

  func launch() throws -> SimulatedProcess {
    // The store does this below SQLite, where the machine does not see it.
    if variant != .logIsNotRewritten { unsafe nhip_machine_rewrite("\(path)-wal") }
    return try SimulatedProcess(path: path, profiles: profiles, clock: clock)
  }

  func start() throws {
    isProvoked = false
    if Int.random(in: 0..<3, using: &random) == 0 { arm() }
    let started = try launch()
    process = started
    if let note { note("started at \(clock.now), \(try started.storedPackets())") }
    // Looking costs no operation that could be the last one.
    if let fault = try ledger.fault(in: started.store, isDrained: false) { throw failure(fault) }
    for sentence in try started.store.damage() { throw failure("damage: \(sentence)") }
    if Int.random(in: 0..<2, using: &random) == 0 { arm() }
  }
}
