// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Alerting

@Suite("alert words")
struct AlertWordsTests {
  static let clients = Metric(
    name: "clients", path: "/clients", form: .gauge, unit: "{client}",
    title: Title(vi: "Số máy khách", en: "Clients"))
  static let mains = Metric(
    name: "mains_v", path: "/mains_v", form: .gauge, unit: "V",
    title: Title(vi: "Điện áp lưới", en: "Mains voltage"))
  static let wan = Metric(
    name: "wan_up", path: "/wan/up", form: .flag,
    title: Title(vi: "Có kết nối Internet", en: "Internet link up"))
  static let noon: Milliseconds = 1_700_024_400_000

  private static func summary(_ evidence: AlertEvidence, _ metric: Metric?) -> Title {
    AlertWords.summary(evidence, metric: metric, since: noon)
  }

  @Test("a value far above its usual is said in times the usual, at its hour")
  func timesUsual() {
    let said = Self.summary(
      .anomaly(
        metric: Self.clients, value: 88, expected: 11.04, usualDeviation: 2.5, score: 30,
        localHour: 19), Self.clients)
    #expect(
      said.vi
        == "Số máy khách: 88, gấp 8 lần mức thường thấy lúc 19 giờ (11,04, thường lệch 2,5)")
    #expect(said.en == "Clients: 88, 8 times the usual at 19:00 (11.04, usually within 2.5)")
  }

  @Test("a value below its usual is unlike the usual, not a fraction of it")
  func belowUsual() {
    let said = Self.summary(
      .anomaly(
        metric: Self.mains, value: 120, expected: 221, usualDeviation: 3, score: 9,
        localHour: nil), Self.mains)
    #expect(said.vi == "Điện áp lưới: 120 V, khác mức thường thấy (221 V, thường lệch 3)")
  }

  @Test("a condition names value, limit and since when")
  func condition() {
    let condition = Condition(metric: "mains_v", comparison: .less, constant: .number(100))
    let said = Self.summary(
      .condition(condition, metric: Self.mains, value: .number(0.25)), Self.mains)
    #expect(
      said.vi == "Điện áp lưới: 0,25 V (ngưỡng cảnh báo < 100), từ 15/11/2023 12:00:00")
  }

  @Test("a flag is said as yes or no")
  func flag() {
    let condition = Condition(metric: "wan_up", comparison: .equal, constant: .number(0))
    let said = Self.summary(
      .condition(condition, metric: Self.wan, value: .flag(false)), Self.wan)
    #expect(said.vi == "Có kết nối Internet: không, từ 15/11/2023 12:00:00")
    #expect(said.en == "Internet link up: no, since 15/11/2023 12:00:00")
  }

  @Test("silence from the start, silence, and the broker's word are told apart")
  func offline() {
    let never = Self.summary(
      .offline(lastHeardAt: nil, markReceivedAt: nil, allowance: 180_000), nil)
    #expect(never.vi.hasPrefix("chưa từng nhận được tín hiệu"))
    let marked = Self.summary(
      .offline(lastHeardAt: Self.noon, markReceivedAt: Self.noon + 40_000, allowance: 180_000),
      nil)
    #expect(marked.vi.contains("ngắt kết nối lúc 15/11/2023 12:00:40"))
  }

  @Test(
    "numbers are short and exact to two decimals",
    arguments: [
      (0.0, "0"), (-0.004, "0"), (1.005, "1"), (-1.5, "-1.5"), (0.05, "0.05"), (12.34, "12.34"),
      (100.0, "100"), (1e300, "1e+300"),
    ])
  func numbers(number: Double, text: String) {
    #expect(AlertWords.plain(number) == text)
  }

  @Test("evidence survives being kept")
  func roundTrip() throws {
    let evidence = AlertEvidence.offline(
      lastHeardAt: Self.noon + 7, markReceivedAt: Self.noon, allowance: 60_000)
    #expect(try AlertEvidence(json: evidence.json) == evidence)
  }
}
