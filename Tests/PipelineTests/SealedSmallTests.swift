// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Few messages with everything that is hard about them, and a naive second way to seal them.
@Suite("sealing few messages")
struct SealedSmallTests {
  /// `NHIP_SEAL_CASES=2000 swift test --filter SealedSmallTests` for a longer walk.
  private static let caseCount =
    ProcessInfo.processInfo.environment["NHIP_SEAL_CASES"].flatMap { Int($0) } ?? 12
  private static let topic = "nhip/v1/04321/wifi-ap/"
  /// Midnight, local.
  private static let midnight = LocalTime.start(ofDay: LocalTime.day(of: ReplayFixture.start))

  private struct Message: Hashable {
    var device: Int
    var channel: String
    var payload: String
    var receivedAt: Milliseconds
    var isResumed: Bool

    func line() throws -> String {
      try ReplayFixture.line(
        "\(SealedSmallTests.topic)ap-\(device)/\(channel)", payload, at: receivedAt,
        isResumed: isResumed)
    }
  }

  private static let registry = Registry(
    units: [Telemetry.Unit(code: "04321", name: "x", level: "commune")],
    sites: [Site(code: "s", name: "s", type: "t", unit: "04321")],
    devices: (0..<2).map {
      Device(
        id: "ap-\($0)", kind: "wifi-ap", name: "", site: "s", commune: "04321",
        commissionedAt: midnight - 60 * LocalTime.dayLength)
    })

  /// Around midnight and at its edges, with and without `ts`, with clocks ahead, behind and in
  /// another century, late, kept by the broker or the device, repeated, marks.
  private static func messages(_ random: inout SeededGenerator) -> [Message] {
    let instants = [
      midnight - 1, midnight, midnight + 1, midnight - 60_000, midnight + 60_000,
      midnight + LocalTime.dayLength, midnight - LocalTime.dayLength + 1,
    ]
    var messages: [Message] = []
    for _ in 0..<Int.random(in: 1...14, using: &random) {
      var receivedAt = instants.randomElement(using: &random) ?? midnight
      if Bool.random(using: &random) {
        receivedAt += Int64.random(in: 0...7_200_000, using: &random)
      }
      let lags: [Milliseconds] = [0, 400, 299_999, 300_000, 300_001, 600_000, 86_400_000, -400_000]
      let lag = lags.randomElement(using: &random) ?? 0
      var parts: [String] = []
      if Int.random(in: 0..<5, using: &random) > 0 { parts.append("\"ts\":\(receivedAt - lag)") }
      if Bool.random(using: &random) {
        parts.append("\"seq\":\(Int.random(in: 1...4, using: &random))")
      }
      if Bool.random(using: &random) {
        parts.append("\"up\":\(Int.random(in: 0...90_000, using: &random))")
      }
      parts.append("\"clients\":\(Int.random(in: 0...3, using: &random))")
      let isMark = Int.random(in: 0..<8, using: &random) == 0
      if isMark { parts = ["\"online\":false", "\"ts\":\(receivedAt - 5_000_000)"] }
      let message = Message(
        device: Int.random(in: 0...1, using: &random),
        channel: isMark ? "state" : ["telemetry", "telemetry", "backlog", "event"]
          .randomElement(using: &random) ?? "telemetry",
        payload: "{\(parts.joined(separator: ","))}", receivedAt: receivedAt,
        isResumed: Int.random(in: 0..<4, using: &random) == 0)
      messages.append(message)
      if Int.random(in: 0..<4, using: &random) == 0 {
        var copy = message
        copy.receivedAt += Int64.random(in: 0...60_000, using: &random)
        messages.append(copy)
      }
    }
    return messages
  }

