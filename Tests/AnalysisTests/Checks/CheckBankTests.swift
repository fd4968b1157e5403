// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("the bank of checks")
struct CheckBankTests {
  static let profile = Profile(
    kind: "box", title: Title(vi: "", en: ""), version: 1, reportInterval: 60_000,
    offlineAfter: 180_000, serviceHours: [],
    metrics: [
      metric("up", .gauge), metric("volts", .gauge, -10, 300), metric("total", .counter),
      metric("mb", .gauge, 0, 1e7), metric("level", .gauge, 0, 100),
    ],
    service: [], usage: [],
    alerts: [
      rule("stuck", .stuck(metric: "volts", times: 2, atLeast: 600_000)),
      rule("range", .outOfRange(metric: "volts", readings: 3, for: 0)),
      rule("resets", .counterReset(metric: "total", count: 2, within: 86_400_000)),
      rule("boots", .rebootLoop(count: 2, within: 3_600_000)),
      rule("clock", .clockDrift(offBy: 300_000, perDay: 60_000)),
      rule("weak", .degradation(metric: "volts", threshold: 12)),
      rule("quota", .exhaustion(metric: "mb", limit: .simQuota, within: 604_800_000)),
      rule(
        "empty", .exhaustion(metric: "level", limit: .falling(to: 10), within: 21_600_000)),
      rule("sim", .expiry(.sim, within: 86_400_000)),
    ])

  private static func metric(
    _ name: String, _ form: Metric.Form, _ lowest: Double? = nil, _ highest: Double? = nil
  ) -> Metric {
    Metric(
      name: name, path: "/\(name)", form: form, lowest: lowest, highest: highest,
      watch: name == "volts" ? Watch() : nil, title: Title(vi: name, en: name))
  }

  private static func rule(_ name: String, _ check: Check) -> AlertRule {
    AlertRule(
      name: name, title: Title(vi: "", en: ""), severity: .low, trigger: .check(check))
  }

  static func devices(_ count: Int, expiring: Milliseconds? = nil) -> [Device] {
    (0..<count).map {
      Device(
        number: Int64($0 + 1), id: "b\($0)", kind: "box", name: "", site: "",
        commune: "0432\($0 % 3)", simQuotaMegabytes: 5_000, simCycleDay: 1,
        simExpiresOn: expiring)
    }
  }

  static func bank(_ devices: [Device]) -> CheckBank {
    var bank = CheckBank(profiles: [profile])
    bank.register(devices, kinds: Array(repeating: 0, count: devices.count)) { _ in nil }
    return bank
  }

  static func read(
    _ bank: inout CheckBank, _ values: [Value], at time: Milliseconds,
    receivedAt: Milliseconds? = nil, position: Int, flags: ReadingFlags = []
  ) {
    var block = ReadingColumns(
      kind: "box", profileVersion: 1, metricNames: profile.metrics.map(\.name))
    block.device = [Int64(position + 1)]
    block.channel = [.telemetry]
    block.flags = [flags]
    block.receivedAt = [receivedAt ?? time]
    block.eventTime = [time]
    for (column, value) in values.enumerated() { block.metrics[column].append(value) }
    bank.judge(block, 0, position: position, over: bank.plan(ofKind: 0), sentAt: nil)
  }

  private static func values(
    _ random: inout SeededGenerator, _ step: Int, at time: Milliseconds
  ) -> [Value] {
    let up = Double(time % (Int.random(in: 0..<9, using: &random) == 0 ? 900_000 : 7_200_000))
    let volts = step % 300 < 60 ? 231 : Double(Int.random(in: 215...240, using: &random))
    let isWild = Int.random(in: 0..<40, using: &random) == 0
    return [
      .number(up / 1_000), .number(isWild ? 999 : volts),
      .integer(Int64(step % 500) * 1_000), .number(Double(step % 2_000) * 3),
      Bool.random(using: &random) ? .absent : .number(max(0, 100 - Double(step % 900) / 8)),
    ]
  }

