// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// The state of a device's clock against a list of everything that it was ever told.
@Suite("the smallest lag over a window")
struct ClockWindowTests {
  private static let hour: Milliseconds = 3_600_000
  private static let start = LocalTime.start(ofDay: 20_700)

  /// What one boot has measured: all of it, each with its receipt.
  private struct Oracle {
    var measures: [(lag: Milliseconds, receivedAt: Milliseconds)] = []

    /// By the definition: of the two newest days with measures, the one that binds the newest hour
    /// the most; of those alike, the one that was there first.
    var lagMin: Milliseconds? {
      let days = Set(measures.map { LocalTime.day(of: $0.receivedAt) }).sorted().suffix(2)
      let newest = measures.map { $0.receivedAt / hour }.max() ?? 0
      let bounds = measures.filter { days.contains(LocalTime.day(of: $0.receivedAt)) }.map {
        ($0.lag + 6_000 * (newest - $0.receivedAt / hour), $0.lag)
      }
      return bounds.min { $0.0 < $1.0 }?.1
    }
  }

  @Test(
    "of the two newest days with measures, the one that binds the newest hour the most",
    arguments: 0..<400 as Range<UInt64>)
  func oracle(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (state, oracle) = (BootClock(), Oracle())
    #expect(state.lagMin == nil)
    var now = Self.start + .random(in: 0...48 * Self.hour, using: &random)
    let error = Milliseconds.random(in: -500_000...500_000, using: &random)
    var drift: Milliseconds = 0
    for _ in 0..<Int.random(in: 1...60, using: &random) {
      let isSilence = Int.random(in: 0..<8, using: &random) == 0
      let step = Milliseconds.random(in: 0...(isSilence ? 90 : 3) * Self.hour, using: &random)
      now += step
      drift += step * .random(in: -2...2, using: &random) / 1_000
      // A gap of days would begin anew, which the next test looks at.
      let isLate = Int.random(in: 0..<3, using: &random) == 0
      let lag = error + drift + (isLate ? .random(in: 0...40 * Self.hour, using: &random) : 0)
      state.measure(lag: lag, receivedAt: now)
      oracle.measures.append((lag, now))
      let expiring = Set(oracle.measures.map { LocalTime.day(of: $0.receivedAt) }).sorted()
      if let oldest = expiring.suffix(2).first {
        oracle.measures.removeAll { LocalTime.day(of: $0.receivedAt) < oldest }
      }
      guard let known = state.lagMin, let expected = oracle.lagMin else {
        Issue.record("seed \(seed): nothing is known after a measure")
        return
      }
      // Once the strongest measure is too old, the next one is known by its bound alone.
      let bound = oracle.measures.map {
        $0.lag + 6_000 * (now / Self.hour - $0.receivedAt / Self.hour)
      }.min() ?? 0
      #expect(known >= expected && known <= bound, "seed \(seed): \(known), \(expected), \(bound)")
    }
  }

  @Test(
    "what recovery measures again from readings is what was known before the crash",
    arguments: 0..<60 as Range<UInt64>)
  func recovered(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let device = DriftingDevice(
      seed: seed, partsPerMillion: [-1_300, -100, 0, 200].randomElement(using: &random) ?? 0,
      uptime: DriftingDevice.Uptime.allCases[Int(seed % 3)], days: 6)
    let readings = device.messages().messages.map(\.reading)
    var (state, checkpoint) = (ClockState(), ClockState())
    var checkpointAt = 0
    for (position, reading) in readings.enumerated() {
      Self.note(reading, &state)
      if Int.random(in: 0..<500, using: &random) == 0 {
        (checkpoint, checkpointAt) = (Self.written(state), position + 1)
      }
      guard Int.random(in: 0..<400, using: &random) == 0 else { continue }
      var recovered = checkpoint
      for known in readings[checkpointAt..<position + 1] { Self.note(known, &recovered) }
      #expect(recovered == state, "seed \(seed), reading \(position)")
    }
  }

  private static func note(_ reading: ClockEvidence.Reading, _ state: inout ClockState) {
    _ = state.note(
      lag: reading.lag, receivedAt: reading.receivedAt, bootAt: reading.bootAt,
      keptBy: reading.keeper)
  }

  /// As a checkpoint gives it back.
  private static func written(_ state: ClockState) -> ClockState {
    func again(_ clock: BootClock) -> BootClock {
      BootClock(
        bootAt: clock.bootAt, hour: clock.hour, day: clock.day, today: clock.today,
        before: clock.before)
    }
    return ClockState(current: again(state.current), earlier: again(state.earlier))
  }

