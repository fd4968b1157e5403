// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("replayed schedule")
struct ScheduleReplayTests {
  private static let topic = "nhip/v1/04321/schedule/BT-05"
  private static let start = ReplayFixture.start

  private static func payload(_ title: String) -> String {
    "{\"start\":\(start + 600_000),\"dur_s\":60,\"title\":\"\(title)\"}"
  }

  private func replay(_ messages: [(topic: String, payload: String)]) throws -> ReplayFixture {
    let fixture = try ReplayFixture()
    let lines = try messages.enumerated().map { index, message in
      try ReplayFixture.line(
        message.topic, message.payload, at: Self.start + Milliseconds(index), isRetained: true)
    }
    let result = try fixture.replay(lines)
    #expect(result.counters.messages == UInt64(messages.count))
    return fixture
  }

  @Test("slots are taken, changed, repeated and withdrawn in the order in which they came")
  func order() throws {
    let fixture = try replay([
      (Self.topic, Self.payload("a")), (Self.topic, Self.payload("a")),
      (Self.topic, Self.payload("b")), (Self.topic, ""), (Self.topic, ""),
      ("nhip/v1/04321/schedule/never", ""),
    ])
    let versions = try fixture.store.slotVersions(commune: "04321", id: "BT-05")
    #expect(versions.map(\.version) == [1, 2, 3])
    #expect(versions.map(\.title) == ["a", "b", "b"])
    #expect(versions.map(\.isCancelled) == [false, false, true])
    #expect(versions.map(\.receivedAt) == [Self.start, Self.start + 2, Self.start + 3])
    #expect(
      try fixture.store.slots(startingIn: Interval(start: Self.start, end: .max)).count == 1)
    #expect(try fixture.store.quarantine().isEmpty)
    #expect(try fixture.store.inbox().isEmpty)
  }

  @Test("the same file again changes nothing")
  func again() throws {
    let fixture = try replay([(Self.topic, Self.payload("a"))])
    _ = try fixture.replay([
      try ReplayFixture.line(Self.topic, Self.payload("a"), at: Self.start + 99)
    ])
    let versions = try fixture.store.slotVersions(commune: "04321", id: "BT-05")
    #expect(versions.map(\.receivedAt) == [Self.start])
  }

  @Test("what is no slot is quarantined with its reason, and the flow goes on")
  func bad() throws {
    let fixture = try replay([
      (Self.topic, #"{"dur_s":60}"#), (Self.topic, "no"), (Self.topic, Self.payload("a")),
      ("nhip/v1/04321/schedule/a b", Self.payload("a")),
      ("nhip/v1/4321/schedule/a", Self.payload("a")),
      (Self.topic, Self.payload(String(repeating: "x", count: 70_000))),
    ])
    let reasons = Set(try fixture.store.quarantine().map(\.reason))
    #expect(
      reasons == [
        "schedule-no-start", "schedule-not-json", "schedule-bad-slot-id", "topic-bad-commune",
        "schedule-too-large",
      ])
    #expect(try fixture.store.slotVersions(commune: "04321", id: "BT-05").count == 1)
  }
}
