// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Pipeline

/// What an engine does with readings, its record and its store while its own clock is in doubt.
@Suite("an engine whose own clock is in doubt")
struct OwnClockEngineTests {
  private static let start = ReplayFixture.start
  private static let hour: Milliseconds = 3_600_000
  private static let day: Milliseconds = 86_400_000
  /// Access points of the example commune.
  private static let devices = [
    "ap-ubnd-1", "ap-hcc-1", "ap-tyt-1", "ap-thcs-1", "ap-bdvhx-1", "ap-cho-1",
  ]

  private struct Row {
    var flags: ReadingFlags
    var receivedAt: Milliseconds
    var eventTime: Milliseconds
  }

  private static func send(
    _ bench: LiveBench, _ device: String, ts: Milliseconds?, at now: Milliseconds
  ) {
    bench.machine.pass(to: now)
    let time = ts.map { "\"ts\":\($0)," } ?? ""
    bench.receive(
      "nhip/v1/04321/wifi-ap/\(device)/telemetry", Array("{\(time)\"clients\":3}".utf8))
  }

  private static func rows(_ bench: LiveBench) throws -> [Row] {
    var rows: [Row] = []
    try bench.fixture.store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      rows += block.flags.indices.map {
        Row(
          flags: block.flags[$0], receivedAt: block.receivedAt[$0],
          eventTime: block.eventTime[$0])
      }
    }
    return rows
  }

  private static func observed(_ bench: LiveBench) throws -> [Interval] {
    try bench.fixture.store.observed(from: 0, to: .max)
  }

  @Test("one device with a wrong clock waits until the others have told, and is then judged")
  func oneWrongDevice() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    Self.send(bench, "ap-cho-1", ts: Self.start - 2 * Self.day, at: Self.start)
    try bench.step()
    #expect(try Self.rows(bench).isEmpty)
    #expect(try bench.fixture.store.inbox().map(\.address.device) == ["ap-cho-1"])
    for device in Self.devices.prefix(5) {
      Self.send(bench, device, ts: Self.start + 1_000, at: Self.start + 1_000)
    }
    try bench.step()
    try bench.step()
    let rows = try Self.rows(bench)
    #expect(rows.map(\.flags) == Array(repeating: [], count: 5) + [.clockWrong])
    #expect(rows.last?.eventTime == Self.start)
    #expect(rows.last?.receivedAt == Self.start)
    #expect(try bench.fixture.store.inbox().isEmpty)
    let counters = try #require(bench.engine?.intake.counters)
    #expect(counters == IntakeCounters(messages: 6, readings: 6))
  }

  @Test("if most are off alike it is our clock: their times stand, our record is put right")
  func ourClock() throws {
    for error in [-12 * Self.hour, 12 * Self.hour] {
      let bench = try LiveBench(at: Self.start)
      bench.machine.set(error: error)
      try bench.start()
      for (index, device) in Self.devices.enumerated() {
        let now = Self.start + Milliseconds(index) * 1_000
        Self.send(bench, device, ts: now, at: now)
        try bench.step()
      }
      try bench.step()
      bench.machine.pass(to: Self.start + 6_000)
      Self.send(bench, "ap-ubnd-1", ts: nil, at: Self.start + 6_000)
      try bench.step()
      try bench.stop()
      let rows = try Self.rows(bench)
      #expect(rows.count == 7)
      #expect(rows.allSatisfy { $0.flags.contains(.receivedAtWrong) })
      #expect(rows.allSatisfy { $0.flags.isDisjoint(with: [.clockWrong, .backlog]) })
      #expect(rows.map(\.eventTime).sorted() == (0..<7).map { Self.start + $0 * 1_000 })
      #expect(rows.allSatisfy { $0.receivedAt == $0.eventTime })
      let end = Self.start + 6_000
      #expect(try Self.observed(bench) == [Interval(start: Self.start, end: end)])
    }
  }

  @Test("a killed nhip finds what was waiting, and counts it once")
  func killed() throws {
    let bench = try LiveBench(at: Self.start)
    bench.machine.set(error: 12 * Self.hour)
    try bench.start()
    for device in Self.devices.prefix(3) {
      Self.send(bench, device, ts: Self.start, at: Self.start)
    }
    try bench.step()
    bench.kill()
    #expect(try Self.rows(bench).isEmpty)
    bench.machine.pass(to: Self.start + 5_000)
    bench.machine.set(error: 0)
    try bench.start()
    for device in Self.devices.prefix(5) {
      Self.send(bench, device, ts: Self.start + 6_000, at: Self.start + 6_000)
    }
    try bench.step()
    try bench.step()
    let rows = try Self.rows(bench)
    #expect(
      rows.map(\.eventTime).sorted()
        == Array(repeating: Self.start, count: 3) + Array(repeating: Self.start + 6_000, count: 5))
    #expect(rows.allSatisfy { $0.flags.isDisjoint(with: [.clockWrong, .backlog]) })
    #expect(try bench.fixture.store.inbox().isEmpty)
  }

  @Test("without a time of its own a reading is in at once; alone, a device is judged as ever")
  func alone() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    Self.send(bench, "ap-cho-1", ts: nil, at: Self.start)
    Self.send(bench, "ap-ubnd-1", ts: Self.start - Self.day, at: Self.start)
    // No time of day whatever our clock is worth.
    Self.send(bench, "ap-hcc-1", ts: 1_000, at: Self.start)
    Self.send(bench, "ap-tyt-1", ts: Self.start + 30 * 365 * Self.day, at: Self.start)
    try bench.step()
    #expect(try Self.rows(bench).map(\.flags) == [.untimed, .clockWrong, .clockWrong])
    bench.machine.pass(to: Self.start + OwnClock.doubtMax)
    try bench.step()
    #expect(try Self.rows(bench).count == 4)
    #expect(try Self.rows(bench).last?.flags == .clockWrong)
    #expect(try Self.rows(bench).last?.eventTime == Self.start)
  }

  @Test("a clock two years ahead deletes nothing, unless devices say that it is right")
  func retention() throws {
    for isRight in [false, true] {
      let bench = try LiveBench(at: Self.start)
      try bench.start()
      Self.send(bench, "ap-cho-1", ts: Self.start, at: Self.start)
      try bench.step()
      try bench.stop()
      bench.machine.reboot()
      bench.machine.set(error: 700 * Self.day)
      if isRight {
        bench.machine.pass(to: Self.start + 700 * Self.day)
        bench.machine.set(error: 0)
      }
      try bench.start()
      let now = isRight ? Self.start + 700 * Self.day : Self.start
      let ahead = isRight ? 0 : 700 * Self.day
      Self.send(bench, "ap-ubnd-1", ts: now + ahead, at: now)
      try bench.step()
      if isRight {
        for device in Self.devices { Self.send(bench, device, ts: now, at: now) }
        try bench.step()
      }
      // The older of two checkpoints holds records up.
      try bench.engine?.checkpoint()
      try bench.engine?.checkpoint()
      for minute in 1...3 {
        bench.machine.pass(to: now + Milliseconds(minute) * 61_000)
        try bench.step()
      }
      let isKept = try Self.rows(bench).contains { $0.eventTime == Self.start }
      #expect(isKept == !isRight)
    }
  }

  @Test("what waits to be placed in time is never too old, however long the machine slept")
  func sleep() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    try bench.step()
    try bench.stop()
    bench.machine.pass(to: Self.start + 1_000)
    try bench.start()
    Self.send(bench, "ap-cho-1", ts: Self.start - 2 * Self.day, at: Self.start + 1_000)
    try bench.step()
    #expect(try bench.fixture.store.inbox().map(\.address.device) == ["ap-cho-1"])
    // Past every limit of retention; and the clock is set, so that the doubt begins anew.
    let awake = Self.start + 400 * Self.day
    bench.machine.pass(to: awake)
    bench.machine.set(error: Self.hour)
    try bench.step()
    for device in Self.devices.prefix(5) { Self.send(bench, device, ts: awake, at: awake) }
    try bench.step()
    try bench.step()
    #expect(try Self.rows(bench).count == 6)
    #expect(try bench.fixture.store.inbox().isEmpty)
  }

  @Test("nobody is announced as offline because our clock has jumped")
  func noAlerts() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    var now = Self.start
    for round in 0..<30 {
      now += 60_000
      if round == 10 { bench.machine.set(error: 12 * Self.hour) }
      if round == 20 { bench.machine.set(error: -12 * Self.hour) }
      for device in Self.devices { Self.send(bench, device, ts: now, at: now) }
      try bench.step()
    }
    let names = Dictionary(
      uniqueKeysWithValues: try bench.fixture.store.registry().devices.map { ($0.number, $0.id) })
    let alerted = try bench.fixture.store.alerts(from: 0, to: .max).map { names[$0.device] ?? "" }
    #expect(Set(alerted).isDisjoint(with: Self.devices), "\(alerted)")
    #expect(bench.engine?.ownClock.error == -12 * Self.hour)
    #expect(bench.machine.log.count { $0.contains("jumped") } == 2)
    #expect(try Self.rows(bench).count { $0.flags.contains(.receivedAtWrong) } == 120)
  }
}
