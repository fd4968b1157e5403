// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry
import Testing

@testable import Reporting

/// One access point that speaks all day; its link fails from 10:00 to 11:30, and it is silent from
/// 14:00 to 16:00.
@Suite struct ServiceReportTests {
  static let hour: Milliseconds = 3_600_000
  static let day = ReportTests.day

  static var profile: Profile {
    var profile = ReportTests.profile
    profile.metrics += [
      Metric(
        name: "wan_up", path: "/wan/up", form: .flag,
        title: Title(vi: "Đường truyền", en: "WAN link")),
      Metric(name: "app", path: "/app", form: .state, title: Title(vi: "Ứng dụng", en: "App")),
    ]
    profile.service = [
      Condition(metric: "wan_up", comparison: .equal, constant: .number(1)),
      Condition(metric: "app", comparison: .notEqual, constant: .word("hung")),
    ]
    return profile
  }

  static func columns() -> ReadingColumns {
    var columns = ReadingColumns(
      kind: "wifi-ap", profileVersion: 1, metricNames: ["app", "up", "wan_up"])
    for minute in 0...1_440 as ClosedRange<Int64> where !(841..<960).contains(minute) {
      let time = day.start + minute * 60_000
      columns.device.append(1)
      columns.channel.append(.telemetry)
      columns.flags.append([])
      columns.receivedAt.append(time + 100)
      columns.eventTime.append(time)
      columns.sentTime.append(.absent)
      columns.session.append(1)
      columns.packetID.append(1)
      columns.payloadHash.append(UInt64(minute))
      columns.metrics[0].append(.word("running"))
      columns.metrics[1].append(.integer(minute * 60))
      columns.metrics[2].append(.flag(!(600..<690).contains(minute)))
    }
    return columns
  }

  static func filled() throws -> TemporaryStore {
    let home = try TemporaryStore()
    var registry = ReportTests.registry
    registry.devices.removeLast(2)
    _ = try home.store.importRegistry(
      registry, full: false, by: "test", at: day.start, dryRun: false)
    var batch = CommitBatch()
    batch.blocks = [columns()]
    batch.observed = [Observation(session: 1, start: day.start, end: day.end)]
    try home.store.commit(batch)
    return home
  }

  @Test("a report from a store tells what share of the day the service was there")
  func report() throws {
    let home = try Self.filled()
    let report = try Report.build(store: home.store, profiles: [Self.profile], period: Self.day)
    let device = try #require(report.devices.first)
    let service = try #require(device.service)
    #expect(service.held == 24 * Self.hour - 7 * Self.hour / 2)
    #expect(service.failed == 3 * Self.hour / 2 && service.down == 2 * Self.hour)
    #expect(service.ratio == 854_166 && device.times.ratio == 916_666)
    let text = TextReport.render(report)
    #expect(text.contains("85,41") && text.contains("Độ khả dụng"))
    #expect(HTMLReport.render(report).contains(">85,41<"))
    #expect(CSVReport.render(report).contains(",854166,854166,854166,missed,"))
    let json = JSONReport.render(report)
    #expect(json.contains("\"failed_ms\" : 5400000"))
  }

  @Test("an explanation lists the stretches in which the service failed, and the condition")
  func explanation() throws {
    let home = try Self.filled()
    for (language, condition) in [(Language.vi, "Đường truyền = có"), (.en, "WAN link = yes")] {
      let explanation = try #require(
        try Explanation.build(
          store: home.store, profiles: [Self.profile], device: 1, period: Self.day,
          language: language))
      let failure = try #require(explanation.service?.failures.first)
      #expect(failure.interval.start == Self.day.start + 10 * Self.hour)
      #expect(failure.isRestored)
      let text = TextExplanation.render(explanation)
      #expect(text.contains("21/11/2026 10:00:00 → 21/11/2026 11:30:00"))
      #expect(text.contains(condition))
    }
  }

  @Test("a kind without conditions has a dash, not a figure")
  func none() throws {
    let report = ReportTests.report()
    #expect(report.devices.allSatisfy { $0.service == nil })
    #expect(!JSONReport.render(report).contains("held_ms"))
  }

  @Test("conditions are read as words, flags as yes and no")
  func conditions() {
    let words = Words(language: .vi)
    let format = LocalFormat(words: words)
    let metrics = [
      Metric(
        name: "age", path: "/a", form: .gauge, unit: "h", title: Title(vi: "Tuổi", en: "Age"))
    ]
    func text(_ comparison: Condition.Comparison, _ constant: Condition.Constant) -> String {
      words.condition(
        Condition(metric: "age", comparison: comparison, constant: constant), of: metrics, format)
    }
    #expect(text(.atMost, .number(72.5)) == "Tuổi ≤ 72,5 giờ")
    #expect(text(.notEqual, .word("hung")) == "Tuổi ≠ hung")
    let unknown = Condition(metric: "x", comparison: .less, constant: .number(3))
    #expect(words.condition(unknown, of: [], format) == "x < 3")
  }
}
