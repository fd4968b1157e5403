// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// The judge of our own clock alone, against what its rules say in words.
@Suite("judging our own clock")
struct OwnClockTests {
  private static let start = ReplayFixture.start
  private static let hour: Milliseconds = 3_600_000
  /// Running time at the start.
  private static let up: Milliseconds = 5_000

  private static func clock(
    wall: Milliseconds = start, record: ClockRecord? = nil, newest: Milliseconds? = nil
  ) -> OwnClock {
    OwnClock(wall: wall, running: up, boot: "b", record: record, newest: newest)
  }

  /// So many devices say that the time is `start` + `ahead`, at the running time of the start.
  private static func tell(
    _ clock: inout OwnClock, _ ahead: [Milliseconds], isKept: Bool = false
  ) -> [OwnClock.Change] {
    for (device, ahead) in ahead.enumerated() {
      clock.hear(
        device: Int64(device), sentAt: start + ahead, receivedAt: up + clock.offset,
        isKept: isKept)
    }
    return clock.judge(running: up, deviceCount: ahead.count)
  }

  // MARK: Steps, slews, pauses

  @Test("steps move nothing, slews are followed, whatever the sequence")
  func randomSequences() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("own clock sequences: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 { Self.sequence(&random, seed) }
  }

  /// Looks at random moments; says of each, from the times alone, what must have come of it.
  private static func sequence(_ random: inout SeededGenerator, _ seed: UInt64) {
    var (running, error) = (up, Milliseconds(0))
    var clock = Self.clock()
    var ours = start
    var wallBefore = start
    var wasApart = false
    for _ in 0..<200 {
      let length = pause(&random)
      running += length
      error += change(over: length, &random)
      let wall = start + running - up + error
      let changes = clock.look(wall: wall, running: running)
      let now = running + clock.offset
      // At most 500 in a million, and a millisecond for rounding.
      #expect(abs(now - ours - length) <= length / 2_000 + 1, "seed \(seed)")
      #expect(now >= ours - 1, "seed \(seed)")
      let difference = wall - (ours + length)
      let isApart = abs(difference) > 2_000
      if isApart { #expect(now == ours + length, "seed \(seed)") }
      #expect(abs(wall - now) <= abs(difference), "seed \(seed)")
      #expect((clock.error != nil) == isApart, "seed \(seed)")
      let stepped = abs(wall - wallBefore - length) > 2_000
      let expected: [OwnClock.Change] =
        isApart && (!wasApart || stepped)
        ? [.stepped(by: difference)] : wasApart && !isApart ? [.agreed] : []
      #expect(changes == expected, "seed \(seed)")
      (ours, wallBefore, wasApart) = (now, wall, isApart)
    }
    // Left alone, a small difference is gone after two thousand times as long.
    for _ in 0..<5_000 where clock.error == nil {
      running += 1_000
      _ = clock.look(wall: start + running - up + error, running: running)
    }
    if let left = clock.error {
      #expect(abs(left) > 2_000, "seed \(seed)")
    } else {
      #expect(running + clock.offset == start + running - up + error, "seed \(seed)")
    }
  }

  private static func pause(_ random: inout SeededGenerator) -> Milliseconds {
    Int.random(in: 0..<20, using: &random) == 0
      ? .random(in: 0...3 * hour, using: &random) : .random(in: 0...3_000, using: &random)
  }

  private static func change(
    over length: Milliseconds, _ random: inout SeededGenerator
  ) -> Milliseconds {
    switch Int.random(in: 0..<30, using: &random) {
    case 0: [12, -12].randomElement(using: &random)! * hour
    case 1: .random(in: -10_000...10_000, using: &random)
    case 2: .random(in: -100_000_000_000...100_000_000_000, using: &random)
    case 3..<8: .random(in: -length / 2_000...length / 2_000, using: &random)
    default: 0
    }
  }

  @Test("a step begins the doubt anew for what waits, and forgets none of it")
  func stepWhileWaiting() {
    var clock = Self.clock()
    clock.noteWaiting(receivedAt: Self.start, count: 600)
    _ = clock.look(wall: Self.start + Self.hour + 200_000, running: Self.up + 200_000)
    #expect(clock.judge(running: Self.up + 400_000, deviceCount: 9).isEmpty)
    clock.noteWaiting(receivedAt: Self.start, count: 400)
    #expect(clock.judge(running: Self.up + 400_000, deviceCount: 9) == [.assumed])
  }

  @Test("a step that is taken back leaves the clock as confirmed as it was")
  func stepTakenBack() {
    var clock = Self.clock()
    #expect(Self.tell(&clock, [0, 0, 0, 0, 0]) == [.confirmed])
    let stepped = clock.look(wall: Self.start + 12 * Self.hour, running: Self.up)
    #expect(stepped == [.stepped(by: 12 * Self.hour)])
    #expect(!clock.isConfirmed && clock.isWrong)
    #expect(clock.look(wall: Self.start, running: Self.up) == [.confirmed, .agreed])
    #expect(clock.isConfirmed && !clock.isWrong)
  }

  @Test("if nobody tells, a step is ours to follow only if nobody ever vouched for our time")
  func nobodyTells() {
    for isKnown in [false, true] {
      var clock = Self.clock()
      if isKnown { #expect(Self.tell(&clock, [0]) == [.confirmed]) }
      _ = clock.look(wall: Self.start + Self.hour, running: Self.up)
      let record = clock.record(boot: "b")
      var next = Self.clock(record: record)
      #expect(clock.judge(running: Self.up + 299_999, deviceCount: 9).isEmpty)
      for _ in 0..<2 {
        let changes = clock.judge(running: Self.up + 300_000, deviceCount: 9)
        #expect(
          changes == (isKnown ? [] : [.corrected(by: Self.hour), .agreed, .assumed]))
        clock = next
        next = Self.clock(record: record)
      }
    }
  }

  // MARK: Devices

  @Test("a fleet is believed by three quarters of it, whatever is wrong")
  func randomFleets() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("own clock fleets: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<3_000 {
      let count = Int.random(in: 1...16, using: &random)
      let wrong = Milliseconds.random(in: 1...40, using: &random) * 1_000_000
      // Groups of devices that agree with each other, far from every other group.
      let groups = (0..<count).map { _ in
        Int.random(in: 0..<10, using: &random) < 8 ? 0 : Int.random(in: 1...3, using: &random)
      }
      let ourError = [0, 0, wrong, -wrong, 2_500_000_000].randomElement(using: &random)!
      let told = groups.map {
        Milliseconds($0) * 3 * 86_400_000 - .random(in: 0...2_000, using: &random)
      }
      var clock = Self.clock(wall: Self.start + ourError)
      let changes = Self.tell(&clock, told)
      let majority = (0...3).first { group in
        groups.count { $0 == group } * 4 >= 3 * count
      }
      let right = majority.map { Milliseconds($0) * 3 * 86_400_000 - ourError }
      let after = Self.up + clock.offset - Self.start - ourError
      if let right, abs(right) <= 300_000 {
        #expect(after == 0 && changes == [.confirmed], "seed \(seed)")
      } else if let right, count > 1 {
        #expect(right - 2_000 <= after && after <= right, "seed \(seed)")
        #expect(changes == [.corrected(by: after), .confirmed], "seed \(seed)")
      } else {
        #expect(after == 0 && changes.isEmpty, "seed \(seed)")
      }
    }
  }

