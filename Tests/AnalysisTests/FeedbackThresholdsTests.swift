// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import TestSupport
import Testing

@Suite("what dismissals ask of new anomalies")
struct FeedbackThresholdsTests {
  private static let day = LocalTime.dayLength

  private static func row(
    _ id: Int64, _ verdict: AnomalyFeedback.Verdict = .dismissed, novelty: Double? = 11,
    at: Milliseconds = 0, afterBlock: Int64 = 0, withdrawnAfter: Int64? = nil,
    device: Int64 = 1, isAbove: Bool = true
  ) -> AnomalyFeedback {
    AnomalyFeedback(
      id: id, alert: "a\(id)", verdict: verdict, device: device, metric: "clients",
      channel: "seasonal", isAbove: isAbove, novelty: novelty, afterBlock: afterBlock,
      enteredAt: at, enteredBy: "lan",
      withdrawal: withdrawnAfter.map {
        AnomalyFeedback.Withdrawal(afterBlock: $0, at: at, by: "lan")
      })
  }

  private static func threshold(
    _ rows: [AnomalyFeedback], at time: Milliseconds = 0, block: Int64 = .max,
    isAbove: Bool = true, device: Int64 = 1
  ) -> Double? {
    FeedbackThresholds(rows).threshold(
      device: device, metric: "clients", channel: "seasonal", isAbove: isAbove, at: time,
      block: block)
  }

  @Test("a dismissal asks for its novelty and a margin, half of that after thirty days")
  func halfLife() throws {
    #expect(Self.threshold([Self.row(1)]) == 12)
    #expect(Self.threshold([Self.row(1)], at: Self.day - 1) == 12, "counted in whole days")
    let half = try #require(Self.threshold([Self.row(1)], at: 30 * Self.day))
    #expect(abs(half - 6) < 1e-9)
    #expect(Self.threshold([Self.row(1)], at: 300 * Self.day) == nil)
    #expect(Self.threshold([Self.row(1)], at: -Self.day) == 12, "a late reading is no older")
  }

  @Test("it is about its device, metric, channel and side alone")
  func subject() {
    let rows = [Self.row(1)]
    #expect(Self.threshold(rows, isAbove: false) == nil)
    #expect(Self.threshold(rows, device: 2) == nil)
    let thresholds = FeedbackThresholds(rows)
    #expect(
      thresholds.threshold(
        device: 1, metric: "clients", channel: "spike", isAbove: true, at: 0) == nil)
    #expect(
      thresholds.threshold(device: 1, metric: "rtt", channel: "seasonal", isAbove: true, at: 0)
        == nil)
  }

  @Test("a confirmation ends what was dismissed before it, and nothing that comes later")
  func confirmation() {
    let rows = [Self.row(1), Self.row(2, .confirmed)]
    #expect(Self.threshold(rows) == nil)
    #expect(Self.threshold(rows + [Self.row(3, novelty: 4)]) == 5)
    #expect(Self.threshold([Self.row(1), Self.row(2, .confirmed, withdrawnAfter: 0)]) == 12)
  }

  @Test("a verdict holds in the blocks between it and its withdrawal")
  func blocks() {
    let rows = [Self.row(1, afterBlock: 5, withdrawnAfter: 8)]
    #expect((4...10).map { Self.threshold(rows, block: $0) != nil }
      == [false, false, true, true, true, false, false])
    #expect(Self.threshold(rows) == nil)
  }

  /// Newest first, with a library's power: the last confirmation in force is what everything
  /// dismissed must come behind.
  private static func oracle(
    _ rows: [AnomalyFeedback], at time: Milliseconds, block: Int64
  ) -> Double? {
    var found: [Double] = []
    for row in rows.sorted(by: { $0.id > $1.id }) where row.novelty != nil {
      let isBehind = row.afterBlock < block
      let isWithdrawn = row.withdrawal.map { $0.afterBlock < block } ?? false
      guard isBehind, !isWithdrawn else { continue }
      if row.verdict == .confirmed { break }
      let days = max(0, time - row.enteredAt) / day
      guard days < 300 else { continue }
      var left = (row.novelty ?? 0) + 1
      for _ in 0..<days { left *= 0.977_159_968_434_245_8 }
      found.append(left)
    }
    return found.max()
  }

  @Test("any verdicts ask for what the oracle says, and taking one back leaves nothing behind")
  func property() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("feedback thresholds: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let count = Int64.random(in: 0...8, using: &random)
      var rows = (0..<count).map { id in
        let after = Int64.random(in: 0...9, using: &random)
        return Self.row(
          id + 1, Bool.random(using: &random) ? .dismissed : .confirmed,
          novelty: Int.random(in: 0..<5, using: &random) == 0
            ? nil : Double.random(in: 0...20, using: &random),
          at: Milliseconds.random(in: 0...400, using: &random) * Self.day / 2, afterBlock: after,
          withdrawnAfter: Bool.random(using: &random)
            ? nil : Int64.random(in: after...10, using: &random))
      }
      let time = Milliseconds.random(in: 0...400, using: &random) * Self.day / 2
      let block = Int64.random(in: 0...12, using: &random)
      let (found, expected) = (
        Self.threshold(rows, at: time, block: block), Self.oracle(rows, at: time, block: block)
      )
      #expect((found == nil) == (expected == nil), "seed \(seed)")
      #expect(abs((found ?? 0) - (expected ?? 0)) < 1e-9, "seed \(seed)")
      // Said and taken back before another block came: never said.
      rows.append(Self.row(count + 1, afterBlock: 4, withdrawnAfter: 4))
      #expect(
        Self.threshold(rows.shuffled(using: &random), at: time, block: block) == found,
        "seed \(seed)")
    }
  }
}
