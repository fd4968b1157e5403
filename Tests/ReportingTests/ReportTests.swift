// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import Testing

@testable import Reporting

@Suite struct ReportTests {
  /// Midnight of 21/11/2026 in Viet Nam.
  static let midnight: Milliseconds = 1_795_219_200_000 - 7 * 3_600_000
  static let day = Interval(start: midnight, end: midnight + 86_400_000)
  static let minute: Milliseconds = 60_000

  static let profile = Profile(
    kind: "wifi-ap", title: Title(vi: "Wi-Fi công cộng", en: "Public Wi-Fi"), version: 1,
    reportInterval: minute, offlineAfter: 3 * minute, serviceHours: [],
    metrics: [
      Metric(name: "up", path: "/up", form: .gauge, title: Title(vi: "", en: "")),
      Metric(name: "rx", path: "/rx_bytes", form: .counter, title: Title(vi: "", en: "")),
    ],
    service: [],
    usage: [
      UsageFigure(
        name: "traffic", title: Title(vi: "Lưu lượng", en: "Traffic"), metric: "rx",
        formula: .total, unit: "GB", divisor: 1e9)
    ], alerts: [])

  static let registry = Registry(
    units: [
      Unit(code: "X", name: "Xã Mẫu", level: "commune"),
      Unit(
        code: "X-10", name: "Thôn 10", level: "village", levelLabel: "thôn", parent: "X"),
      Unit(code: "X-2", name: "Thôn 2", level: "village", levelLabel: "thôn", parent: "X"),
    ],
    sites: [
      Site(code: "s10", name: "NVH 10", type: "culture-house", unit: "X-10"),
      Site(code: "s2", name: "NVH 2", type: "culture-house", unit: "X-2"),
    ],
    devices: [
      Device(
        number: 1, id: "ap-10", kind: "wifi-ap", name: "=Trạm \"10\", sân", site: "s10",
        commune: "X"),
      Device(number: 2, id: "ap-2", kind: "wifi-ap", name: "Trạm 2", site: "s2", commune: "X"),
      Device(
        number: 3, id: "ap-3", kind: "wifi-ap", name: "Trạm 3", site: "s2", commune: "X",
        commissionedAt: midnight + 12 * 3_600_000),
    ])

  /// Device 1 speaks all day, device 2 but for 06:00–08:00, device 3 never.
  static func columns() -> ReadingColumns {
    var columns = ReadingColumns(
      kind: "wifi-ap", profileVersion: 1, metricNames: ["up", "rx"])
    func append(_ device: Int64, _ minuteOfDay: Int64, _ flags: ReadingFlags = []) {
      let time = midnight + minuteOfDay * minute
      columns.device.append(device)
      columns.channel.append(.telemetry)
      columns.flags.append(flags)
      columns.receivedAt.append(time + 200)
      columns.eventTime.append(time)
      columns.sentTime.append(.absent)
      columns.session.append(1)
      columns.packetID.append(1)
      columns.payloadHash.append(UInt64(minuteOfDay))
      columns.metrics[0].append(.integer(minuteOfDay * 60 + 90_000))
      columns.metrics[1].append(.integer(minuteOfDay * 1_000_000))
    }
    for minute in 0...1_440 as ClosedRange<Int64> {
      append(1, minute)
      if !(361..<480).contains(minute) { append(2, minute) }
      if minute == 365 { append(2, minute, [.offlineMark]) }
    }
    append(1, 700)
    return columns
  }

  static func report(
    language: Language = .vi, unit: String? = nil, observed: [Interval] = [day]
  ) -> Report {
    let scope = ReportScope(
      registry: registry, profiles: [profile], period: day, unit: unit, kind: nil)
    var accounts = Accounts(devices: scope.devices, profiles: scope.profiles)
    accounts.add(columns(), window: Report.window(around: day))
    let observed = IntervalSet(observed)
    let known = observed.intervals.last?.end ?? accounts.lastReceivedAt ?? day.start
    var sums = PeriodSums(scope: scope, period: day, settings: UptimeSettings())
    sums.add(
      accounts, of: scope.devices, interval: day, knownUntil: known, observed: observed)
    return Report.assemble(
      sums.kinds, scope: scope, period: day, knownUntil: known, language: language,
      settings: UptimeSettings())
  }

