// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

@testable import Alerting
@testable import Pipeline

/// Every sentence that any rule of any shipped profile can say, whatever the numbers and names are.
@Suite("alert sentences")
struct AlertSentenceTests {
  private static let since: Milliseconds = 1_795_251_427_638
  private static let names = [
    (device: "Wi-Fi nhà văn hóa thôn Đồng Lạc", place: "Nhà văn hóa thôn Đồng Lạc"),
    (device: "ap", place: ""),
    (
      device: String(repeating: "Cụm loa truyền thanh thông minh ", count: 9),
      place: String(repeating: "Nhà văn hóa và khu thể thao thôn ", count: 9)
    ),
    (
      device: String(repeating: "ệ", count: 300), place: String(repeating: "ộ", count: 300)
    ),
  ]
  private static let numbers: [Double] = [
    0, 1, -1, 0.25, 88, 12_345.678, -97, 1e15, -1.234e300, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-9, .infinity, .nan,
  ]

  private static func evidence(_ rule: AlertRule, _ profile: Profile) -> [AlertEvidence] {
    switch rule.trigger {
    case .offline:
      let lengths: [Milliseconds] = [0, 1_000, 119_000, 180_000, 86_400_000 * 4_000]
      return lengths.flatMap { length in
        [
          .offline(lastHeardAt: nil, markReceivedAt: nil, allowance: length),
          .offline(lastHeardAt: since, markReceivedAt: nil, allowance: length),
          .offline(lastHeardAt: since, markReceivedAt: since + length, allowance: 180_000),
        ]
      }
    case .condition(let condition, _):
      guard let metric = profile.metrics.first(where: { $0.name == condition.metric }) else {
        return []
      }
      let values: [Value]
      switch condition.constant {
      case .word: values = [.word("hung"), .word("anything")]
      case .number where metric.form == .flag: values = [.flag(true), .flag(false)]
      case .number: values = numbers.map { .number($0) }
      }
      return values.flatMap { value in
        [0, 180_000, 86_400_000 * 4_000].map {
          .condition(condition, metric: metric, value: value, held: $0)
        }
      }
    case .anomaly(let name):
      guard let metric = profile.metrics.first(where: { $0.name == name }) else { return [] }
      return anomalies(metric)
    case .check(let check):
      return checks(check, profile.metrics.first { $0.name == check.metric })
    }
  }

  private static func checks(_ check: Check, _ metric: Metric?) -> [AlertEvidence] {
    numbers.filter(\.isFinite).flatMap { number in
      [(true, 3, nil), (false, 12_000, number)].map { isAbove, count, perDay in
        var figures = CheckFigures(since: 0)
        (figures.value, figures.usual, figures.usualDeviation) = (number, -number, number)
        (figures.isAbove, figures.count, figures.length) = (isAbove, count, 90_061_000)
        (figures.perDay, figures.limit, figures.comparedCount) = (perDay, number / 2, count)
        (figures.reachedAt, figures.reachedEarliest) = (since + 9_000_000, since + 8_000_000)
        figures.reachedLatest = since + 99_000_000_000
        return .check(check, metric: metric, figures)
      }
    }
  }

  private static func anomalies(_ metric: Metric) -> [AlertEvidence] {
    var all: [AlertEvidence] = []
    for channel in AlertEvidence.Channel.allCases {
      for (position, value) in numbers.enumerated() {
        for (hour, step) in [(nil, 1), (0, 4), (23, 7)] as [(Int?, Int)] {
          let expected = numbers[(position + step) % numbers.count]
          let finding = AnomalyFinding(
            value: value, expected: expected, lower: expected - abs(value),
            upper: expected + abs(value), usualDeviation: value, novelty: 9, severity: 3,
            channel: channel, isAbove: value > expected, localHour: hour,
            readingCount: hour == nil ? 0 : 16_000_000)
          all.append(.anomaly(metric: metric, finding))
        }
      }
    }
    return all
  }

