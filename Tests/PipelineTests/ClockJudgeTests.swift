// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Pipeline

@Suite("judging clocks")
struct ClockJudgeTests {
  private static let now = ReplayFixture.start

  private func judge(
    _ sentAt: Milliseconds?, at receivedAt: Milliseconds, up: Milliseconds? = nil,
    keptBy keeper: ClockJudge.Keeper = .nobody, commissionedAt: Milliseconds? = nil,
    _ state: inout ClockState
  ) -> ClockJudge.Verdict {
    ClockJudge.judge(
      sentAt: sentAt, receivedAt: receivedAt, upMilliseconds: up, keptBy: keeper,
      commissionedAt: commissionedAt, state: &state)
  }

  @Test("without ts the receive time counts, and is flagged")
  func untimed() {
    var state = ClockState()
    let verdict = judge(nil, at: Self.now, &state)
    #expect(verdict == ClockJudge.Verdict(eventTime: Self.now, flags: .untimed))
    #expect(state == ClockState())
  }

  @Test("300 s ahead of receipt is corrected but not called wrong, a millisecond more is wrong")
  func aheadBorder() {
    var state = ClockState()
    let near = judge(Self.now + 300_000, at: Self.now, &state)
    #expect(near == ClockJudge.Verdict(eventTime: Self.now, flags: .clockShifted))
    state = ClockState()
    let verdict = judge(Self.now + 300_001, at: Self.now, &state)
    #expect(verdict == ClockJudge.Verdict(eventTime: Self.now, flags: .clockWrong))
  }

  @Test("late is not a wrong clock: an hour's delay after a punctual reading stands")
  func lateStands() {
    var state = ClockState()
    _ = judge(Self.now, at: Self.now + 100, up: 60_000, &state)
    let verdict = judge(Self.now + 60_000, at: Self.now + 3_660_000, up: 120_000, &state)
    #expect(verdict == ClockJudge.Verdict(eventTime: Self.now + 60_000, flags: []))
  }

  @Test("a clock that is always two days behind is corrected by the smallest lag of its boot")
  func alwaysBehind() {
    var state = ClockState()
    let behind: Milliseconds = 172_800_000
    let first = judge(Self.now - behind, at: Self.now + 500, up: 60_000, &state)
    #expect(first == ClockJudge.Verdict(eventTime: Self.now + 500, flags: .clockWrong))
    let second = judge(
      Self.now + 60_000 - behind, at: Self.now + 60_200, up: 120_000, &state)
    #expect(second == ClockJudge.Verdict(eventTime: Self.now + 60_200, flags: .clockWrong))
    let third = judge(
      Self.now + 120_000 - behind, at: Self.now + 125_000, up: 180_000, &state)
    #expect(third == ClockJudge.Verdict(eventTime: Self.now + 120_200, flags: .clockWrong))
  }

  @Test("a late message is corrected like its boot; one that tells no boot was sent just now")
  func lateWithWrongClock() {
    for error in [25_200_000, -172_800_000] as [Milliseconds] {
      var state = ClockState()
      _ = judge(Self.now + error, at: Self.now + 200, up: 60_000, &state)
      let late = judge(
        Self.now + 60_000 + error, at: Self.now + 660_000, up: 120_000, &state)
      #expect(late == ClockJudge.Verdict(eventTime: Self.now + 60_200, flags: .clockWrong))
      // The clock may have been set by the ten minutes.
      let untold = judge(Self.now + 120_000 + error, at: Self.now + 720_000, &state)
      #expect(untold == ClockJudge.Verdict(eventTime: Self.now + 720_000, flags: .clockWrong))
    }
  }

  @Test("a clock that was set while the device ran is measured anew")
  func clockSetWhileRunning() {
    var state = ClockState()
    let behind: Milliseconds = 172_800_000
    _ = judge(Self.now - behind, at: Self.now + 200, up: 60_000, &state)
    // Ten minutes forward: ts − up says so.
    let set = judge(Self.now + 660_000 - behind, at: Self.now + 60_200, up: 120_000, &state)
    #expect(set == ClockJudge.Verdict(eventTime: Self.now + 60_200, flags: .clockWrong))
    let next = judge(Self.now + 720_000 - behind, at: Self.now + 121_000, up: 180_000, &state)
    #expect(next == ClockJudge.Verdict(eventTime: Self.now + 120_200, flags: .clockWrong))
  }

  @Test("a boot after which the clock is right again is trusted at once")
  func clockSetAtBoot() {
    var state = ClockState()
    let behind: Milliseconds = 172_800_000
    _ = judge(Self.now - behind, at: Self.now, up: 3_600_000, &state)
    let verdict = judge(Self.now + 60_000, at: Self.now + 60_300, up: 30_000, &state)
    #expect(verdict == ClockJudge.Verdict(eventTime: Self.now + 60_000, flags: []))
  }