  @Test(
    "a bank that is written and read again at any moment goes on bit for bit",
    arguments: 0..<8 as Range<UInt64>)
  func roundTrip(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let devices = Self.devices(6)
    var (kept, restored) = (Self.bank(devices), Self.bank(devices))
    var (time, foundCount) = (LocalTime.start(ofDay: 20_000), 0)
    for step in 0..<6_000 {
      time += 300_000
      let position = step % devices.count
      let values = Self.values(&random, step, at: time)
      let receivedAt = time + Milliseconds.random(in: 0...400_000, using: &random)
      Self.read(&kept, values, at: time, receivedAt: receivedAt, position: position)
      Self.read(&restored, values, at: time, receivedAt: receivedAt, position: position)
      #expect(kept.found == restored.found, "seed \(seed) at step \(step)")
      foundCount += kept.found.count
      guard Int.random(in: 0..<200, using: &random) == 0 else { continue }
      var next = Self.bank(devices)
      for position in devices.indices {
        let isRead = next.restore(position, encoded: restored.encoded(position))
        #expect(isRead)
        for rule in 0..<Self.profile.alerts.count {
          next.setOpen(kept.isOpen(rule: rule, of: position), rule: rule, of: position)
        }
        #expect(next.encoded(position) == kept.encoded(position))
      }
      restored = next
    }
    print("bank seed \(seed): \(foundCount) findings")
    #expect(foundCount > 10)
  }

