// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Checkpoints whose parts are written between the commits of a running engine.
@Suite("Checkpoints of a running engine")
struct EngineCheckpointTests {
  private static let start = ReplayFixture.start
  private static let devices = [
    "ap-ubnd-1", "ap-hcc-1", "ap-tyt-1", "ap-thcs-1", "ap-bdvhx-1", "ap-cho-1",
  ]

  /// What a judge knows of every device, and what is open of its alerts.
  private static func state(_ bench: LiveBench) throws -> [[UInt8]] {
    guard let engine = bench.engine else { return [] }
    let open = engine.judge.book.openAlerts.map(\.id).sorted().joined(separator: " ")
    return engine.judge.devices.map {
      var writer = Checkpoint.Writer()
      engine.judge.encode($0.number, to: &writer)
      return writer.bytes
    } + [Array(open.utf8)]
  }

  private static func message(_ random: inout SeededGenerator, at now: Milliseconds) -> String {
    let time = Bool.random(using: &random) ? "\"ts\":\(now)," : ""
    return "{\(time)\"clients\":\(random.next() % 20),"
      + "\"wan\":{\"up\":\(random.next() % 4 > 0),\"rtt_ms\":\(random.next() % 50)}}"
  }

  @Test("killed at any moment, the engine comes back to what it knew, part by part")
  func killed() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("engine checkpoints: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let whole = try LiveBench(at: Self.start)
    let broken = try LiveBench(at: Self.start)
    try whole.start()
    try broken.start()
    broken.engine?.checkpoints.partSizeBytes = 4_000
    var (now, kills, writing) = (Self.start, 0, 0)
    for _ in 0..<700 {
      now += Milliseconds.random(in: 20...4_000, using: &random)
      let device = Self.devices.randomElement(using: &random) ?? ""
      let payload = Array(Self.message(&random, at: now).utf8)
      for bench in [whole, broken] {
        bench.machine.pass(to: now)
        bench.receive("nhip/v1/04321/wifi-ap/\(device)/telemetry", payload)
        try bench.step()
      }
      if broken.engine?.checkpoints.writing != nil { writing += 1 }
      guard random.next() % 30 == 0 else { continue }
      kills += 1
      broken.kill()
      try broken.start()
      broken.engine?.checkpoints.partSizeBytes = 4_000
      // Otherwise no engine of this test would live long enough.
      broken.engine?.checkpoints.makeDue()
      #expect(try Self.state(broken) == Self.state(whole), "seed \(seed), kill \(kills)")
    }
    let checkpoint = try #require(
      try broken.fixture.store.forEachCheckpointPart { _, _ in }, "seed \(seed)")
    #expect(checkpoint > 50 && kills > 10 && writing > 50, "seed \(seed)")
  }

  @Test("its parts stand at different places of the log while messages keep coming")
  func spread() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    bench.engine?.checkpoints.partSizeBytes = 1
    bench.engine?.checkpoints.makeDue()
    for second in 1...100 as ClosedRange<Int64> {
      bench.machine.pass(to: Self.start + second * 1_000)
      bench.receive(
        "nhip/v1/04321/wifi-ap/ap-cho-1/telemetry", Array("{\"clients\":\(second)}".utf8))
      try bench.step()
    }
    var places: [Int64] = []
    let afterBlock = try bench.fixture.store.forEachCheckpointPart { places.append($1) }
    #expect(places.count > 10)
    #expect(places.sorted() == places && Set(places).count == places.count)
    #expect(afterBlock == places.first)
  }

  @Test("one that a full disk interrupts is left, and the engine goes on")
  func fullDisk() throws {
    let bench = try LiveBench(at: Self.start)
    try bench.start()
    bench.engine?.checkpoints.makeDue()
    try bench.fixture.store.limitPageCount(1)
    try bench.step()
    #expect(bench.machine.log.contains { $0.contains("the checkpoint before it stands") })
    try bench.fixture.store.limitPageCount(1_000_000)
    bench.engine?.checkpoints.makeDue()
    bench.machine.pass(to: Self.start + 1_000)
    try bench.step()
    #expect(try bench.fixture.store.forEachCheckpointPart { _, _ in } != nil)
  }
}

extension CheckpointSchedule {
  /// As if its time had come.
  mutating func makeDue() {
    writing = nil
    isAsked = true
  }
}
