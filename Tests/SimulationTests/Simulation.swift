// SPDX-License-Identifier: Apache-2.0

import CFaultyFileSystem
import Storage
import Telemetry
import TestSupport

@testable import Pipeline

/// One seeded walk: devices publish, a broker delivers by several sessions, nhip stores and
/// acknowledges, and now and then the process or the machine dies at some operation of the file
/// system, or somebody sets the machine's clock.
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
    /// How often our own clock was found wrong and put right.
    var corrections = 0
    /// Of the quarantine: they were counted and are not kept any more.
    var payloadsDeleted = 0
    var crashes: [Int32: Int] = [:]
    var sectorsLost: UInt64 = 0
  }

  private static let stepCount = 200
  /// So many rounds are enough for every device to be heard often.
  private static let settlingRoundsMax = 400
  /// A confirmed clock is as right as devices are trusted; messages are on their way for a while.
  private static let clockErrorMax = ClockState.clockTolerance + 60_000

  let seed: UInt64
  let variant: Variant
  let path: String
  let profiles: [Profile]
  var random: SeededGenerator
  let clock = SimulatedClock(at: SimulatedFleet.start)
  /// One session each, by ``SimulatedFleet/Part``.
  var brokers = SimulatedFleet.Part.allCases.map { _ in
    SimulatedBroker(receiveMaximum: SimulatedSession.receiveMaximum)
  }
  private(set) var fleet: SimulatedFleet
  private(set) var ledger = Ledger()
  var process: SimulatedProcess?
  var step = 0
  /// Something was done to this process that may end it.
  var isProvoked = false
  var account = Account()
  /// Told what happens, for whoever looks into one seed.
  let note: ((String) -> Void)?

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
    while step < Self.stepCount {
      step += 1
      try survive {
        if process == nil { try start() }
        try act()
      }
      try checkClock()
    }
    try drain()
    account.published = ledger.messages.count
    account.acknowledged = ledger.acknowledgedCount
    account.redelivered = brokers.reduce(0) { $0 + $1.redeliveryCount }
    account.corrections = clock.correctionCount
    account.sectorsLost = nhip_machine_sectors_lost()
    return account
  }

  // MARK: What may happen

  private func act() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<26: publish(Int.random(in: 1...8, using: &random))
    case 26..<50: try receive()
    case 50..<67: try process?.engine.step()
    case 67..<83: acknowledge()
    case 83..<88: clock.pass(.random(in: 1_000...240_000, using: &random))
    case 88..<90: disconnect(.random(in: brokers.indices, using: &random))
    case 90..<91: try process?.engine.checkpoint()
    case 91..<92: clock.pass(.random(in: 600_000...18_000_000, using: &random))
    case 92..<93: try seal()
    case 93..<94: provoke { nhip_machine_fill(.random(in: 1...3, using: &$0)) }
    case 94..<95: provoke { nhip_machine_occupy(.random(in: 1...300, using: &$0)) }
    case 95..<96: try stop()
    case 96..<97: arm()
    case 97..<98: setClock()
    case 98..<99: try settle()
    default: crashNow()
    }
    clock.pass(.random(in: 1...2_000, using: &random))
  }

  func publish(_ count: Int) {
    for _ in 0..<count {
      let message = fleet.message(at: clock.now, using: &random)
      brokers[message.part.rawValue].publish(ledger.publish(message))
    }
  }

  func receive() throws {
    for place in brokers.indices where Int.random(in: 0..<4, using: &random) > 0 {
      try receive(place)
    }
  }

  private func receive(_ place: Int) throws {
    guard let process else { return }
    let session = process.sessions[place]
    hangUpIfSilent(place)
    if !brokers[place].isConnected {
      try session.connect(to: &brokers[place], at: clock.running) { try process.engine.step() }
    }
    brokers[place].send()
    let count = session.batch.count
    session.read(
      .random(in: 1...25, using: &random), from: &brokers[place], ledger.messages,
      at: clock.running)
    note?("\(session.number) read \(session.batch.dropFirst(count)) at \(clock.now)")
  }

  func acknowledge() {
    for place in brokers.indices where Int.random(in: 0..<4, using: &random) > 0 {
      acknowledge(place)
    }
  }

  /// The acknowledgements leave; how many arrive before a connection breaks is the network's.
  private func acknowledge(_ place: Int) {
    hangUpIfSilent(place)
    guard let process, brokers[place].isConnected else { return }
    let leaving = process.sessions[place].takeAcknowledgements(
      isCareless: variant == .acknowledgesBeforeCommit)
    let breaks = Int.random(in: 0..<12, using: &random) == 0
    let arriving = breaks ? Int.random(in: 0...leaving.count, using: &random) : leaving.count
    note?("\(place + 1) acknowledged \(leaving.prefix(arriving)), lost the rest of \(leaving)")
    for packetID in leaving.prefix(arriving) {
      if let message = brokers[place].acknowledge(packetID) { ledger.acknowledge(message) }
    }
    if breaks { disconnect(place) }
  }

  /// A broker keeps no connection on which nothing is said; what it has to say then waits.
  private func hangUpIfSilent(_ place: Int) {
    guard brokers[place].isConnected,
      process?.sessions[place].isSilent(at: clock.running) ?? true
    else { return }
    disconnect(place)
  }

  private func disconnect(_ place: Int) {
    brokers[place].disconnect()
    process?.sessions[place].disconnect()
  }

  private func seal() throws {
    guard let process else { return }
    // Where devices tell the time, ours may be wrong; then only what is certain is sealed.
    let today = fleet.hasClocks ? process.engine.clocks.own.certain() : clock.now
    guard let today else { return }
    try seal(through: LocalTime.day(of: today) - 1, at: today)
  }

  func seal(through day: Int64, at now: Milliseconds) throws {
    guard let store = process?.store else { return }
    // A day is sealed once it is over for the store as well.
    try process?.recordHearing()
    var run = try SealRun(store: store, reader: store, profiles: profiles, settings: .init())
    let days = try run.seal(through: day, at: now)
    account.sealedDays += days.count
    note?("sealed \(days.map(\.day)) at \(clock.now)")
  }

  func stop() throws {
    try process?.stop()
    process = nil
    for place in brokers.indices { brokers[place].disconnect() }
    // What was going to happen to it does not happen to the next one.
    nhip_machine_restart()
  }

  // MARK: Our own clock

  /// Somebody sets the machine's clock, where there are devices that can tell who is right.
  func setClock() {
    guard fleet.hasClocks else { return }
    let hours = [0, 0, 1, -1, 12, -12, 300, -300].randomElement(using: &random) ?? 0
    clock.set(error: Milliseconds(hours) * LocalTime.hourLength)
    note?("the machine's clock is \(hours) hours ahead at \(clock.now)")
  }

  /// Devices publish until most of them agree with our time.
  func settle() throws {
    guard let process, fleet.hasClocks else { return }
    for _ in 0..<Self.settlingRoundsMax where !process.engine.ownClock.isConfirmed {
      publish(1)
      try receive()
      try process.engine.step()
      acknowledge()
      clock.pass(1_000)
    }
  }

  /// Whatever was drained, and whoever set the clock: what devices have confirmed is right.
  func checkClock() throws {
    guard let engine = process?.engine, fleet.hasClocks, engine.ownClock.isConfirmed else { return }
    let error = engine.clocks.own.now() - clock.now
    guard abs(error) > Self.clockErrorMax else { return }
    throw failure("our time is confirmed and off by \(error) ms")
  }

  func failure(_ what: String) -> Failure { Failure(seed: seed, step: step, what: what) }
}
