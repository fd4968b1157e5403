// SPDX-License-Identifier: Apache-2.0

import CFaultyFileSystem
import Foundation
import Storage
import Telemetry
import TestSupport

@testable import Pipeline

/// One seeded walk: devices publish, a broker delivers, nhip stores and acknowledges, and now and
/// then the process or the machine dies at some operation of the file system.
///
/// No threads, no sockets, no time of day: the same seed is the same walk.
final class Simulation {
  enum Variant {
    case faithful
    /// Acknowledges what it has read, stored or not. The oracle must notice.
    case acknowledgesBeforeCommit
    /// The disk says that it has synced and has not. The oracle must notice.
    case diskLies
    /// Trusts a log that an earlier process left behind at a failed sync.
    case logIsNotRewritten
  }

  struct Failure: Error, CustomStringConvertible {
    var seed: UInt64
    var step: Int
    var what: String
    var description: String { "seed \(seed), step \(step): \(what)" }
  }

  struct Account {
    var published = 0
    var acknowledged = 0
    var redelivered = 0
    var alerts = 0
    var sealedDays = 0
    /// Blocks that stand in a row with others at the end.
    var mergedBlocks = 0
    var crashes: [Int32: Int] = [:]
    var sectorsLost: UInt64 = 0
  }

  private static let stepCount = 160

  let seed: UInt64
  let variant: Variant
  private let path: String
  private let profiles: [Profile]
  var random: SeededGenerator
  let clock = SimulatedClock(at: SimulatedFleet.start)
  var broker = SimulatedBroker(receiveMaximum: SimulatedProcess.receiveMaximum)
  private var fleet: SimulatedFleet
  private var ledger = Ledger()
  var process: SimulatedProcess?
  private var step = 0
  /// Something was done to this process that may end it.
  private var isProvoked = false
  private(set) var account = Account()
  /// Told what happens, for whoever looks into one seed.
  private let note: ((String) -> Void)?

  init(
    seed: UInt64, variant: Variant, folder: String, profiles: [Profile],
    note: ((String) -> Void)?
  ) {
    self.seed = seed
    self.note = note
    self.variant = variant
    self.profiles = profiles
    path = "\(folder)/nhip.sqlite"
    random = SeededGenerator(seed: seed)
    fleet = SimulatedFleet(hasClocks: seed % 2 == 0)
  }

  func run() throws -> Account {
    unsafe nhip_machine_begin(path, seed)
    defer { nhip_machine_end() }
    nhip_machine_lie(variant == .diskLies ? 1 : 0)
    defer { process?.store.close() }
    if fleet.hasClocks { try settle() }
    while step < Self.stepCount {
      step += 1
      try survive {
        if process == nil { try start() }
        try act()
      }
    }
    try drain()
    account.published = ledger.messages.count
    account.acknowledged = ledger.acknowledgedCount
    account.redelivered = broker.redeliveryCount
    account.sectorsLost = nhip_machine_sectors_lost()
    return account
  }

  /// Where devices tell the time, ours is confirmed before anything happens. A doubtful clock that
  /// is corrected by what the broker had kept is left out: receipt then runs backwards.
  private func settle() throws {
    let first = try launch()
    process = first
    for _ in 0..<200 where !first.engine.ownClock.isConfirmed {
      publish(1)
      try receive()
      try first.engine.step()
      acknowledge()
      clock.pass(1_000)
    }
    guard first.engine.ownClock.isConfirmed else { throw failure("nobody confirms our clock") }
  }

  // MARK: What may happen