  @Test("villages stand in Vietnamese order, numbers as numbers")
  func order() {
    #expect(Self.report().units.filter { !$0.devices.isEmpty }.map(\.name) == ["Thôn 2", "Thôn 10"])
    #expect(Self.report(unit: "X-2").devices.map(\.device.number) == [2, 3])
    #expect(Self.report(unit: "X").devices.count == 3)
    #expect(Self.report(unit: "elsewhere").devices.isEmpty)
    let names = ["Đa", "Da", "Ân", "Ăn", "An", "Thôn 10", "thôn 2"]
    let sorted = names.sorted(by: LocalFormat.precedes)
    #expect(sorted == ["An", "Ăn", "Ân", "Da", "Đa", "thôn 2", "Thôn 10"])
  }

  @Test("a silent device is down, one never heard since it was commissioned")
  func figures() {
    let devices = Self.report().devices
    #expect(devices.map(\.device.number) == [2, 3, 1])
    let hour: Milliseconds = 3_600_000
    #expect(devices[0].times[.noLink] == 2 * hour)
    #expect(devices[0].outageCount == 1)
    #expect(devices[0].outages.first?.isMarked == true)
    #expect(devices[1].times[.excluded] == 12 * hour)
    #expect(devices[1].times[.unknown] == 12 * hour)
    #expect(devices[2].times.ratio == 1_000_000)
    #expect(devices[2].usage.first?.amount == .whole(1_440_000_000))
    #expect(Self.report().quality.duplicates == 1)
  }

  @Test("the text report speaks Vietnamese with a decimal comma")
  func text() {
    let text = TextReport.render(Self.report())
    #expect(text.contains("Kỳ báo cáo: 21/11/2026"))
    #expect(text.contains("Số liệu tạm tính (chưa chốt)"))
    #expect(text.contains("22,00"))
    #expect(text.contains("91,66"))
    #expect(text.contains("1,44"))
    let english = TextReport.render(Self.report(language: .en))
    #expect(english.contains("91.66") && english.contains("Longest"))
    let bounds = TextReport.render(
      Self.report(observed: [Interval(start: Self.day.start, end: Self.day.end - 8_640_000)]))
    #expect(bounds.contains("(") && bounds.contains("–"))
  }

  @Test("units are words for people, and never keep the braces of a profile")
  func unitsAreWords() {
    let words = Words(language: .vi)
    #expect(words.shown(unit: "{client}.min") == "phút × máy")
    #expect(words.shown(unit: "{sheet}/d") == "sheet/d")
    #expect(words.shown(unit: "1").isEmpty)
    #expect(words.shown(unit: "GB") == "GB")
  }

  @Test("CSV quotes, and defuses names that look like formulas")
  func csv() {
    let lines = CSVReport.render(Self.report()).split(separator: "\r\n")
    #expect(lines.count == 4)
    #expect(lines.last?.contains(#""'=Trạm ""10"", sân""#) == true)
    #expect(lines.first?.hasSuffix("wifi-ap.traffic") == true)
  }

  @Test("JSON carries exact integers")
  func json() {
    let json = JSONReport.render(Self.report())
    #expect(json.contains("\"no_link_ms\" : 7200000"))
    #expect(json.contains("\"whole\" : 1440000000"))
    #expect(json.contains("\"provisional\" : true"))
  }

  @Test("an explanation names the readings and marks around an outage")
  func explanation() throws {
    let scope = ReportScope(
      registry: Self.registry, profiles: [Self.profile], period: Self.day, unit: nil, kind: nil)
    var accounts = Accounts(devices: scope.devices, profiles: scope.profiles)
    accounts.add(Self.columns(), window: Report.window(around: Self.day))
    let device = try #require(scope.devices.first { $0.number == 2 })
    let account = try #require(accounts[2])
    let terms = DeviceTerms(
      device: device, profile: Self.profile, plan: ServicePlan(), settings: UptimeSettings())
    let availability = terms.availability(
      of: account.history, period: Self.day, now: Self.day.end, observed: IntervalSet([Self.day]))
    let explanation = Explanation.assemble(
      account: account, device: device, profile: Self.profile, availability: availability,
      knownUntil: Self.day.end, language: .vi)
    let evidence = try #require(explanation.outages.first)
    #expect(evidence.lastBefore?.eventTime == Self.midnight + 360 * Self.minute)
    #expect(evidence.firstAfter?.eventTime == Self.midnight + 480 * Self.minute)
    #expect(evidence.marks.count == 1)
    let text = TextExplanation.render(explanation)
    #expect(text.contains("mất kết nối") && text.contains("21/11/2026 06:00:00"))
  }
}