  @Test("after a step devices choose between the machine's time and ours, a single one too")
  func choose() {
    for count in [1, 2, 5] {
      var clock = Self.clock()
      let step = 12 * Self.hour
      _ = clock.look(wall: Self.start + step, running: Self.up)
      var other = clock
      let ours = Array(repeating: Milliseconds(-200), count: count)
      #expect(Self.tell(&clock, ours) == [.confirmed])
      #expect(clock.offset == Self.start - Self.up)
      let changes = Self.tell(&other, ours.map { $0 + step })
      #expect(changes == [.corrected(by: step), .agreed, .confirmed])
      #expect(other.offset == Self.start + step - Self.up)
    }
  }

  @Test("of a small step the side is taken that is nearer to the devices")
  func smallStep() {
    for isRight in [false, true] {
      var clock = Self.clock()
      _ = clock.look(wall: Self.start + 60_000, running: Self.up)
      let ahead: Milliseconds = isRight ? 59_000 : -1_000
      let changes = Self.tell(&clock, Array(repeating: ahead, count: 5))
      let expected: [OwnClock.Change] =
        isRight ? [.corrected(by: 60_000), .agreed, .confirmed] : [.confirmed]
      #expect(changes == expected)
    }
  }

  @Test("what the broker kept is no vote until a device's clock runs as ours does")
  func kept() {
    var clock = Self.clock()
    let late = Array(repeating: -2 * Self.hour, count: 5)
    #expect(Self.tell(&clock, late, isKept: true).isEmpty)
    #expect(Self.tell(&clock, late.map { $0 + 60_000 }, isKept: true).isEmpty)
    // Drained: a minute of theirs in no time of ours. Then live: ten seconds in ten.
    for elapsed: Milliseconds in [0, 5_000, 10_000] {
      #expect(clock.judge(running: Self.up + elapsed, deviceCount: 5).isEmpty)
      for device in 0..<5 {
        clock.hear(
          device: Int64(device), sentAt: Self.start + elapsed,
          receivedAt: Self.start + elapsed, isKept: true)
      }
    }
    #expect(clock.judge(running: Self.up + 10_000, deviceCount: 5) == [.confirmed])
  }

