// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Pipeline

@Suite("observation gaps")
struct ObservationGapsTests {
  @Test("between two instants only the parts of gaps that lie between them count")
  func duration() {
    let gaps = ObservationGaps(observed: [
      Interval(start: 0, end: 100), Interval(start: 200, end: 300), Interval(start: 350, end: 400),
    ])
    #expect(gaps.gaps.map(\.duration) == [100, 50])
    #expect(gaps.duration(from: 0, to: 400) == 150)
    #expect(gaps.duration(from: 150, to: 320) == 70)
    #expect(gaps.duration(from: 200, to: 300) == 0)
    #expect(gaps.duration(from: 120, to: 120) == 0)
  }

  /// G of an access point is 180 s.
  @Test(
    "what the broker kept is live if it waited for us alone, and backlog if the device waited",
    arguments: [
      (sentBefore: 1, receivedAfter: 1, isBacklog: false),
      (sentBefore: 100_000, receivedAfter: 80_000, isBacklog: false),
      (sentBefore: 100_000, receivedAfter: 80_001, isBacklog: true),
      (sentBefore: -1, receivedAfter: 3_600_000, isBacklog: false),
    ])
  func waited(sentBefore: Milliseconds, receivedAfter: Milliseconds, isBacklog: Bool) throws {
    let fixture = try ReplayFixture()
    let gap = Interval(start: ReplayFixture.start, end: ReplayFixture.start + 600_000)
    // A reading before, so that the lateness is not taken for a clock that is behind.
    _ = try fixture.replay([
      try ReplayFixture.line(
        IntakeTests.topic, "{\"ts\":\(gap.start - 200_000),\"up\":1000}", at: gap.start - 200_000),
      "{\"observed\":false,\"from\":\(gap.start),\"to\":\(gap.end)}",
      try ReplayFixture.line(
        IntakeTests.topic, "{\"ts\":\(gap.start - sentBefore),\"up\":1200}",
        at: gap.end + receivedAfter, isResumed: true),
    ])
    let rows = try fixture.rows()
    #expect(rows.map { $0.flags.contains(.backlog) } == [false, isBacklog])
    #expect(rows.last?.flags.contains(.resumed) == true)
    #expect(rows.last?.eventTime == gap.start - sentBefore)
  }
}