  @Test("what the device or the broker had kept says nothing of the clock")
  func keptMeasuresNothing() {
    var state = ClockState()
    let verdict = judge(Self.now - 7_200_000, at: Self.now, keptBy: .device, &state)
    #expect(verdict == ClockJudge.Verdict(eventTime: Self.now - 7_200_000, flags: []))
    #expect(state == ClockState())
  }

  @Test("a clock known to be behind stays so in what the broker kept, not in an earlier boot")
  func knownBehindWhileKept() {
    var state = ClockState()
    let behind: Milliseconds = 172_800_000
    _ = judge(Self.now - behind, at: Self.now, up: 3_600_000, &state)
    let before = state
    let kept = judge(
      Self.now + 60_000 - behind, at: Self.now + 660_000, up: 3_660_000, keptBy: .broker, &state)
    #expect(kept == ClockJudge.Verdict(eventTime: Self.now + 60_000, flags: .clockWrong))
    #expect(state == before)
    // Delivered faster than any before: its lag is a little smaller than the smallest.
    let faster = judge(
      Self.now + 660_000 - behind, at: Self.now + 659_900, keptBy: .broker, &state)
    #expect(faster == ClockJudge.Verdict(eventTime: Self.now + 659_900, flags: .clockWrong))
    let earlier = judge(
      Self.now - 2 * behind, at: Self.now + 660_000, up: 60_000, keptBy: .device, &state)
    #expect(earlier == ClockJudge.Verdict(eventTime: Self.now - 2 * behind, flags: []))
    let punctual = judge(Self.now + 660_000, at: Self.now + 660_100, keptBy: .device, &state)
    #expect(punctual == ClockJudge.Verdict(eventTime: Self.now + 660_000, flags: []))
  }

  @Test("a clock that was behind is behind still after a boot that only the broker heard of")
  func bootWhileKept() {
    let behind: Milliseconds = 172_800_000
    for (lag, isBehind) in [(behind + 60_000, true), (60_000, false)] {
      var state = ClockState()
      _ = judge(Self.now - behind, at: Self.now, up: 3_600_000, &state)
      let kept = judge(
        Self.now + 600_000 - lag, at: Self.now + 600_000, up: 1_000, keptBy: .broker, &state)
      let expected =
        isBehind
        ? ClockJudge.Verdict(eventTime: Self.now + 540_000, flags: .clockWrong)
        : ClockJudge.Verdict(eventTime: Self.now + 540_000, flags: [])
      #expect(kept == expected)
      #expect(state.current.lagMin == (isBehind ? behind : nil))
    }
  }

  @Test("a message from the broker can show that the clock is right, never that it is wrong")
  func brokerShowsRight() {
    var state = ClockState()
    _ = judge(Self.now, at: Self.now + 5_000, up: 60_000, keptBy: .broker, &state)
    #expect(state.current.lagMin == nil)
    _ = judge(Self.now + 60_000, at: Self.now + 64_999, up: 120_000, keptBy: .broker, &state)
    #expect(state.current.lagMin == 4_999)
    // Late by ten minutes, but the boot's clock is known to be right.
    let late = judge(Self.now + 120_000, at: Self.now + 720_000, up: 180_000, &state)
    #expect(late == ClockJudge.Verdict(eventTime: Self.now + 120_000, flags: []))
  }

  @Test("a kept message whose ts is older than any lateness gets its receive time")
  func keptFromNowhere() {
    var state = ClockState()
    _ = judge(Self.now, at: Self.now + 100, up: 60_000, &state)
    let week: Milliseconds = 7 * 86_400_000
    let kept = judge(Self.now - week, at: Self.now, keptBy: .device, &state)
    #expect(kept == ClockJudge.Verdict(eventTime: Self.now - week, flags: []))
    let old = judge(86_400_000, at: Self.now, keptBy: .device, &state)
    #expect(old == ClockJudge.Verdict(eventTime: Self.now, flags: .clockWrong))
  }

  @Test("a ts before commissioning is wrong, unless it is only just before")
  func beforeCommissioning() {
    var state = ClockState()
    _ = judge(Self.now, at: Self.now + 100, &state)
    let wrong = judge(
      Self.now - 86_400_000, at: Self.now + 60_000, commissionedAt: Self.now - 3_600_000, &state)
    #expect(wrong == ClockJudge.Verdict(eventTime: Self.now + 60_000, flags: .clockWrong))
    let near = judge(
      Self.now + 100_000, at: Self.now + 100_100, commissionedAt: Self.now + 200_000, &state)
    #expect(near.flags.isEmpty)
  }
}
