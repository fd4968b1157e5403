// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// A cumulative counter inside a device, and the ledger of what readings told of it.
struct CounterLedger: Sendable {
  /// What the device would report now.
  private(set) var value: UInt64
  private(set) var reported: UInt64 = 0
  private(set) var lost: UInt64 = 0
  /// Increments since the last reading, delivered or stored.
  private var pending: UInt64 = 0
  /// Increments that only stored readings carry.
  private var stored: UInt64 = 0
  private var hasBase = false

  init(value: UInt64) { self.value = value }

  mutating func add(_ increment: UInt64) {
    value += increment
    pending += increment
  }

  /// A reading left the device for the broker.
  mutating func report() {
    if hasBase { reported += pending }
    hasBase = true
    pending = 0
  }

  /// A reading went into the device's own store.
  mutating func store() {
    if hasBase { stored += pending }
    hasBase = true
    pending = 0
  }

  mutating func deliverStored() {
    reported += stored
    stored = 0
  }

  /// The device lost power or restarted; what no reading carried is gone.
  mutating func reset() {
    if hasBase { lost += pending }
    pending = 0
    value = 0
  }

  /// The plan is over.
  mutating func finish() {
    if hasBase { lost += pending }
    lost += stored
    pending = 0
    stored = 0
  }
}

/// A play or a call that is going on.
struct Activity: Sendable {
  var slot: DailySchedule.Slot
  var start: Milliseconds
  /// Sooner than requested if the play is to break off.
  var end: Milliseconds
}

/// The inside of a device: its gauges and counters, and how they move with time.
struct DeviceBody: Sendable {
  let kind: SimulatedKind
  /// How busy its site is, 0.4 ... 1.6.
  let size: Double
  private(set) var firmware: String
  var first: CounterLedger
  var second: CounterLedger
  var boot: Milliseconds
  var sequence: UInt64 = 0
  var activity: Activity?
  private(set) var clients = 0
  private(set) var uniqueToday = 0
  private(set) var paperPercent: Double
  private(set) var simMegabytes: Double
  private(set) var advancedTo: Milliseconds
  private var day: Int64
  private var newGuests = 0.0
  private var fractions = (first: 0.0, second: 0.0)
  /// Of anomaly plans: what it measures and what it uses up, instead of what is drawn here.
  private(set) var signals: DeviceSignals?
  private(set) var supplies: Supplies?
  private var hasShortCounters = false

  private static let firmwares = ["1.4.2", "1.4.3", "2.0.0", "2.0.1-rc1"]
  /// Share of a site's seats taken, by local hour.
  private static let occupancy: [Double] = [
    0.05, 0.03, 0.02, 0.02, 0.04, 0.12, 0.25, 0.40, 0.55, 0.60, 0.58, 0.50,
    0.35, 0.40, 0.55, 0.62, 0.70, 0.80, 0.95, 1.00, 0.90, 0.60, 0.30, 0.12,
  ]

  init(kind: SimulatedKind, boot: Milliseconds, now: Milliseconds, random: inout RandomStream) {
    self.kind = kind
    self.boot = boot
    size = 0.4 + random.unit() * 1.2
    firmware = Self.firmwares[Int(random.integer(in: 0...3))]
    let age = Double(now - boot) / 1_000
    switch kind {
    case .wirelessAccessPoint:
      first = CounterLedger(value: UInt64(age * 40_000 * size))
      second = CounterLedger(value: UInt64(age * 8_000 * size))
    case .kiosk:
      first = CounterLedger(value: UInt64(age / 900 * size))
      second = CounterLedger(value: 0)
    case .loudspeaker, .videoEndpoint, .networkSensor:
      first = CounterLedger(value: 0)
      second = CounterLedger(value: 0)
    }
    paperPercent = 20 + random.unit() * 80
    simMegabytes = random.unit() * 400
    advancedTo = now
    day = localDay(of: now)
    uniqueToday = Int(Self.occupancy[Int(localTime(of: now) / 3_600_000)] * 60 * size)
  }

  /// Lets time pass in a running device.
  mutating func advance(to instant: Milliseconds, random: inout RandomStream) {
    guard instant > advancedTo else { return }
    let seconds = Double(instant - advancedTo) / 1_000
    advancedTo = instant
    if localDay(of: instant) != day {
      day = localDay(of: instant)
      uniqueToday = 0
      newGuests = 0
    }
    let busy = Self.occupancy[Int(localTime(of: instant) / 3_600_000)] * size
    switch kind {
    case .wirelessAccessPoint:
      clients =
        signals.map { Int($0.value(0)) }
        ?? min(512, Int((busy * 30) * (0.8 + 0.4 * random.unit()) + random.unit()))
      // Whatever a broken counter of heads writes, not more people are there.
      let present = min(512, clients)
      newGuests += Double(present) * seconds / 2_400
      uniqueToday += Int(newGuests)
      newGuests -= newGuests.rounded(.down)
      uniqueToday = max(uniqueToday, present)
      let rate = Double(present) * (2_000 + 6_000 * random.unit()) + 300
      fractions.first += rate * seconds
      fractions.second += rate * seconds * (0.1 + 0.1 * random.unit())
    case .kiosk:
      fractions.first += busy * seconds / 300 * random.unit() * 2
      paperPercent -= busy * seconds / 4_000
      if paperPercent < 2 { paperPercent = 100 }
    case .loudspeaker:
      simMegabytes += seconds * (activity == nil ? 0.000_02 : 0.02)
    case .videoEndpoint, .networkSensor:
      break
    }
    first.add(UInt64(fractions.first))
    second.add(UInt64(fractions.second))
    fractions.first -= fractions.first.rounded(.down)
    fractions.second -= fractions.second.rounded(.down)
  }

  /// Takes the place of what was drawn at the beginning.
  mutating func equip(with anomalies: DeviceAnomalies) {
    firmware = anomalies.firmware
    signals = anomalies.deviceSignals
    supplies = anomalies.supplies
    hasShortCounters = anomalies.hasShortCounters
  }

  mutating func measure(at instant: Milliseconds) { signals?.advance(to: instant) }

  /// As the device writes it.
  func shown(_ counter: CounterLedger) -> UInt64 {
    hasShortCounters ? counter.value & 0xffff_ffff : counter.value
  }

  /// How often the first counter has begun anew because it is too short.
  var wrapCount: UInt64 { hasShortCounters ? first.value >> 32 : 0 }

  /// Without a boot.
  mutating func loseCounters() {
    first.reset()
    second.reset()
  }

  /// Power came back, or it was started again: everything in memory begins anew.
  mutating func restart(boot instant: Milliseconds) {
    boot = instant
    advancedTo = instant
    sequence = 0
    clients = 0
    fractions = (0, 0)
    first.reset()
    second.reset()
  }
}
