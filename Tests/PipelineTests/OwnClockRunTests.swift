// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Hours of a simulated commune as a live engine hears them, with the machine's clock stepped, held
/// against the same hours with the right clock.
@Suite("our own clock against the truth")
struct OwnClockRunTests {
  private static let minute: Milliseconds = 60_000
  private static let length: Milliseconds = 120 * minute
  private static let step: Milliseconds = 20_000
  private static let start = ReplayFixture.start

  /// What befalls the machine and nhip.
  private enum Event {
    case clock(error: Milliseconds)
    case stop, start, reboot
  }

  private struct Outcome {
    var devices: [String: DeviceReport]
    var alerts: Set<String>
    var quality: DataQuality
    var log: [String]
  }

  @Test("a clock stepped in mid-run and across restarts changes no figure and no alert")
  func stepped() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("own clock: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var calm: [(at: Milliseconds, event: Event)] = []
    for part in 0..<3 {
      let at = Self.start + Milliseconds(part + 1) * 25 * Self.minute
      let away = Milliseconds.random(in: 1...400, using: &random) * 1_000
      calm += [(at, .stop), (at + away, .start)]
    }
    var wild = calm
    let hours: [Milliseconds] = [12, -12, 12, -12, 1, -300].map { $0 * 3_600_000 }
    let errors = hours + [0, 0, 0, -90_000, 7 * Self.minute, 5_000]
    // What waits in doubt waits no longer than that: at the end every reading has its place.
    let last = Self.length - OwnClock.doubtMax - Self.minute
    for error in errors {
      let at = Milliseconds.random(in: 5 * Self.minute..<last, using: &random)
      wild.append((Self.start + at, .clock(error: error)))
    }
    // While nhip is away, too.
    wild.append((calm[0].at + 500, .clock(error: 43_200_000)))
    wild.append((calm[4].at + 500, .clock(error: -43_200_000)))
    wild.sort { $0.at < $1.at }
    let expected = try Self.run(seed, calm)
    let found = try Self.run(seed, wild)
    try Self.compare(found, expected, seed)
    #expect(expected.quality.ownClockWrong == 0, "seed \(seed)")
    #expect(found.quality.ownClockWrong > 0, "seed \(seed)")
    #expect(found.alerts == expected.alerts, "seed \(seed)")
  }

  @Test(
    "a machine that boots with a wrong clock is set right by its devices",
    // In the first, readings taken in doubt were received hours after a mark, by their receipt.
    arguments: [15_587_470_076_816_000_814, UInt64.random(in: 0...UInt64.max)])
  func booted(seed: UInt64) throws {
    print("own clock at boot: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let at = Self.start + Milliseconds.random(in: 40...80, using: &random) * Self.minute
    let calm: [(at: Milliseconds, event: Event)] = [
      (at, .stop), (at + 60_000, .reboot), (at + 120_000, .start),
    ]
    let expected = try Self.run(seed, calm)
    for error: Milliseconds in [-1_795_000_000_000, -43_200_000, 43_200_000] {
      var wild = calm
      wild.insert((at + 60_000, .clock(error: error)), at: 2)
      let found = try Self.run(seed, wild)
      // What devices say of the time is good to some seconds: so are the edges of our own record.
      try Self.compare(found, expected, seed, tolerance: 10_000)
    }
  }

  private static func compare(
    _ found: Outcome, _ expected: Outcome, _ seed: UInt64, tolerance: Milliseconds = 0
  ) throws {
    #expect(found.devices.keys.sorted() == expected.devices.keys.sorted())
    for (id, right) in expected.devices {
      let device = try #require(found.devices[id])
      #expect(device.usage == right.usage, "\(id), seed \(seed)")
      #expect(device.rebootCount == right.rebootCount, "\(id), seed \(seed)")
      #expect(device.lastHeard == right.lastHeard, "\(id), seed \(seed)")
      guard tolerance > 0 else {
        #expect(device.times == right.times, "\(id), seed \(seed)")
        #expect(device.service == right.service, "\(id), seed \(seed)")
        continue
      }
      // A mark finds its gap by the order of receipt, which is wrong for what was taken in doubt
      // (decision 8): its outage may be missed, or found elsewhere.
      let outages = device.outages + right.outages
      if outages.contains(where: \.isMarked) { continue }
      for state in DeviceState.allCases {
        let difference = device.times[state] - right.times[state]
        #expect(abs(difference) <= tolerance, "\(id), \(state), \(difference), seed \(seed)")
      }
    }
  }

  /// - Returns: what was found of devices with a right clock.
  private static func run(
    _ seed: UInt64, _ events: [(at: Milliseconds, event: Event)]
  ) throws -> Outcome {
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed), seed: seed, start: start, duration: length,
      faults: .day)
    let bench = try LiveBench(
      profiles: ReplayFixture.alwaysInService(), registry: SimulatedDay.registry(of: plan),
      at: start)
    try bench.start()
    var events = events[...]
    var nextStep = start
    var kept: [SimulatedMessage] = []
    func take(_ message: SimulatedMessage) {
      bench.receive(message.topic, message.payload)
    }
    func advance(to instant: Milliseconds) throws {
      while nextStep <= instant {
        while let event = events.first, event.at <= nextStep {
          bench.machine.pass(to: event.at)
          events.removeFirst()
          switch event.event {
          case .clock(let error): bench.machine.set(error: error)
          case .reboot: bench.machine.reboot()
          case .stop: try bench.stop()
          case .start:
            try bench.start(isResumed: true)
            kept.forEach(take)
            kept.removeAll()
          }
        }
        bench.machine.pass(to: nextStep)
        try bench.step()
        nextStep += step
      }
      bench.machine.pass(to: instant)
    }
    for message in plan.messages() {
      try advance(to: message.publishedAt)
      if bench.engine == nil { kept.append(message) } else { take(message) }
    }
    try advance(to: start + length)
    try bench.stop()
    let wrong = Set(plan.truth().devices.filter { $0.clockOffset != 0 }.map(\.id))
    let report = try bench.fixture.report(from: start, to: start + length)
    let devices = report.devices.filter { !wrong.contains($0.device.id) }
    let numbers = Set(devices.map(\.device.number))
    let alerts = try bench.fixture.store.alerts(from: 0, to: .max).filter {
      numbers.contains($0.device)
    }
    return Outcome(
      devices: Dictionary(uniqueKeysWithValues: devices.map { ($0.device.id, $0) }),
      alerts: Set(alerts.map { "\($0.rule) \($0.device) \($0.since) \($0.resolvedAt ?? 0)" }),
      quality: report.quality, log: bench.machine.log)
  }
}