  private static func profiles() throws -> [Profile] {
    try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
  }

  @Test("every sentence says all of it in at most 200 characters, with nothing left open")
  func sentences() throws {
    var count = 0
    var faults: [String] = []
    for profile in try Self.profiles() {
      for rule in profile.alerts {
        for evidence in Self.evidence(rule, profile) {
          for name in Self.names {
            let said = AlertWords.summary(
              evidence, rule: rule,
              metric: profile.metrics.first { $0.name == evidence.metric }, device: name.device,
              place: name.place, since: Self.since)
            count += 1
            faults += Self.faults(said.vi, name.device, since: "từ 15:57 21/11/2026. ", "\\.")
            faults += Self.faults(said.en, name.device, since: "since 15:57 21/11/2026. ", ",")
          }
        }
      }
    }
    #expect(faults.isEmpty, "\(faults.count) of \(count): \(faults.prefix(9))")
    #expect(count > 2_000)
  }

  /// - Parameter thousands: what groups digits by three, and never stands before decimals.
  private static func faults(
    _ text: String, _ device: String, since: String, _ thousands: String
  ) -> [String] {
    let words = Set(words(of: text))
    let faults = [
      ("too long", text.count > 200), ("no full stop", !text.hasSuffix(".") || text.contains("..")),
      ("no device", !text.contains(device.prefix(2))), ("no instant", !text.contains(since)),
      ("no next step", text.hasSuffix(since)),
      ("a slot", ["?", "{", "}", "  ", "()", "\\"].contains { text.contains($0) }),
      ("a slot", !words.isDisjoint(with: ["nil", "optional", "nan", "inf", "infinity"])),
      (
        "wrong decimals",
        text.range(of: "[0-9]\(thousands)[0-9]{1,2}([^0-9]|$)", options: .regularExpression) != nil
      ),
    ]
    return faults.filter(\.1).map { "\($0.0): \(text)" }
  }

  /// Syllables without a mark that our Vietnamese sentences use, and names of techniques and units
  /// that Vietnamese has no other word for. Everything else must have a Vietnamese letter in it: a
  /// new word without one is added here by somebody who knows that it is Vietnamese.
  private static let plainWords: Set<String> = Set(
    """
    ai an cao che cho cntt cung dao di dung gia in khi khu lau loa mua nay ngay nhanh quay quy \
    sai sau sung thanh thay theo tra treo trong trung xem
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
  private static let techniques: Set<String> = [
    "wi-fi", "internet", "sim", "cpnet", "lan", "ms", "v", "dbm", "mb", "b", "c", "ubnd", "pin",
    "camera",
  ]

  @Test("no English word stands in a Vietnamese sentence")
  func vietnamese() throws {
    var unknown: [String: String] = [:]
    for profile in try Self.profiles() {
      for rule in profile.alerts {
        for evidence in Self.evidence(rule, profile) {
          let said = AlertWords.summary(
            evidence, rule: rule, metric: profile.metrics.first { $0.name == evidence.metric },
            device: "Thiết bị", place: "", since: Self.since)
          for word in Self.words(of: said.vi) where !Self.isVietnamese(word) {
            unknown[word] = said.vi
          }
        }
      }
    }
    #expect(unknown.isEmpty, "\(unknown.sorted { $0.key < $1.key })")
  }

  @Test("the check of words finds an English one")
  func canary() {
    let words = Self.words(of: "Ứng dụng bị treo: hung, offline since 19:05; the broker")
    #expect(
      words.filter { !Self.isVietnamese($0) }
        == ["hung", "offline", "since", "the", "broker"])
  }

  private static func words(of text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && $0 != "-" }.map(String.init)
      .filter { $0.contains(where: \.isLetter) }
  }

  private static func isVietnamese(_ word: String) -> Bool {
    word.contains { !$0.isASCII && $0.isLetter } || plainWords.contains(word)
      || techniques.contains(word)
  }
}