  private func act() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<26: publish(Int.random(in: 1...6, using: &random))
    case 26..<50: try receive()
    case 50..<68: try process?.engine.step()
    case 68..<84: acknowledge()
    case 84..<89: clock.pass(.random(in: 1_000...240_000, using: &random))
    case 89..<91: disconnect()
    case 91..<92: try process?.engine.checkpoint()
    case 92..<93: clock.pass(.random(in: 600_000...18_000_000, using: &random))
    case 93..<94: try seal(through: LocalTime.day(of: clock.wall) - 1)
    case 94..<95: provoke { nhip_machine_fill(.random(in: 1...3, using: &$0)) }
    case 95..<96: provoke { nhip_machine_occupy(.random(in: 1...300, using: &$0)) }
    case 96..<97: try stop()
    case 97..<98: arm()
    default: crashNow()
    }
    clock.pass(.random(in: 1...2_000, using: &random))
  }

  private func publish(_ count: Int) {
    for _ in 0..<count {
      broker.publish(ledger.publish(fleet.message(at: clock.wall, using: &random)))
    }
  }

  private func receive() throws {
    guard let process else { return }
    if !broker.isConnected { try process.connect(to: &broker) }
    broker.send()
    let count = process.batch.count
    process.read(.random(in: 1...25, using: &random), from: &broker, ledger.messages)
    note?("read \(process.batch.dropFirst(count)) at \(clock.wall)")
  }

  /// The acknowledgements leave; how many arrive before a connection breaks is the network's.
  private func acknowledge() {
    guard let process, broker.isConnected else { return }
    let leaving = process.takeAcknowledgements(
      isCareless: variant == .acknowledgesBeforeCommit)
    let breaks = Int.random(in: 0..<12, using: &random) == 0
    let arriving = breaks ? Int.random(in: 0...leaving.count, using: &random) : leaving.count
    note?("acknowledged \(leaving.prefix(arriving)), lost \(leaving.dropFirst(arriving))")
    for packetID in leaving.prefix(arriving) {
      if let message = broker.acknowledge(packetID) { ledger.acknowledge(message) }
    }
    if breaks { disconnect() }
  }

  private func disconnect() {
    broker.disconnect()
    process?.disconnect()
  }

  private func seal(through day: Int64) throws {
    guard let store = process?.store else { return }
    // A day is sealed once it is over for the store as well.
    try process?.recordHearing()
    var run = try SealRun(store: store, reader: store, profiles: profiles, settings: .init())
    let days = try run.seal(through: day, at: clock.wall)
    account.sealedDays += days.count
    note?("sealed \(days.map(\.day)) at \(clock.wall)")
  }

  private func stop() throws {
    try process?.stop()
    process = nil
    broker.disconnect()
    // What was going to happen to it does not happen to the next one.
    nhip_machine_restart()
  }

  // MARK: Faults and recovery

  private func provoke(_ fault: (inout SeededGenerator) -> Void) {
    isProvoked = true
    fault(&random)
  }

  /// Some later operation of the file system is the last one: more often a near one.
  private func arm() {
    provoke { random in
      let fault = [NHIP_FAULT_KILL, NHIP_FAULT_POWER, NHIP_FAULT_POWER, NHIP_FAULT_SYNC]
        .randomElement(using: &random) ?? NHIP_FAULT_POWER
      let reach = UInt64(1) << UInt64.random(in: 1...8, using: &random)
      nhip_machine_arm(Int32(fault), .random(in: 0..<reach, using: &random))
    }
  }

  private func crashNow() {
    let isPower = Bool.random(using: &random)
    nhip_machine_stop(Int32(isPower ? NHIP_FAULT_POWER : NHIP_FAULT_KILL))
    die()
  }

  /// Whatever the store throws ends the process; that must have a reason.
  private func survive(_ body: () throws -> Void) throws {
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
    broker.disconnect()
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
    if fault == Int32(NHIP_FAULT_POWER), !fleet.hasClocks { clock.reboot() }
    clock.pass(20_000)
  }

  private func launch() throws -> SimulatedProcess {
    // The store does this below SQLite, where the machine does not see it.
    if variant != .logIsNotRewritten { unsafe nhip_machine_rewrite("\(path)-wal") }
    return try SimulatedProcess(path: path, profiles: profiles, clock: clock)
  }

  private func start() throws {
    isProvoked = false
    if Int.random(in: 0..<3, using: &random) == 0 { arm() }
    let started = try launch()
    process = started
    if let note { note("started at \(clock.wall), \(try started.storedPackets())") }
    // Looking costs no operation that could be the last one.
    if let fault = try ledger.fault(in: started.store, isDrained: false) { throw failure(fault) }
    for sentence in try started.store.damage() { throw failure("damage: \(sentence)") }
    if Int.random(in: 0..<2, using: &random) == 0 { arm() }
  }

  /// The faults end; all that was published arrives.
  private func drain() throws {
    if process != nil { crashNow() }
    isProvoked = false
    let last = try launch()
    process = last
    var rounds = 0
    while !broker.isEmpty {
      rounds += 1
      guard rounds < 10_000 else { throw failure("it never drains") }
      try receive()
      try last.engine.step()
      acknowledge()
      clock.pass(1_000)
    }
    // What was sealed before its lateness allowance was over is sealed again, and stands.
    let lastDay = LocalTime.day(of: clock.wall)
    clock.pass(ClockState.lateness + 2 * LocalTime.dayLength)
    try seal(through: lastDay)
    note?("drained, \(try last.storedPackets())")
    if let fault = try ledger.fault(in: last.store, isDrained: true) { throw failure(fault) }
    if let id = try Ledger.transitionAnnouncedTwice(in: last.store) {
      throw failure("announced twice: \(id)")
    }
    account.alerts = try last.store.alerts(from: .min, to: .max).count
    var differences: [String] = []
    let summary = try Verification.run(
      store: last.store, profiles: profiles, progress: { _ in }
    ) {
      differences.append("\($0.place): \($0.what)")
    }
    if !differences.isEmpty { throw failure(differences.joined(separator: "; ")) }
    try last.store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, _ in
      account.mergedBlocks += 1
    }
    account.mergedBlocks -= summary.blocks
    try stop()
  }

  private func failure(_ what: String) -> Failure { Failure(seed: seed, step: step, what: what) }
}
