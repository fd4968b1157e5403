// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Two hours of a few devices' messages wait at the broker while the machine is down and boots, and
/// are many times what a resumed session marks.
@Suite("a drained backlog of any length")
struct DrainedBacklogTests {
  private static let start = ReplayFixture.start
  private static let minute: Milliseconds = 60_000
  private static let away = 120 * minute
  private static let devices = [
    "ap-ubnd-1", "ap-hcc-1", "ap-tyt-1", "ap-thcs-1", "ap-bdvhx-1", "ap-cho-1",
  ]

  private struct Sent {
    var device: String
    var at: Milliseconds
  }

  /// Every device once a minute, a second after each other.
  private static func sent(from: Milliseconds, until: Milliseconds) -> [Sent] {
    stride(from: from, to: until, by: Int(minute)).flatMap { begin in
      devices.enumerated().map { Sent(device: $1, at: begin + Milliseconds($0) * 1_000) }
    }
  }

  private static func receive(_ bench: LiveBench, _ sent: Sent) {
    let up = (sent.at - start) / 1_000 + 600
    bench.receive(
      "nhip/v1/04321/wifi-ap/\(sent.device)/telemetry",
      Array("{\"ts\":\(sent.at),\"up\":\(up),\"clients\":3}".utf8))
  }

  private static func live(
    _ bench: LiveBench, from: Milliseconds, until: Milliseconds
  ) throws {
    for message in sent(from: from, until: until) {
      bench.machine.pass(to: message.at)
      receive(bench, message)
      try bench.step()
    }
  }

  /// Everything that was sent while we were away, a batch at a time.
  ///
  /// - Parameter pause: how long a batch takes, by its number.
  /// - Returns: when it was drained.
  private static func drain(
    _ bench: LiveBench, from: Milliseconds, at begin: Milliseconds, batchCount: Int = 40,
    pause: (Int) -> Milliseconds
  ) throws -> Milliseconds {
    var now = begin
    for (index, message) in sent(from: from, until: begin).enumerated() {
      receive(bench, message)
      guard index % batchCount == batchCount - 1 else { continue }
      try bench.step()
      now += pause(index / batchCount)
      bench.machine.pass(to: now)
    }
    try bench.step()
    return now
  }

  private static func away(_ bench: LiveBench) throws -> Milliseconds {
    try bench.start()
    try live(bench, from: start, until: start + 3 * minute)
    try bench.stop()
    bench.machine.reboot()
    let back = start + 3 * minute + away
    bench.machine.pass(to: back)
    try bench.start(isResumed: true)
    return back
  }

  private static func expectRight(_ bench: LiveBench, _ comment: String) throws {
    #expect(bench.machine.log.allSatisfy { !$0.contains("corrected") }, "\(comment)")
    let clock = try #require(bench.engine?.ownClock)
    #expect(clock.offset == bench.machine.wall - bench.machine.running, "\(comment)")
    try bench.fixture.store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      #expect(block.flags.allSatisfy { !$0.contains(.clockWrong) }, "\(comment)")
    }
  }

  @Test("sets no clock back, and the devices confirm ours once it is drained")
  func drained() throws {
    for receiveMaximum in [10, 100, 10_000] {
      let bench = try LiveBench(at: Self.start, receiveMaximum: receiveMaximum)
      let back = try Self.away(bench)
      let drained = try Self.drain(bench, from: Self.start + 3 * Self.minute, at: back) { _ in 80 }
      #expect(bench.engine?.ownClock.isConfirmed == false)
      try Self.expectRight(bench, "receive maximum \(receiveMaximum)")
      try Self.live(bench, from: drained + 1_000, until: drained + 4 * Self.minute)
      #expect(bench.engine?.ownClock.isConfirmed == true)
      try Self.expectRight(bench, "receive maximum \(receiveMaximum)")
      let rows = try bench.fixture.rows()
      #expect(rows.map(\.eventTime) == rows.map(\.eventTime).sorted())
    }
  }

  @Test("is not taken for live because nothing was read for a while, as of a full disk")
  func stalled() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("drained backlog: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<8 {
      let bench = try LiveBench(at: Self.start, receiveMaximum: 10)
      let back = try Self.away(bench)
      let stall = Milliseconds.random(in: 1...150, using: &random) * 1_000
      let batchCount = Int.random(in: 6...90, using: &random)
      let stalledAt = Int.random(in: 0..<700 / batchCount, using: &random)
      _ = try Self.drain(
        bench, from: Self.start + 3 * Self.minute, at: back, batchCount: batchCount
      ) { $0 == stalledAt ? stall : 80 }
      #expect(bench.engine?.ownClock.isConfirmed == false)
      try Self.expectRight(bench, "seed \(seed), \(stall) ms")
    }
  }
}
