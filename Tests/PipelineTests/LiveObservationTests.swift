// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Pipeline

@Suite("what live sessions could hear")
struct LiveObservationTests {
  private typealias Hearing = LiveObservation.Hearing

  @Test("one session: from the broker's confirmation to its last packet")
  func oneSession() {
    var observation = LiveObservation()
    #expect(observation.note([Hearing(from: nil, until: nil)]) == nil)
    #expect(observation.note([Hearing(from: 10, until: 10)]) == Interval(start: 10, end: 10))
    #expect(observation.note([Hearing(from: 10, until: 50)]) == Interval(start: 10, end: 50))
    #expect(observation.note([Hearing(from: nil, until: 60)]) == Interval(start: 10, end: 60))
    #expect(observation.current == nil)
    #expect(observation.note([Hearing(from: nil, until: 60)]) == nil)
    #expect(observation.note([Hearing(from: 90, until: 95)]) == Interval(start: 90, end: 95))
  }

  @Test("several sessions: only while all of them hear")
  func severalSessions() {
    var observation = LiveObservation()
    let late = Hearing(from: 30, until: 40)
    #expect(observation.note([Hearing(from: 10, until: 40), Hearing()]) == nil)
    #expect(observation.note([Hearing(from: 10, until: 45), late]) == Interval(start: 30, end: 40))
    // The first is cut off at 50 while the second goes on.
    let cut = [Hearing(from: nil, until: 50), Hearing(from: 30, until: 55)]
    #expect(observation.note(cut) == Interval(start: 30, end: 50))
    #expect(observation.current == nil)
    let back = [Hearing(from: 80, until: 81), Hearing(from: 30, until: 85)]
    #expect(observation.note(back) == Interval(start: 80, end: 81))
  }

  @Test("a stretch never shrinks, even if a session's clock was set back")
  func neverShrinks() {
    var observation = LiveObservation()
    #expect(observation.note([Hearing(from: 10, until: 50)]) == Interval(start: 10, end: 50))
    #expect(observation.note([Hearing(from: 10, until: 40)]) == Interval(start: 10, end: 50))
  }

  @Test("a reconnection that nobody saw between two looks begins a new stretch")
  func unseenReconnection() {
    var observation = LiveObservation()
    var gaps = ObservationGaps(observed: [])
    for hearing in [Hearing(from: 10, until: 50), Hearing(from: 70, until: 75)] {
      if let stretch = observation.note([hearing]) {
        gaps.heard(from: stretch.start, until: stretch.end)
      }
    }
    #expect(gaps.gaps == [Interval(start: 50, end: 70)])
  }
}
