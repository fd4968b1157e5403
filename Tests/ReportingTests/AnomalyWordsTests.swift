// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Analysis
@testable import Reporting

@Suite struct AnomalyWordsTests {
  private static func judgement(
    _ channel: Judgement.Channel, value: Double, expected: Double, deviation: Double = 3,
    hour: Int? = nil, isAbove: Bool = true, readings: Int = 41_000
  ) -> Judgement {
    Judgement(
      value: value, expected: expected, lower: expected - 1, upper: expected + 1,
      usualDeviation: deviation, novelty: 9, severity: 4, channel: channel, isAbove: isAbove,
      localHour: hour, readingCount: readings, isAnomalous: true, startsAnomaly: true)
  }

  private static func text(
    _ judgement: Judgement, unit: String = "ms", isUnseen: Bool = true, _ language: Language = .vi
  ) -> String {
    AnomalySentence.text(judgement, unit: unit, isUnseen: isUnseen, language: language)
  }

  @Test("a sentence says how many times the usual, at which hour, and whether it was ever seen")
  func sentences() {
    let seasonal = Self.judgement(.seasonal, value: 142.25, expected: 17.8, hour: 19)
    #expect(
      Self.text(seasonal)
        == "142,3 ms, gấp 8 lần mức thường thấy lúc 19 giờ (17,8 ms, thường lệch 3 ms); "
        + "chưa từng gặp trong 41.000 lần đo")
    #expect(
      Self.text(seasonal, isUnseen: false, .en)
        == "142.3 ms, 8 times the usual at 19:00 (17.8 ms, usually ± 3 ms)")
    let low = Self.judgement(.spike, value: 1, expected: 20, isAbove: false)
    #expect(
      Self.text(low, isUnseen: false)
        == "1 ms, thấp hơn mức thường thấy (20 ms, thường lệch 3 ms)")
    let level = Self.judgement(.level, value: 30, expected: 20)
    #expect(
      Self.text(level, unit: "")
        == "mức trung bình gần đây cao hơn hẳn mức lâu nay (20, thường lệch 3); lần đo này 30")
  }

  @Test("no sentence is longer than 200 characters or has a slot left open")
  func bounds() {
    let numbers = [
      0, -0.0, Double.leastNonzeroMagnitude, 1e-300, 123.456, -98_765_432.1, 999_999_999_999,
      1.797e308, -1e300,
    ]
    for language in Language.allCases {
      for channel in Judgement.Channel.allCases {
        for value in numbers {
          for expected in numbers {
            for isAbove in [true, false] {
              let text = Self.text(
                Self.judgement(
                  channel, value: value, expected: expected, deviation: expected.magnitude,
                  hour: 23, isAbove: isAbove, readings: 999_999_999),
                unit: String(repeating: "W", count: AnomalySentence.unitCountMax), language)
              #expect(text.count <= 200, "\(text.count): \(text)")
              for slot in ["?", "nan", "inf", "nil", "Optional", "  "] {
                #expect(!text.contains(slot), "\(text)")
              }
              if language == .vi {
                for word in ["usual", "reading", "recent", "seen", "above", "below", "times"] {
                  #expect(!text.contains(word), "\(text)")
                }
              }
            }
          }
        }
      }
    }
  }

  @Test(
    "measured values of any size have about four digits, with a decimal comma",
    arguments: [
      (0.0, "0"), (142.25, "142,3"), (0.012345, "0,01235"), (1_234_567.8, "1.234.568"),
      (1.5e300, "1,5·10³⁰⁰"), (-2.5e-7, "-2,5·10⁻⁷"), (Double.leastNonzeroMagnitude, "5·10⁻³²⁴"),
      (9.99996e20, "1·10²¹"),
      (1e12, "1·10¹²"), (123_456e10, "1,235·10¹⁵"),
    ] as [(Double, String)])
  func measured(value: Double, expected: String) {
    #expect(LocalFormat(words: Words(language: .vi)).measured(value) == expected)
  }
}
