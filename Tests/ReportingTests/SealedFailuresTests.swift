// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import Testing

@testable import Reporting

@Suite struct SealedFailuresTests {
  private static let day: Int64 = 20_777
  private static let start = LocalTime.start(ofDay: day)

  @Test("failures that are written are those that are read, whatever their words are")
  func roundTrip() {
    let conditions = ["synced", "a b:c,d~e%f", "chưa đồng bộ", "\t\n"].map {
      Condition(metric: "sched", comparison: .notEqual, constant: .word($0))
    } + [Condition(metric: "vol", comparison: .atMost, constant: .number(0.1))]
    let failures = [(0, 5, true), (5, 9, false), (10, LocalTime.dayLength, false)].map {
      ServiceFailure(
        interval: Interval(start: Self.start + $0.0, end: Self.start + $0.1),
        failing: conditions, isRestored: $0.2)
    }
    let text = SealedFailures.text(of: failures, day: Self.day)
    #expect(SealedFailures.failures(text, day: Self.day) == failures)
    #expect(SealedFailures.failures("", day: Self.day) == [])
    #expect(SealedFailures.failures(nil, day: Self.day) == nil)
  }

  @Test(
    "text that is damaged is no failures, never wrong ones",
    arguments: [
      "1", "1:2:r", "1:0:r:a~==~n1.0", "-1:2:r:a~==~n1.0", "1:86400000:r:a~==~n1.0",
      "1:2:x:a~==~n1.0", "1:2:r:a~=~n1.0", "1:2:r:a~==~nx", "1:2:r:a~==~x1", "1:2:r:a~==~w%4",
      "5:9:r:a~==~n1.0 6:1:r:a~==~n1.0", "1:2:r:a~==~w%ff", "1:2:r:a~==~",
    ])
  func damaged(text: String) {
    #expect(SealedFailures.failures(text, day: Self.day) == nil)
  }

  @Test("failures that touch are one; the last tells whether service came back")
  func joined() {
    let conditions = ["a", "b"].map {
      Condition(metric: $0, comparison: .equal, constant: .number(1))
    }
    func failure(_ start: Int64, _ end: Int64, _ failing: [Condition], _ isRestored: Bool)
      -> ServiceFailure
    {
      ServiceFailure(
        interval: Interval(start: start, end: end), failing: failing, isRestored: isRestored)
    }
    let parts = [
      failure(0, 5, [conditions[0]], false), failure(5, 9, conditions, true),
      failure(10, 12, [conditions[1]], true),
    ]
    #expect(
      ServiceFailure.joined(parts) == [failure(0, 9, conditions, true), parts[2]])
    #expect(
      parts[1].clipped(to: Interval(start: 0, end: 7)) == failure(5, 7, conditions, false))
    #expect(parts[1].clipped(to: Interval(start: 9, end: 12)) == nil)
  }
}
