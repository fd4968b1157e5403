// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("intake")
struct IntakeTests {
  static let topic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry"
  static let stateTopic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/state"

  /// One input that no reading can be made of.
  struct BadInput: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var reason: String
    var topic = IntakeTests.topic
    var payload = ""
    var isRetained = false
    /// Instead of topic and payload.
    var line: String?

    func text(at instant: Milliseconds) throws -> String {
      try line ?? ReplayFixture.line(topic, payload, at: instant, isRetained: isRetained)
    }
  }

  static let bad: [BadInput] = [
    BadInput(testDescription: "truncated", reason: "payload-not-json", payload: #"{"clients":14"#),
    BadInput(testDescription: "empty", reason: "payload-empty"),
    BadInput(testDescription: "a list", reason: "payload-not-object", payload: "[1,2]"),
    BadInput(testDescription: "text", reason: "payload-not-json", payload: "hello"),
    BadInput(
      testDescription: "an object for a number", reason: "field-wrong-type",
      payload: #"{"clients":{"a":1}}"#),
    BadInput(
      testDescription: "a word for a flag", reason: "field-wrong-type",
      payload: #"{"wan":{"up":"maybe"}}"#),
    BadInput(
      testDescription: "a negative counter", reason: "field-wrong-type",
      payload: #"{"rx_bytes":-1}"#),
    BadInput(testDescription: "NaN", reason: "payload-not-json", payload: #"{"clients":NaN}"#),
    BadInput(
      testDescription: "NaN as text", reason: "field-wrong-type", payload: #"{"clients":"NaN"}"#),
    BadInput(
      testDescription: "70 KiB", reason: "payload-too-large",
      payload: #"{"x":""# + String(repeating: "x", count: 71_680) + #""}"#),
    BadInput(
      testDescription: "half of a surrogate pair", reason: "payload-not-json",
      payload: #"{"fw":"\ud800"}"#),
    BadInput(
      testDescription: "a ts that is none", reason: "ts-not-a-time",
      payload: #"{"ts":"yesterday","clients":1}"#),
    BadInput(
      testDescription: "a retained payload that is none", reason: "payload-not-json",
      topic: stateTopic, payload: "online!", isRetained: true),
    BadInput(
      testDescription: "an unknown kind", reason: "kind-unknown",
      topic: "nhip/v1/04321/toaster/t-1/telemetry", payload: "{}"),
    BadInput(
      testDescription: "a commune of four digits", reason: "topic-bad-commune",
      topic: "nhip/v1/4321/wifi-ap/ap-ubnd-1/telemetry", payload: "{}"),
    BadInput(
      testDescription: "one level too many", reason: "topic-unknown",
      topic: "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry/more", payload: "{}"),
    BadInput(
      testDescription: "a level of nhip's own", reason: "topic-reserved",
      topic: "nhip/v1/04321/alert/ap-ubnd-1/telemetry", payload: "{}"),
    BadInput(
      testDescription: "a channel that is none", reason: "topic-unknown-channel",
      topic: "nhip/v1/04321/wifi-ap/ap-ubnd-1/gossip", payload: "{}"),
    BadInput(
      testDescription: "a line that is no JSON", reason: "replay-line-invalid",
      line: "topic=nhip/v1 payload=1"),
    BadInput(
      testDescription: "a line without a time", reason: "replay-line-invalid",
      line: #"{"topic":"a","payload":"{}"}"#),
  ]

  @Test("a bad input is quarantined once, with its reason, and the flow goes on", arguments: bad)
  func quarantined(_ input: BadInput) throws {
    let fixture = try ReplayFixture()
    let start = ReplayFixture.start
    let result = try fixture.replay([
      try ReplayFixture.line(Self.topic, #"{"seq":1,"clients":14}"#, at: start),
      try input.text(at: start + 1_000),
      try ReplayFixture.line(Self.topic, #"{"seq":2,"clients":15}"#, at: start + 60_000),
    ])
    #expect(result.lines == 3)
    #expect(result.counters == IntakeCounters(messages: 3, readings: 2, quarantined: 1))
    let report = try fixture.report(from: start, to: start + 3_600_000)
    #expect(report.quality.quarantine == [.init(reason: input.reason, count: 1)])
    #expect(report.quality.readings == 2)
  }

  @Test("all bad inputs together are counted each in one place")
  func allTogether() throws {
    let fixture = try ReplayFixture()
    let start = ReplayFixture.start
    let lines = try Self.bad.enumerated().map { index, input in
      try input.text(at: start + Milliseconds(index) * 1_000)
    }
    let result = try fixture.replay(lines)
    #expect(result.counters.quarantined == UInt64(Self.bad.count))
    #expect(result.counters.messages == UInt64(Self.bad.count))
    let kept = try fixture.report(from: start, to: start + 3_600_000).quality.quarantine
    #expect(kept.reduce(0) { $0 + $1.count } == Int64(Self.bad.count))
  }

  @Test("a device id that speaks as another kind goes to the inbox, not to the device")
  func otherKind() throws {
    let fixture = try ReplayFixture()
    let start = ReplayFixture.start
    let result = try fixture.replay([
      try ReplayFixture.line(Self.topic, #"{"seq":1}"#, at: start),
      try ReplayFixture.line(
        "nhip/v1/04321/kiosk/ap-ubnd-1/telemetry", #"{"seq":2}"#, at: start + 1_000),
    ])
    #expect(result.counters == IntakeCounters(messages: 2, readings: 1, inbox: 1))
    #expect(try fixture.store.inbox().map(\.address.kind) == ["kiosk"])
  }

  @Test("a value out of its range is kept, flagged, and left out of the figures")
  func outOfRange() throws {
    let fixture = try ReplayFixture()
    let start = ReplayFixture.start
    let result = try fixture.replay([
      try ReplayFixture.line(Self.topic, #"{"seq":1,"clients":512}"#, at: start),
      try ReplayFixture.line(Self.topic, #"{"seq":2,"clients":513}"#, at: start + 60_000),
    ])
    #expect(result.counters.readings == 2)
    #expect(try fixture.rows().map { $0.flags.contains(.outOfRange) } == [false, true])
    let report = try fixture.report(from: start, to: start + 3_600_000)
    #expect(report.quality.outOfRange == 1)
    let device = try #require(report.devices.first { $0.device.id == "ap-ubnd-1" })
    let peak = try #require(device.usage.first { $0.figure.name == "peak_clients" })
    #expect(peak.shown == 512)
  }

  @Test("a ts in 1970 or 2090 is corrected to the receive time and flagged")
  func absurdTimes() throws {
    let fixture = try ReplayFixture()
    let start = ReplayFixture.start
    _ = try fixture.replay([
      try ReplayFixture.line(Self.topic, "{\"seq\":1,\"ts\":\(start)}", at: start + 200),
      try ReplayFixture.line(Self.topic, #"{"seq":2,"ts":1}"#, at: start + 60_000),
      try ReplayFixture.line(
        Self.topic, #"{"seq":3,"ts":"2090-01-01T00:00:00Z"}"#, at: start + 120_000),
      try ReplayFixture.line(
        Self.topic, "{\"seq\":4,\"ts\":\(start + 180_000)}", at: start + 180_200),
    ])
    let rows = try fixture.rows()
    #expect(rows.map { $0.flags.contains(.clockWrong) } == [false, true, true, false])
    #expect(rows.map(\.eventTime) == [start, start + 60_000, start + 120_000, start + 180_000])
  }

  @Test("a retained online:false invents no death")
  func retainedOffline() throws {
    let start = ReplayFixture.start
    func availability(with mark: Bool) throws -> [String: Int64] {
      let fixture = try ReplayFixture()
      var lines = try (0..<60).map { minute in
        try ReplayFixture.line(
          Self.topic, "{\"seq\":\(minute)}", at: start + Milliseconds(minute) * 60_000)
      }
      if mark {
        lines.insert(
          try ReplayFixture.line(
            Self.stateTopic, "{\"online\":false,\"ts\":\(start - 864_000)}",
            at: start + 10 * 60_000 + 5_000, isRetained: true),
          at: 11)
      }
      let result = try fixture.replay(lines)
      #expect(result.counters.quarantined == 0)
      let report = try fixture.report(from: start, to: start + 3_600_000)
      let device = try #require(report.devices.first { $0.device.id == "ap-ubnd-1" })
      #expect(device.outages.isEmpty)
      return ["up": device.times[.up], "down": device.times.down]
    }
    #expect(try availability(with: true) == availability(with: false))
  }
}