  @Test("devices that have lost their time are no majority")
  func lostTime() {
    var clock = Self.clock()
    #expect(Self.tell(&clock, Array(repeating: -Self.start, count: 8)).isEmpty)
    let known = ClockRecord(
      boot: "other", offset: 0, wallOffset: 0, isConfirmed: true, wasConfirmed: true,
      isEstimated: false,
      confirmedUntil: Self.start - Self.hour)
    var later = Self.clock(record: known)
    #expect(Self.tell(&later, Array(repeating: -2 * Self.hour, count: 8)).isEmpty)
  }

  // MARK: From one process to the next

  @Test("in one boot of the machine the next process knows what the last one knew")
  func sameBoot() {
    var clock = Self.clock()
    _ = Self.tell(&clock, [0, 0])
    let record = clock.record(boot: "b")
    var next = OwnClock(
      wall: Self.start - 12 * Self.hour, running: Self.up + 60_000, boot: "b", record: record,
      newest: Self.start)
    let changes = next.look(wall: Self.start - 12 * Self.hour, running: Self.up + 60_000)
    #expect(changes == [.stepped(by: -12 * Self.hour - 60_000)])
    #expect(next.offset == clock.offset)
    let other = OwnClock(
      wall: Self.start, running: 100, boot: "c", record: record, newest: nil)
    #expect(other.offset == Self.start - 100)
    #expect(!other.isConfirmed && !other.isBeforeNewest)
  }

  @Test("a clock before what is on disk is wrong until it is set, or devices agree with it")
  func beforeNewest() {
    var clock = Self.clock(newest: Self.start + Self.hour)
    #expect(clock.isBeforeNewest && clock.isWrong)
    var agreed = clock
    #expect(Self.tell(&agreed, [0, 0]) == [.confirmed])
    #expect(!agreed.isWrong)
    let changes = clock.look(wall: Self.start + 2 * Self.hour, running: Self.up)
    #expect(changes == [.corrected(by: 2 * Self.hour), .assumed])
    #expect(!clock.isWrong && !clock.isConfirmed)
    #expect(!Self.clock(newest: Self.start + 2_000).isBeforeNewest)
    #expect(Self.clock(newest: Self.start + 2_001).isBeforeNewest)
  }

  @Test("only a confirmed clock makes records old")
  func certain() {
    var clock = Self.clock(wall: Self.start + 9_000 * Self.hour, newest: Self.start)
    #expect(clock.certain(running: Self.up + 60_000) == Self.start + 60_000)
    #expect(Self.clock().certain(running: Self.up) == nil)
    _ = Self.tell(&clock, Array(repeating: 9_000 * Self.hour, count: 3))
    #expect(clock.certain(running: Self.up + 1) == Self.start + 9_000 * Self.hour + 1)
  }

  @Test("what waits does so for five minutes, or a thousand messages, at most")
  func patience() {
    var clock = Self.clock()
    clock.noteWaiting(receivedAt: Self.start)
    #expect(clock.judge(running: Self.up + 299_999, deviceCount: 9).isEmpty)
    #expect(clock.judge(running: Self.up + 300_000, deviceCount: 9) == [.assumed])
    #expect(!clock.isDoubtful && !clock.isConfirmed)
    // A majority that comes later is heard all the same.
    let late = Self.tell(&clock, Array(repeating: Self.hour, count: 5))
    #expect(late == [.corrected(by: Self.hour), .confirmed])
    var crowded = Self.clock()
    for _ in 0..<1_000 {
      #expect(crowded.isDoubtful)
      crowded.noteWaiting(receivedAt: Self.start)
    }
    #expect(!crowded.isDoubtful)
    #expect(crowded.judge(running: Self.up, deviceCount: 9) == [.assumed])
  }
}