  @Test("strange bytes restore nothing and break nothing", arguments: 0..<50 as Range<UInt64>)
  func strangeBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bank = Self.bank(Self.devices(1))
    var bytes = bank.encoded(0)
    for _ in 0..<20 {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
    }
    bank.restore(0, encoded: bytes)
    bank.restore(0, encoded: Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))))
    var time = LocalTime.start(ofDay: 20_000)
    for step in 0..<400 {
      time += 3_600_000
      Self.read(&bank, Self.values(&random, step, at: time), at: time, position: 0)
    }
    bank.tick(now: time)
  }

  @Test("bytes that end anywhere, also within the head of a state, are read once and refused")
  func cutBytes() {
    var bank = Self.bank(Self.devices(1))
    let bytes = bank.encoded(0)
    for count in 0..<bytes.count { bank.restore(0, encoded: Array(bytes.prefix(count))) }
    let isRead = bank.restore(0, encoded: bytes + [0])
    #expect(!isRead)
  }

  private static let extremes: [Value] = [
    .absent, .number(0), .number(-0.0), .number(1e300), .number(-1e300),
    .number(.leastNonzeroMagnitude), .number(.infinity), .number(-.infinity), .number(.nan),
    .number(.greatestFiniteMagnitude), .integer(.min), .integer(.max), .unsigned(.max),
    .flag(true), .word("x"),
  ]

  @Test(
    "extreme values and times that jump crash nothing, store no NaN and raise no storm",
    arguments: 0..<20 as Range<UInt64>)
  func extreme(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bank = Self.bank(Self.devices(2))
    var (time, count) = (LocalTime.start(ofDay: 20_000), 0)
    for step in 0..<4_000 {
      let jumps = Int.random(in: 0..<50, using: &random) == 0
      time += jumps ? .random(in: -5_000_000_000...5_000_000_000, using: &random) : 60_000
      time = min(max(time, 0), 7_000_000_000_000)
      let values = (0..<5).map { _ in Self.extremes.randomElement(using: &random) ?? .absent }
      Self.read(
        &bank, values, at: time, receivedAt: time + .random(in: -1_000...1_000_000, using: &random),
        position: step % 2)
      for found in bank.found {
        count += 1
        guard case .began(let figures) = found.finding else { continue }
        for number in [figures.usual, figures.usualDeviation, figures.perDay] {
          #expect(number.map(\.isFinite) ?? true)
        }
      }
    }
    for position in 0..<2 {
      var again = Self.bank(Self.devices(2))
      let isRead = again.restore(position, encoded: bank.encoded(position))
      #expect(isRead)
      #expect(again.encoded(position).count == bank.encoded(position).count)
    }
    print("extreme seed \(seed): \(count) findings of 4000 readings")
    #expect(count < 400)
  }

  @Test("one reading a week, and two values by turns, tell nothing")
  func sparse() {
    var bank = Self.bank(Self.devices(1))
    for week in Int64(0)..<200 {
      let time = LocalTime.start(ofDay: 20_000 + 7 * week)
      let values: [Value] = [
        .number(Double(1_000_000 + 604_800 * week)), .number(week % 2 == 0 ? 220 : 230),
        .integer(week), .number(5), .number(50),
      ]
      Self.read(&bank, values, at: time, position: 0)
      #expect(bank.found.isEmpty)
    }
  }

  @Test("ten thousand devices that fail in one second are ten thousand findings, one each")
  func tenThousand() {
    let devices = Self.devices(10_000)
    var bank = Self.bank(devices)
    var found: [Int: Int] = [:]
    let start = LocalTime.start(ofDay: 20_000)
    for step in 0..<4 {
      for position in devices.indices {
        let values: [Value] = [.absent, .number(999), .absent, .absent, .absent]
        Self.read(&bank, values, at: start + Milliseconds(step) * 60_000, position: position)
        for one in bank.found { found[one.position, default: 0] += 1 }
      }
    }
    #expect(found.count == 10_000 && found.values.allSatisfy { $0 == 1 })
  }

  @Test("a date of the registry is told once, before it, and ends when it is moved")
  func dates() {
    let expires = LocalTime.start(ofDay: 20_010)
    var bank = Self.bank(Self.devices(1, expiring: expires))
    var findings: [(day: Int64, finding: CheckFinding)] = []
    for day in Int64(20_000)..<20_012 {
      bank.tick(now: LocalTime.start(ofDay: day))
      for found in bank.found { findings.append((day, found.finding)) }
    }
    #expect(findings.count == 1 && findings.first?.day == 20_009)
    guard case .began(let figures)? = findings.first?.finding else { return }
    #expect(figures.since == expires - 86_400_000 && figures.reachedAt == expires)
    bank.register(Self.devices(1, expiring: expires + 400 * 86_400_000), kinds: [0]) { _ in 0 }
    bank.tick(now: LocalTime.start(ofDay: 20_012))
    #expect(bank.found.map(\.finding) == [.ended(at: LocalTime.start(ofDay: 20_012))])
  }

  @Test("states stay with their devices when others come and go")
  func registered() {
    var bank = Self.bank(Self.devices(4))
    var (random, time) = (SeededGenerator(seed: 5), LocalTime.start(ofDay: 20_000))
    for step in 0..<400 {
      time += 60_000
      Self.read(&bank, Self.values(&random, step, at: time), at: time, position: step % 4)
    }
    let before = (0..<4).map { bank.encoded($0) }
    let left = [Self.devices(4)[3], Self.devices(5)[4], Self.devices(4)[1]]
    bank.register(left, kinds: [0, 0, 0]) { $0.number <= 4 ? Int($0.number) - 1 : nil }
    #expect(bank.encoded(0) == before[3])
    #expect(bank.encoded(2) == before[1])
    #expect(bank.encoded(1) == Self.bank(Self.devices(1)).encoded(0))
  }

  @Test("what a check remembers of a device is small")
  func sizes() {
    #expect(MemoryLayout<BootWatch>.stride <= 64)
    #expect(MemoryLayout<StuckRun>.stride <= 48)
    #expect(MemoryLayout<RangeWatch>.stride <= 24)
    #expect(MemoryLayout<CounterWatch>.stride <= 64)
    #expect(MemoryLayout<ClockWatch>.stride <= 56)
    #expect(MemoryLayout<DegradationWatch>.stride <= 424)
    #expect(MemoryLayout<ExhaustionTrend>.stride <= 128)
    print(
      "bytes:", MemoryLayout<BootWatch>.stride, MemoryLayout<StuckRun>.stride,
      MemoryLayout<RangeWatch>.stride, MemoryLayout<CounterWatch>.stride,
      MemoryLayout<ClockWatch>.stride, MemoryLayout<DegradationWatch>.stride,
      MemoryLayout<ExhaustionTrend>.stride)
  }
}
