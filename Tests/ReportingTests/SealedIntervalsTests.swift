// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry
import Testing

@testable import Reporting

@Suite struct SealedIntervalsTests {
  private static let day: Int64 = 20_777
  private static let start = LocalTime.start(ofDay: day)
  private static let end = LocalTime.start(ofDay: day + 1)

  private static func part() -> Availability.Part {
    let silence = Interval(start: start + 3_600_000, end: end + 60_000)
    return Availability.Part(
      interval: Interval(start: start, end: end),
      states: [
        StateInterval(
          interval: Interval(start: start, end: silence.start), state: .up),
        StateInterval(interval: Interval(start: silence.start, end: end), state: .noLink),
      ],
      outages: [
        Outage(
          interval: silence, accountable: silence.duration, downInPeriod: 0, cause: .noLink,
          isMarked: true, isOpen: true)
      ])
  }

  @Test("what is written of a day is what is read of it")
  func roundTrip() throws {
    let part = Self.part()
    let whole = Availability.joined([part], period: part.interval, outageMin: 60_000)
    let text = SealedIntervals.text(of: whole)
    let silence = part.outages[0].interval
    #expect(
      text == "up:0 no_link:3600000 out:\(silence.start):\(silence.end):\(silence.duration)"
        + ":no_link:mo")
    #expect(SealedIntervals.part(text, day: Self.day) == part)
  }

  @Test(
    "text that is damaged is no states, never wrong ones",
    arguments: [
      "", "up", "up:", "up:1", "up:0 up:0", "up:0 no_link:86400000", "up:0 no_link:-1",
      "flying:0", "up:0 out:1:2", "up:0 out:2:1:1:off:-", "up:0 out:1:2:1:flying:-",
      "out:1:2:1:off:-", "up:0 no_link:9 off:8", "up:0:1",
    ])
  func damaged(text: String) {
    #expect(SealedIntervals.part(text, day: Self.day) == nil)
  }

  @Test("time between parts is no data, and a silence known twice is one")
  func gaps() {
    let part = Self.part()
    let later = Interval(start: Self.end, end: Self.end + 120_000)
    let silence = Interval(start: Self.start + 3_600_000, end: Self.end + 60_000)
    let next = Availability.Part(
      interval: later,
      states: [
        StateInterval(
          interval: Interval(start: later.start, end: silence.end), state: .off),
        StateInterval(interval: Interval(start: silence.end, end: later.end), state: .up),
      ],
      outages: [
        Outage(
          interval: silence, accountable: silence.duration, downInPeriod: 0, cause: .off,
          isMarked: false, isOpen: false)
      ])
    let period = Interval(start: Self.start - 1_000, end: later.end + 5_000)
    let joined = Availability.joined([part, next], period: period, outageMin: 60_000)
    #expect(joined.states.map(\.state) == [.unobserved, .up, .noLink, .off, .up, .unobserved])
    #expect(joined[.unobserved] == 6_000)
    #expect(joined.outages.count == 1 && joined.outageCount == 1)
    #expect(joined.outages[0].interval == silence && joined.longestOutage == silence.duration)
    #expect(joined.outages[0].isMarked && !joined.outages[0].isOpen)
    let clipped = Availability.joined(
      [part, next], period: Interval(start: Self.start, end: Self.start + 3_600_000),
      outageMin: 60_000)
    #expect(clipped[.up] == 3_600_000 && clipped.outages.isEmpty)
  }
}
