// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

@Suite("telling a session that drains from one that has caught up")
struct DrainWatchTests {
  private static let minute: Milliseconds = 60_000
  private static let start = ReplayFixture.start

  /// Messages that were sent once a minute by each device, and arrive `speed` times as fast.
  ///
  /// - Returns: the running time at which the session had caught up; nil if it had not.
  private static func hear(
    _ watch: inout DrainWatch, session: UInt16 = 1, deviceCount: Int, minutes: Int,
    speed: Milliseconds, at running: Milliseconds = 0,
    jitter: (Int, Int) -> Milliseconds = { _, _ in 0 }
  ) -> Milliseconds? {
    for count in 0..<minutes {
      for device in 0..<deviceCount {
        let sent = Milliseconds(count) * minute + Milliseconds(device) * 100
        let now = running + sent / speed
        watch.note(session: session, isMarked: false)
        guard watch.isDraining(session) else { return now }
        watch.hear(
          session: session, device: Int64(device), sentAt: start + sent + jitter(device, count),
          running: now)
      }
    }
    return watch.isDraining(session) ? nil : running + Milliseconds(minutes) * minute / speed
  }

  @Test("a session that was not resumed is live; one that was drains until it runs evenly")
  func resumed() {
    var watch = DrainWatch()
    watch.note(session: 1, isMarked: false)
    #expect(!watch.isDraining(1))
    watch.note(session: 1, isMarked: true)
    #expect(watch.isDraining(1) && !watch.isDraining(2))
    #expect(Self.hear(&watch, deviceCount: 100, minutes: 500, speed: 2) == nil)
    let caughtUp = Self.hear(&watch, deviceCount: 100, minutes: 5, speed: 1)
    #expect((2 * Self.minute...2 * Self.minute + 500).contains(caughtUp ?? 0))
    watch.note(session: 1, isMarked: false)
    #expect(!watch.isDraining(1))
  }

  @Test("whatever the speed above five quarters, what is drained never looks live")
  func speeds() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("drain watch: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      var watch = DrainWatch()
      watch.note(session: 1, isMarked: true)
      let speed = Milliseconds.random(in: 2...2_000, using: &random)
      let deviceCount = Int.random(in: 1...40, using: &random)
      #expect(
        Self.hear(&watch, deviceCount: deviceCount, minutes: 100, speed: speed) == nil,
        "speed \(speed), \(deviceCount) devices, seed \(seed)")
    }
  }

  @Test("devices that fell silent, or have wild clocks, do not hold a session up")
  func wild() {
    var watch = DrainWatch()
    watch.note(session: 1, isMarked: true)
    #expect(Self.hear(&watch, deviceCount: 12, minutes: 60, speed: 100) == nil)
    let drained = Self.minute
    // Of twelve three are left, with a second or two of delay.
    var left = watch
    let delays = { (device: Int, count: Int) in Milliseconds((device + count) % 3) * 1_000 }
    let caughtUp = Self.hear(
      &left, deviceCount: 3, minutes: 4, speed: 1, at: drained, jitter: delays)
    #expect(caughtUp.map { $0 <= drained + 3 * Self.minute } == true)
    // Every second one jumps about.
    let jumps = { (device: Int, count: Int) in
      device.isMultiple(of: 2) ? Milliseconds(count % 5) * 3_000_000 : 0
    }
    let believed = Self.hear(
      &watch, deviceCount: 12, minutes: 4, speed: 1, at: drained, jitter: jumps)
    #expect(believed.map { $0 <= drained + 2 * Self.minute + 1_500 } == true)
  }

  @Test("a session that resumes again drains again, and no other session does")
  func several() {
    var watch = DrainWatch()
    for session: UInt16 in 1...2 { watch.note(session: session, isMarked: true) }
    #expect(Self.hear(&watch, session: 1, deviceCount: 5, minutes: 4, speed: 1) != nil)
    #expect(!watch.isDraining(1) && watch.isDraining(2))
    #expect(Self.hear(&watch, session: 2, deviceCount: 5, minutes: 2, speed: 1) == nil)
    // Cut off once more, two minutes before it would have been believed.
    watch.note(session: 2, isMarked: true)
    #expect(
      Self.hear(&watch, session: 2, deviceCount: 5, minutes: 2, speed: 1, at: 2 * Self.minute)
        == nil)
    #expect(!watch.isDraining(1))
  }

  @Test("replay says itself what the broker had kept")
  func replay() {
    var watch = DrainWatch()
    watch.note(session: 0, isMarked: true)
    watch.note(session: 0, isMarked: false)
    #expect(!watch.isDraining(0))
  }

  @Test("one message on two topics, or two across one pause, are no even run")
  func evenRun() {
    var run = EvenRun(offset: 0, running: 0)
    let steps: [(offset: Milliseconds, running: Milliseconds, isEven: Bool)] = [
      (0, 60_000, false), (0, 60_100, false), (0, 64_999, false), (0, 65_000, true),
      (10_000, 66_000, true), (10_001, 66_000, false), (10_001, 71_000, false),
      (12_501, 76_000, true), (15_002, 77_000, false),
    ]
    for step in steps {
      _ = run.note(offset: step.offset, running: step.running)
      #expect(run.isEven == step.isEven, "\(step)")
    }
  }

  @Test("what is drained unmarked is stored as kept by the broker, and as no redelivery")
  func stored() throws {
    let bench = try RecoveryBench()
    let begin = Self.start + 3_600_000
    func payload(_ minute: Milliseconds) -> String {
      "{\"ts\":\(Self.start + minute * Self.minute),\"clients\":3}"
    }
    bench.receive(7, payload: payload(11), at: Self.start)
    for count in 1...10 {
      bench.receive(
        UInt16(100 + count), payload: payload(Milliseconds(count)), at: begin, isResumed: true)
    }
    // By its packet id and content it might be the first one; but it cannot come twice.
    bench.receive(7, payload: payload(11), at: begin)
    for count: Milliseconds in 0...4 {
      let at = begin + count * Self.minute
      bench.receive(
        UInt16(200 + count), payload: "{\"ts\":\(at),\"clients\":3}", at: at)
    }
    try bench.commit()
    #expect(bench.intake.counters == IntakeCounters(messages: 17, readings: 17))
    let flags = try bench.fixture.rows().map { $0.flags.contains(.resumed) }
    let kept = Array(repeating: true, count: 14)
    #expect(flags == [false] + kept + [false, false])
  }
}
