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
  static let sessions = Metric(
    name: "sessions", path: "/sessions", form: .counter, unit: "{session}",
    title: Title(vi: "Lượt sử dụng", en: "Sessions"))
  static let wan = Metric(
    name: "wan_up", path: "/wan/up", form: .flag,
    title: Title(vi: "Có kết nối Internet", en: "Internet link up"))
  static let noon: Milliseconds = 1_700_024_400_000

  static func finding(
    _ value: Double, expected: Double, _ channel: AlertEvidence.Channel = .seasonal,
    isAbove: Bool? = nil, hour: Int? = 19, count: Int = 41_233
  ) -> AnomalyFinding {
    AnomalyFinding(
      value: value, expected: expected, lower: expected - 5, upper: expected + 5,
      usualDeviation: 2.5, novelty: 11, severity: 3.4, channel: channel,
      isAbove: isAbove ?? (value > expected), localHour: hour, readingCount: count)
  }

  private static func summary(
    _ evidence: AlertEvidence, _ metric: Metric?, _ title: Title, action: Title? = nil
  ) -> Title {
    AlertWords.summary(
      evidence,
      rule: AlertRule(
        name: "rule", title: title, severity: .low, trigger: .offline, action: action),
      metric: metric, device: "Wi-Fi thôn 3", place: "Nhà văn hóa thôn 3", since: noon)
  }

  private static let unusual = Title(
    vi: "Số máy khách bất thường", en: "Unusual number of clients")

  @Test("a value far above its usual is said in times the usual, at its hour")
  func timesUsual() {
    let said = Self.summary(
      .anomaly(metric: Self.clients, Self.finding(88, expected: 11.04)), Self.clients,
      Self.unusual, action: Title(vi: "Cán bộ xã đến xem", en: "Go and look"))
    #expect(
      said.vi
        == "Số máy khách bất thường – Wi-Fi thôn 3 (Nhà văn hóa thôn 3): 88 máy khách, gấp 8 lần "
        + "mức thường thấy lúc 19 giờ; hiếm gặp trong 41.000 lần đo, từ 12:00 15/11/2023. "
        + "Cán bộ xã đến xem.")
    #expect(
      said.en
        == "Unusual number of clients – Wi-Fi thôn 3 (Nhà văn hóa thôn 3): 88 clients, 8 times "
        + "the usual at 19:00; rarely seen in 41,000 readings, since 12:00 15/11/2023. "
        + "Go and look.")
  }

  @Test("every channel and side says what was compared")
  func channels() {
    func said(_ value: Double, _ channel: AlertEvidence.Channel) -> String {
      let evidence = AlertEvidence.anomaly(
        metric: Self.mains, Self.finding(value, expected: 221.5, channel, hour: nil))
      return Self.summary(evidence, Self.mains, Title(vi: "Điện áp lưới", en: "")).vi
    }
    #expect(said(120, .seasonal).contains("120 V, thấp hơn mức thường thấy 221,5 V;"))
    #expect(said(120, .spike).contains("tụt hẳn, 120 V, thấp hơn mức thường thấy 221,5 V"))
    #expect(said(230, .level).contains("gần đây cao hơn hẳn trước, lần này 230 V, thường 221,5 V"))
    #expect(said(230, .drift).contains("gần đây cao hơn mọi ngày, lần này 230 V, thường 221,5 V"))
    #expect(
      said(230, .texture).contains(
        "lên xuống mạnh hơn mọi khi, lần này 230 V; thường 216,5 đến 226,5 V"))
    #expect(said(120, .texture).contains("gần như không thay đổi, khác mọi khi: 120 V"))
  }

  @Test("a counter is said by its rate")
  func rate() {
    let said = Self.summary(
      .anomaly(metric: Self.sessions, Self.finding(0.0254, expected: 0.001)), Self.sessions,
      Self.unusual)
    #expect(said.vi.contains("0,0254 lượt/giây, cao hơn mức thường thấy 0,001 lượt/giây"))
  }

  @Test("a condition names value, limit, how long and since when")
  func condition() {
    let condition = Condition(metric: "mains_v", comparison: .less, constant: .number(100))
    let said = Self.summary(
      .condition(condition, metric: Self.mains, value: .number(0.25), held: 120_000), Self.mains,
      Title(vi: "Mất điện lưới", en: "Mains lost"))
    #expect(
      said.vi
        == "Mất điện lưới – Wi-Fi thôn 3 (Nhà văn hóa thôn 3): 0,25 V (báo khi dưới 100 V); đã kéo "
        + "dài 2 phút, từ 12:00 15/11/2023. Cán bộ xã kiểm tra thiết bị, cần thì báo đơn vị bảo "
        + "trì.")
    #expect(said.en.contains("0.25 V (alert if below 100 V); for 2 minutes now, since 12:00"))
  }

  @Test("a flag is said by how long it has been so")
  func flag() {
    let condition = Condition(metric: "wan_up", comparison: .equal, constant: .number(0))
    func said(_ held: Milliseconds) -> Title {
      Self.summary(
        .condition(condition, metric: Self.wan, value: .flag(false), held: held), Self.wan,
        Title(vi: "Mất kết nối Internet", en: "Internet link down"))
    }
    #expect(said(180_000).vi.contains(": đã kéo dài 3 phút, từ 12:00 15/11/2023."))
    #expect(said(0).vi.contains(": thấy trong 1 lần đo, từ"))
    #expect(said(0).en.contains(": seen in 1 reading, since"))
  }

  @Test("silence from the start, silence, and the broker's word are told apart")
  func offline() {
    let title = Title(vi: "Mất liên lạc", en: "Offline")
    func said(_ last: Milliseconds?, _ mark: Milliseconds?) -> String {
      Self.summary(
        .offline(lastHeardAt: last, markReceivedAt: mark, allowance: 180_000), nil, title
      ).vi
    }
    #expect(said(nil, nil).contains("chưa từng có tín hiệu, quá 3 phút cho phép"))
    #expect(said(Self.noon, nil).contains("không có tín hiệu quá 3 phút cho phép, từ 12:00"))
    #expect(
      said(Self.noon, Self.noon + 40_000).contains(
        "máy chủ báo đã mất kết nối, 40 giây sau tín hiệu cuối"))
    #expect(said(Self.noon, nil).hasSuffix("kiểm tra nguồn điện và dây mạng tại chỗ."))
  }

  @Test("names lose words before anything else is left out")
  func shortened() {
    let long = AlertSentence(
      title: "Điện áp lưới bất thường",
      device: "Cụm loa truyền thanh thông minh ngã ba trung tâm thôn Đồng Lạc số hai",
      place: "Nhà văn hóa và khu thể thao trung tâm thôn Đồng Lạc xã Phú Lâm",
      facts: ["120 V, thấp hơn mức thường thấy 221,5 V", "hiếm gặp trong 41.000 lần đo"],
      since: "từ 12:00 15/11/2023", action: "Cán bộ xã xem thiết bị")
    #expect(long.text.count <= AlertSentence.lengthMax)
    #expect(long.text.contains("hiếm gặp trong 41.000 lần đo, từ 12:00 15/11/2023. Cán bộ xã xem"))
    #expect(long.text.contains("(Nhà văn hóa và…)"), "cut between words")
  }

  @Test(
    "numbers are short, with two decimals, or three digits below one",
    arguments: [
      (0.0, "0"), (-0.004, "-0,004"), (1.005, "1"), (-1.5, "-1,5"), (0.05, "0,05"),
      (12.34, "12,34"), (100.0, "100"), (12_345.678, "12.345,68"), (0.000_123_456, "0,000123"),
      (1e300, "1×10^300"), (.leastNonzeroMagnitude, "4,9×10^-324"),
      (-.greatestFiniteMagnitude, "-1,8×10^308"),
      (999_999_999_999, "999.999.999.999"), (.infinity, "∞"),
    ])
  func numbers(number: Double, text: String) {
    #expect(AlertNumber.vietnamese.text(number) == text)
  }

  @Test("evidence survives being kept")
  func roundTrip() throws {
    for evidence in [
      AlertEvidence.offline(
        lastHeardAt: Self.noon + 7, markReceivedAt: Self.noon, allowance: 60_000),
      AlertEvidence.anomaly(metric: Self.mains, Self.finding(1, expected: 2, .drift)),
    ] {
      #expect(try AlertEvidence(json: evidence.json) == evidence)
    }
  }

  @Test("infinities leave no number in evidence and a whole sentence")
  func infinite() {
    let evidence = AlertEvidence.anomaly(
      metric: Self.mains, Self.finding(.infinity, expected: .nan))
    #expect(!evidence.json.contains("inf") && !evidence.json.contains("nan"))
    let said = Self.summary(evidence, Self.mains, Self.unusual)
    #expect(said.vi.contains("số đo lớn chưa từng thấy trong 41.000 lần đo"))
  }
}
