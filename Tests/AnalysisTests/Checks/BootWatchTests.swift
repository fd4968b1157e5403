// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("boots and reboot loops")
struct BootWatchTests {
  private static let minute: Milliseconds = 60_000
  private static let hour: Milliseconds = 3_600_000

  /// What one simulated device sent, and when it truly booted.
  private struct Device {
    var sent: [(up: Milliseconds, at: Milliseconds, receivedAt: Milliseconds)] = []
    /// Boots after the first that at least one reading tells of.
    var boots: [Milliseconds] = []

    init(_ random: inout SeededGenerator, stepsClock: Bool) {
      var (now, bootAt, clock) = (Milliseconds(1_700_000_000_000), Milliseconds(0), Milliseconds(0))
      bootAt = now
      var isTold = true
      for index in 0..<600 {
        now += Milliseconds.random(in: 55_000...65_000, using: &random)
        if index > 0, Int.random(in: 0..<40, using: &random) == 0 {
          if Bool.random(using: &random) {
            now += Milliseconds.random(in: 60_000...90_000_000, using: &random)
          }
          bootAt = now - Milliseconds.random(in: 25_000...40_000, using: &random)
          isTold = false
        }
        if stepsClock, Int.random(in: 0..<60, using: &random) == 0 {
          clock += Milliseconds.random(in: 1_000...7_200_000, using: &random)
        }
        let up = (now - bootAt) / 1_000 * 1_000
        let delay = Milliseconds.random(in: 0...8_000, using: &random)
        sent.append((up, now + clock, now + delay))
        if !isTold { boots.append(bootAt) }
        isTold = true
      }
    }
  }

  @Test(
    "every true boot is seen once, whatever delays, duplicates and late readings come",
    arguments: 0..<40 as Range<UInt64>)
  func truth(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let device = Device(&random, stepsClock: false)
    var watch = BootWatch()
    var seen: [Milliseconds] = []
    for (index, reading) in device.sent.enumerated() {
      var arriving = [reading]
      if Bool.random(using: &random) { arriving.append(reading) }
      if index > 0, Int.random(in: 0..<4, using: &random) == 0 {
        arriving.append(device.sent[Int.random(in: 0..<index, using: &random)])
      }
      for reading in arriving
      where watch.note(up: reading.up, at: reading.at, receivedAt: reading.receivedAt) {
        seen.append(reading.at - reading.up)
      }
    }
    #expect(seen.count == device.boots.count, "seed \(seed)")
    for (seen, truth) in zip(seen, device.boots) {
      #expect(abs(seen - truth) <= 1_000, "seed \(seed)")
    }
  }

  @Test("a clock that is set is no boot", arguments: 0..<40 as Range<UInt64>)
  func clockSteps(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let device = Device(&random, stepsClock: true)
    var watch = BootWatch()
    let count = device.sent.count {
      watch.note(up: $0.up, at: $0.at, receivedAt: $0.receivedAt)
    }
    #expect(count == device.boots.count, "seed \(seed)")
  }

  @Test("a loop opens and ends as counting all boots says", arguments: 0..<60 as Range<UInt64>)
  func loop(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let needed = Int.random(in: 2...8, using: &random)
    var (watch, loop) = (BootWatch(), RebootLoop())
    var (boots, isOpen) = ([Milliseconds](), false)
    var (time, bootAt) = (Milliseconds(1_700_000_000_000), Milliseconds(1_699_999_000_000))
    for index in 0..<800 {
      let stays = index == 0 || Int.random(in: 0..<100, using: &random) < 90
      time += stays ? Self.minute : Milliseconds.random(in: 2...90, using: &random) * Self.minute
      if !stays {
        // Whole seconds, as they are remembered.
        bootAt = time - 30_000
        boots.append(bootAt)
      }
      let isBoot = watch.note(up: time - bootAt, at: time, receivedAt: time)
      _ = loop.judge(watch.boots, isBoot: isBoot, at: time, count: needed, within: Self.hour)
      if isOpen {
        isOpen = !boots.allSatisfy { time - $0 > Self.hour }
      } else {
        isOpen = !stays && boots.count { bootAt - $0 <= Self.hour } >= needed
      }
      #expect(loop.isOpen == isOpen, "seed \(seed) at \(time)")
    }
  }

  @Test("three boots in one hour are told once, since the first, and over after a quiet hour")
  func threeBoots() throws {
    var (watch, loop) = (BootWatch(), RebootLoop())
    var findings: [CheckFinding] = []
    for minute in Int64(0)..<300 {
      let time = minute * Self.minute
      let up = minute < 60 ? time + Self.hour : minute < 120 ? time % (15 * Self.minute) : time
      let isBoot = watch.note(
        up: minute >= 120 ? time - 105 * Self.minute : up, at: time, receivedAt: time)
      if let found = loop.judge(
        watch.boots, isBoot: isBoot, at: time, count: 3, within: Self.hour)
      {
        findings.append(found)
      }
    }
    #expect(findings.count == 2)
    guard case .began(let figures) = try #require(findings.first) else { return }
    #expect(figures.since == 60 * Self.minute)
    #expect(findings.last == .ended(at: 166 * Self.minute))
  }
}
