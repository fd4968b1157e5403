// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry
import Testing

@testable import Reporting

@Suite struct TargetTests {
  static let minute: Milliseconds = 60_000

  /// A period of 100 minutes, known until `now`; the device speaks every minute of `heard`.
  private func availability(_ heard: [ClosedRange<Int64>], now: Int64) -> StateTimes {
    var history = DeviceHistory(reportInterval: Self.minute)
    for minute in heard.joined() {
      history.add(
        HistoryReading(eventTime: minute * Self.minute, receivedAt: minute * Self.minute))
    }
    return Availability.compute(
      history: history, period: Interval(start: 0, end: 100 * Self.minute),
      now: now * Self.minute,
      observed: IntervalSet([Interval(start: 0, end: now * Self.minute)]),
      plan: ServicePlan(), reportInterval: Self.minute,
      offlineAfter: 3 * Self.minute, commissionedAt: nil, retiredAt: nil, outageMin: 60_000
    ).times
  }

  @Test("all observed: the ratio itself decides, and the target exactly reached is met")
  func observed() {
    let whole = availability([0...10, 20...100], now: 100)
    #expect(whole.ratio == 900_000)
    #expect(TargetVerdict(whole, targetPartsPerMillion: 900_000) == .met)
    #expect(TargetVerdict(whole, targetPartsPerMillion: 900_001) == .missed)
  }

  @Test("time that was not observed may leave the verdict open")
  func unobserved() {
    let half = availability([0...50], now: 50)
    #expect(TargetVerdict(half, targetPartsPerMillion: 500_000) == .met)
    #expect(TargetVerdict(half, targetPartsPerMillion: 500_001) == .undecided)
    let down = availability([0...10, 60...70], now: 70)
    #expect(TargetVerdict(down, targetPartsPerMillion: 500_000) == .undecided)
    #expect(TargetVerdict(down, targetPartsPerMillion: 500_001) == .missed)
  }

  @Test("a device never heard has no verdict")
  func unknown() {
    #expect(TargetVerdict(availability([], now: 100), targetPartsPerMillion: 1) == nil)
  }

  @Test("every form says the target, and which devices meet it")
  func forms() {
    var report = ReportTests.report()
    #expect(report.devices.map(\.targetVerdict) == [.missed, .missed, .met])
    #expect(report.deviceCount(.missed) == 2 && report.deviceCount(.met) == 1)
    let text = TextReport.render(report)
    #expect(text.contains("Mục tiêu độ khả dụng: 99,5 %"))
    #expect(text.contains("ngắn hơn: 60 giây"))
    #expect(text.contains("đạt 1, không đạt 2, chưa rõ 0"))
    #expect(HTMLReport.render(report).contains("<b class=\"missed\">không đạt</b>"))
    #expect(CSVReport.render(report).contains(",missed,995000,60000,"))
    let json = JSONReport.render(report)
    #expect(json.contains("\"meets_target\" : \"met\"") && json.contains("\"target_ppm\" : 995000"))
    report.settings.targetPartsPerMillion = 999_950
    report.settings.outageMin = 1_500
    report.unitName = "Xã Mẫu"
    let other = TextReport.render(report)
    #expect(other.contains("99,995 %") && other.contains("1,5 giây"))
    #expect(other.contains("Đơn vị: Xã Mẫu"))
  }

  @Test("percent becomes parts per million, and nonsense is refused")
  func percent() {
    #expect(UptimeSettings.partsPerMillion(percent: 99.5) == 995_000)
    #expect(UptimeSettings.partsPerMillion(percent: 100) == 1_000_000)
    #expect(UptimeSettings.partsPerMillion(percent: 1e-9) == 1)
    for percent in [0, -1, 100.1, .nan, .infinity] {
      #expect(UptimeSettings.partsPerMillion(percent: percent) == nil)
    }
  }

  @Test("settings come from the store, defaults where nothing is kept, an argument overrides")
  func store() throws {
    let home = try ServiceReportTests.filled()
    let profiles = [ServiceReportTests.profile]
    let (store, day) = (home.store, ReportTests.day)
    #expect(try UptimeSettings.inForce(in: store) == UptimeSettings())
    let kept = UptimeSettings(outageMin: 3 * 3_600_000, targetPartsPerMillion: 900_000)
    try kept.save(in: store)
    #expect(try UptimeSettings.inForce(in: store) == kept)
    let report = try Report.build(store: store, profiles: profiles, period: day)
    #expect(report.settings == kept)
    #expect(report.devices.map(\.targetVerdict) == [.met])
    #expect(report.devices.map(\.shortOutageCount) == [1])
    let strict = try Report.build(
      store: store, profiles: profiles, period: day, settings: UptimeSettings())
    #expect(strict.devices.map(\.targetVerdict) == [.missed])
    #expect(strict.devices.map(\.shortOutageCount) == [0])
    try store.setSetting("uptime", "{\"target_ppm\":980000}")
    let partial = UptimeSettings(targetPartsPerMillion: 980_000)
    #expect(try UptimeSettings.inForce(in: store) == partial)
  }

  @Test(
    "settings that cannot be understood are said, not guessed",
    arguments: [
      "", "[]", "{\"target_ppm\":0}", "{\"target_ppm\":1000001}", "{\"outage_min_ms\":-1}",
    ])
  func damaged(text: String) throws {
    let home = try TemporaryStore()
    try home.store.setSetting("uptime", text)
    let error = #expect(throws: StoreError.self) { try UptimeSettings.inForce(in: home.store) }
    #expect(error?.code == .corrupt)
  }
}