  @Test("whatever their order, repetition, batches, restarts and early seals: the same days")
  func anyOrder() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("seal small test: seed \(seed)")
    for number in 0..<Self.caseCount {
      var random = SeededGenerator(seed: seed &+ UInt64(number))
      let messages = Self.messages(&random)
      let ends = [
        Message(
          device: 0, channel: "telemetry", payload: "{}",
          receivedAt: Self.midnight - 2 * LocalTime.dayLength, isResumed: false),
        Message(
          device: 0, channel: "telemetry", payload: "{}",
          receivedAt: Self.midnight + 3 * LocalTime.dayLength, isResumed: false),
      ]
      let last = LocalTime.day(of: Self.midnight) + 3
      let plain = try ReplayFixture(registry: Self.registry)
      _ = try plain.replay(try (ends + messages).map { try $0.line() })
      try SealFixture.seal(plain, through: last)
      let expected = try SealFixture.content(of: plain.store)
      try Self.expectEverySentence(of: messages + ends, in: expected, "seed \(seed), \(number)")

      let other = try ReplayFixture(registry: Self.registry)
      var again = messages + messages.filter { _ in Bool.random(using: &random) }
      again.shuffle(using: &random)
      let parts = Int.random(in: 1...3, using: &random)
      for part in 0..<parts {
        let own = again.indices.filter { $0 % parts == part }.map { again[$0] }
        _ = try other.replay(try (ends + own).map { try $0.line() })
        if Bool.random(using: &random) {
          try SealFixture.seal(
            other, through: last - Int64.random(in: 0...3, using: &random),
            partReadingCount: Int.random(in: 1...20, using: &random),
            spanDayCount: Int.random(in: 1...5, using: &random))
        }
      }
      try SealFixture.seal(
        other, through: last, spanDayCount: Int.random(in: 1...5, using: &random))
      let difference = SealFixture.difference(expected, try SealFixture.content(of: other.store))
      #expect(difference == nil, "seed \(seed), case \(number)")
      let summary = try Verification.run(
        store: other.store, profiles: other.profiles, progress: { _ in },
        report: { print("seed \(seed), case \(number): \($0)") })
      #expect(summary.differences == 0, "seed \(seed), case \(number)")
      try Self.expectNothingToDo(in: other, through: last, "seed \(seed), case \(number)")
    }
  }

  /// A run that nothing has happened before opens no day but the one it is asked for, whatever
  /// clocks were judged anew, and finds nothing to write.
  private static func expectNothingToDo(
    in fixture: ReplayFixture, through last: Int64, _ comment: Testing.Comment
  ) throws {
    let before = try fixture.store.sealedDays()
    let idle = try SealFixture.sealAgain(fixture, through: last, forced: nil)
    #expect(idle.work.days.isEmpty && idle.changed.isEmpty, comment)
    for day in before {
      let again = try SealFixture.sealAgain(fixture, through: last, forced: day.day)
      #expect(again.work.days == [day.day] && again.changed.isEmpty, comment)
    }
    // That it knows newer blocks, which hold nothing of it, is all that a seal may note.
    let after = try fixture.store.sealedDays().map { day in
      var day = day
      day.throughBlock = before.first { $0.day == day.day }?.throughBlock ?? -1
      return day
    }
    #expect(after == before, comment)
  }

  /// Nothing that was said is missing: every distinct sentence of a device stands in some day, and
  /// no sentence with a `ts` and a trusted clock stands there twice.
  private static func expectEverySentence(
    of messages: [Message], in content: SealFixture.Content, _ comment: Testing.Comment
  ) throws {
    var said: Set<String> = []
    for message in messages {
      said.insert("\(message.device)/\(message.channel)/\(message.payload)")
    }
    let kept = content.counts.values.reduce(0, +)
    #expect(kept >= said.count, comment)
    let received = Set(
      messages.map { "\($0.device)/\($0.channel)/\($0.payload)/\($0.receivedAt)" })
    #expect(kept <= received.count, comment)
    var trusted: Set<String> = []
    for block in content.blocks.values.joined() {
      for row in block.ownRows {
        let flags = block.readings.flags[row]
        guard flags.isDisjoint(with: [.untimed, .clockWrong, .retained, .offlineMark]) else {
          continue
        }
        var content = ReadingContent(metricNames: block.readings.metricNames)
        let sentence = "\(block.device) \(block.readings.channel[row]) "
          + "\(content.hash(of: row, in: block.readings)) \(block.readings.payloadHash[row])"
        #expect(trusted.insert(sentence).inserted, comment)
      }
    }
  }
}