  @Test("a step that tells no boot is lateness for a day or two, and then the clock")
  func steppedWithoutBoot() {
    var state = ClockState()
    var wrongSince: Milliseconds?
    for minute in 0..<(4 * 1_440) as Range<Int64> {
      let now = Self.start + minute * 60_000
      let sentAt = now - (minute < 720 ? 200 : 3_600_200)
      let verdict = Self.judge(sentAt, at: now, up: nil, &state)
      if minute >= 720, verdict.flags == .clockWrong { wrongSince = wrongSince ?? minute }
      if let wrongSince, minute >= wrongSince { #expect(verdict.eventTime == now) }
    }
    let twoDays: Milliseconds = 2_880
    #expect(wrongSince == twoDays)
  }

  @Test("a clock that is set while the device runs is measured anew, at once, either way")
  func steppedWithBoot() {
    for step in [-3_600_000, -40_000, 40_000, 3_600_000] as [Milliseconds] {
      for uptime in [120_000, 86_400_000] as [Milliseconds] {
        var state = ClockState()
        for minute in 0..<180 as Range<Int64> {
          let now = Self.start + minute * 60_000
          let error = minute < 60 ? 0 : step
          let verdict = Self.judge(
            now - 200 + error, at: now, up: uptime + minute * 60_000, &state)
          #expect(abs(verdict.eventTime - now) <= 5_000, "\(step), minute \(minute)")
        }
      }
    }
  }

  @Test("two boots of a clock that begins at the same instant each time are not one")
  func sameYearEachBoot() {
    var (state, evidence) = (ClockState(), ClockEvidence())
    var readings: [ClockEvidence.Reading] = []
    for boot in 0..<3 as Range<Int64> {
      for minute in 0..<5 as Range<Int64> {
        // Two minutes in 1970, then the network tells the time.
        let now = Self.start + boot * 5 * Self.hour + minute * 60_000
        let up = (minute + 1) * 60_000
        let sentAt = minute < 2 ? up : now
        let reading = ClockEvidence.Reading(
          sentAt: sentAt, receivedAt: now + 300, bootAt: sentAt - up, keeper: .nobody)
        readings.append(reading)
        evidence.add(reading)
        let verdict = Self.judge(sentAt, at: now + 300, up: up, &state)
        #expect(verdict.eventTime == (minute < 2 ? now + 300 : now))
      }
    }
    for reading in readings {
      let verdict = evidence.judge(reading, commissionedAt: nil)
      #expect(abs(verdict.eventTime - reading.receivedAt) <= 300)
    }
  }

  @Test("a late message of the boot before is late, and does not unsettle the one that runs")
  func lateFromBefore() {
    var state = ClockState()
    _ = Self.judge(Self.start, at: Self.start + 200, up: 3_600_000, &state)
    _ = Self.judge(Self.start + 120_000, at: Self.start + 120_200, up: 30_000, &state)
    let late = Self.judge(Self.start + 60_000, at: Self.start + 720_000, up: 3_660_000, &state)
    #expect(late == ClockJudge.Verdict(eventTime: Self.start + 60_000, flags: []))
    let live = Self.judge(Self.start + 720_000, at: Self.start + 720_300, up: 630_000, &state)
    #expect(live == ClockJudge.Verdict(eventTime: Self.start + 720_000, flags: []))
    #expect(state.current.lagMin == 200)
  }

  @Test("drained readings of a day-long outage are late, though no punctual one is among them")
  func drained() {
    var state = ClockState()
    for minute in 0..<60 as Range<Int64> {
      let now = Self.start + minute * 60_000
      _ = Self.judge(now, at: now + 200, up: 86_400_000 + minute * 60_000, &state)
    }
    let back = Self.start + 31 * Self.hour
    for minute in 60..<1_800 as Range<Int64> {
      let sentAt = Self.start + minute * 60_000
      let verdict = Self.judge(
        sentAt, at: back + minute, up: 86_400_000 + minute * 60_000, &state)
      #expect(verdict == ClockJudge.Verdict(eventTime: sentAt, flags: []), "minute \(minute)")
    }
  }

  @Test("of an error that may be our own nothing is kept, of a larger one all")
  func forgetSmall() {
    var state = ClockState()
    _ = Self.judge(Self.start, at: Self.start + 300_000, up: 60_000, &state)
    state.forgetSmall()
    #expect(state.current.lagMin == nil)
    _ = Self.judge(Self.start, at: Self.start + 300_001, up: 60_000, &state)
    state.forgetSmall()
    #expect(state.current.lagMin == 300_001)
  }

  private static func judge(
    _ sentAt: Milliseconds, at receivedAt: Milliseconds, up: Milliseconds?,
    _ state: inout ClockState
  ) -> ClockJudge.Verdict {
    ClockJudge.judge(
      sentAt: sentAt, receivedAt: receivedAt, upMilliseconds: up, keptBy: .nobody,
      commissionedAt: nil, state: &state)
  }
}
