// SPDX-License-Identifier: Apache-2.0

import Ingest
import Telemetry
import TestSupport
import Testing

@Suite("The time a device sent")
struct SentTimeTests {
  /// 2026-11-21T05:37:07.638Z.
  static let instant: Milliseconds = 1_795_239_427_638

  private func read(_ text: String) -> Milliseconds? {
    unsafe Array(text.utf8).withUnsafeBytes { unsafe SentTime.milliseconds(text: $0) }
  }

  @Test("an epoch's unit follows from its magnitude")
  func units() {
    let seconds = Self.instant / 1_000
    #expect(SentTime.milliseconds(epoch: seconds) == seconds * 1_000)
    #expect(SentTime.milliseconds(epoch: Self.instant) == Self.instant)
    #expect(SentTime.milliseconds(epoch: Self.instant * 1_000) == Self.instant)
    #expect(SentTime.milliseconds(epoch: Self.instant * 1_000_000) == Self.instant)
    #expect(SentTime.milliseconds(epoch: 1_795_239_427.638) == Self.instant)
    #expect(SentTime.milliseconds(epoch: 1_795_239_427_638.0) == Self.instant)
    #expect(SentTime.milliseconds(epoch: 1_795_239_427_638_000.0) == Self.instant)
    #expect(SentTime.milliseconds(epoch: 1_795_239_427_638_000_000.0) == Self.instant)
  }

  @Test("epochs from 1970 to 2199 are times, others are none")
  func epochRange() {
    #expect(SentTime.milliseconds(epoch: Int64(0)) == 0)
    #expect(SentTime.milliseconds(epoch: Int64(1)) == 1_000)
    #expect(SentTime.milliseconds(epoch: Int64(-1)) == nil)
    #expect(SentTime.milliseconds(epoch: Int64.min) == nil)
    #expect(SentTime.milliseconds(epoch: Int64(7_258_118_400)) == 7_258_118_400_000)
    #expect(SentTime.milliseconds(epoch: Int64(7_258_118_401)) == nil)
    #expect(SentTime.milliseconds(epoch: Int64(99_999_999_999)) == nil)
    #expect(SentTime.milliseconds(epoch: Int64(100_000_000_000)) == 100_000_000_000)
    #expect(SentTime.milliseconds(epoch: Int64.max) == nil)
    for nonsense: Double in [-1, -0.5, .nan, .infinity, -.infinity, 1e300, 7_258_118_401] {
      #expect(SentTime.milliseconds(epoch: nonsense) == nil)
    }
  }

  @Test("epochs written as text are read like numbers", arguments: [
    ("1795239427", 1_795_239_427_000), ("1795239427.638", instant), ("1795239427638", instant),
    ("1795239427638000", instant), ("1795239427638000999", instant), ("0", 0),
  ])
  func numericText(text: String, expected: Milliseconds) {
    #expect(read(text) == expected)
  }

  @Test("RFC 3339 times with fractions and offsets are read", arguments: [
    ("2026-11-21T05:37:07.638Z", instant), ("2026-11-21t05:37:07.638z", instant),
    ("2026-11-21 05:37:07.638Z", instant), ("2026-11-21T12:37:07.638+07:00", instant),
    ("2026-11-20T23:37:07.638-06:00", instant), ("2026-11-21T05:07:07.638-00:30", instant),
    ("2026-11-21T05:37:07.6389999999999999999999999Z", instant),
    ("2026-11-21T05:37:07.6Z", instant - 38), ("2026-11-21T05:37:07Z", instant - 638),
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T07:00:00+07:00", 0),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2028-02-29T00:00:00Z", 1_835_395_200_000),
    ("2000-02-29T12:00:00Z", 951_825_600_000), ("2199-12-31T23:59:59Z", 7_258_118_399_000),
  ])
  func rfc3339(text: String, expected: Milliseconds) {
    #expect(read(text) == expected)
  }

  @Test("text that is no time is refused", arguments: [
    "", " ", "now", "nan", "inf", "-1", "2026-11-21", "2026-11-21T05:37:07", "2026-11-21T05:37Z",
    "2027-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-02-30T00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+07:60", "2026-01-01T00:00:00+0700", "2026-01-01T00:00:00+07:0",
    "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00 Z", "2026-01-01T00:00:00.5",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+07:00", "2200-01-01T00:00:00Z",
    "2026/01/01T00:00:00Z", "2026-01-01X00:00:00Z", "２026-01-01T00:00:00Z",
    "2026-1-01T00:00:00.0Z", "2026-01-01T00:00:00.Z", "0x6f", "0x1p30",
  ])
  func nonsense(text: String) {
    #expect(read(text) == nil)
  }

  @Test("every day from 1970 to 2199 agrees with counting days one by one")
  func everyDay() {
    var days: Milliseconds = 0
    for year in 1970...2199 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (month, length) in lengths.enumerated() {
        for day in 1...length {
          let text = "\(year)-\(two(month + 1))-\(two(day))T01:02:03Z"
          let expected = days * 86_400_000 + 3_723_000
          guard read(text) == expected else {
            Issue.record("\(text) is not \(expected)")
            return
          }
          days += 1
        }
        #expect(read("\(year)-\(two(month + 1))-\(two(length + 1))T00:00:00Z") == nil)
      }
    }
  }

  @Test("random bytes are a time or none, and never a crash")
  func randomBytes() {
    let seed = UInt64.random(in: 0...(.max))
    print("sent time seed \(seed)")
    var generator = SeededGenerator(seed: seed)
    let template = Array("2026-11-21T05:37:07.638+07:00".utf8)
    for _ in 0..<20_000 {
      var text = Array(template.prefix(Int.random(in: 0...template.count, using: &generator)))
      for _ in 0..<Int.random(in: 0...3, using: &generator) where !text.isEmpty {
        let place = Int.random(in: 0..<text.count, using: &generator)
        text[place] = UInt8.random(in: 0...(.max), using: &generator)
      }
      let instant = unsafe text.withUnsafeBytes { unsafe SentTime.milliseconds(text: $0) }
      if let instant {
        #expect((0...7_258_204_800_000).contains(instant), "seed \(seed), \(text)")
      }
    }
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
