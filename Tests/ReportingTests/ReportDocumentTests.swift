// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@testable import Reporting

@Suite struct ReportDocumentTests {
  @Test("the six sections stand in their order, in both languages")
  func sections() {
    let document = ReportDocument(ReportTests.report())
    #expect(document.sections.map(\.number) == ["I", "II", "III", "IV", "V", "VI"])
    #expect(
      document.sections.map(\.heading) == [
        "Tổng hợp theo chỉ tiêu", "Độ khả dụng theo thôn, thiết bị", "Mức độ sử dụng",
        "Sự cố và cảnh báo bất thường", "Xếp hạng", "Chất lượng dữ liệu",
      ])
    #expect(ReportDocument(ReportTests.report(language: .en)).sections[4].heading == "Ranking")
    let empty = ReportDocument(ReportTests.report(unit: "elsewhere"))
    #expect(empty.sections.map(\.number) == document.sections.map(\.number))
  }

  @Test("the table of availability has the columns of the form, units above their devices")
  func availability() throws {
    let document = ReportDocument(ReportTests.report())
    let table = try #require(document.sections[1].tables.first)
    #expect(
      table.columns.map(\.heading).prefix(9) == [
        "STT", "Thôn", "Thiết bị", "Loại", "Thời gian hoạt động (giờ)",
        "Thời gian gián đoạn (giờ)", "Thời gian bảo trì (giờ)",
        "Thời gian không có số liệu (giờ)", "Độ khả dụng (%)",
      ])
    let groups = table.rows.filter { $0.rank != .item }
    #expect(groups.map { $0.cells[1] } == ["Xã Mẫu", "Thôn 2", "Thôn 10"].map { .text($0) })
    #expect(groups[1].cells[2] == .text("2 thiết bị"))
    let items = table.rows.filter { $0.rank == .item }
    #expect(items.map { $0.cells[0] } == [.count(Int64(1)), .count(Int64(2)), .count(Int64(3))])
    // The sums of a unit are those of its devices.
    let hour = LocalTime.hourLength
    #expect(items[0].cells[5] == .hours(2 * hour) && groups[1].cells[5] == .hours(14 * hour))
  }

  @Test("what is known without late entries stands beside the figure, if it differs anywhere")
  func announced() throws {
    var report = ReportTests.report()
    let heading = "Không tính bảo trì ghi sau (%)"
    func column(_ report: Report) -> Int? {
      ReportDocument(report).sections[1].tables[0].columns.firstIndex { $0.heading == heading }
    }
    #expect(column(report) == nil)
    var times = report.units[1].devices[0].times
    times[.up] -= 1_000
    times[.noLink] += 1_000
    report.units[1].devices[0].announcedTimes = times
    let position = try #require(column(report))
    let rows = ReportDocument(report).sections[1].tables[0].rows
    #expect(rows.filter { $0.cells[position] != .text("") }.count == 1)
  }

  @Test("targets and ranking are numbers with their unit, a change has its sign")
  func programme() throws {
    var report = ReportTests.report()
    #expect(
      ReportDocument(report).sections[4].parts.isEmpty == false
        && ReportDocument(report).sections[4].tables.isEmpty)
    let indicator = Indicator(
      name: "wifi", titleVi: "Nhà văn hóa có Wi-Fi", titleEn: "", plan: 1_000_000,
      level: "commune", formula: .unitsWithDevice)
    report.indicators = [
      IndicatorResult(
        indicator: indicator, numerator: 1, numeratorHighest: 1, denominator: 2, value: 500_000,
        valueHighest: 500_000, completion: 500_000, previousValue: 487_500,
        failing: ["Thôn 10"], failingCount: 1, undecidedCount: 0, unverifiableCount: 0, quotas: [],
        parts: [
          .init(code: "X", name: "Xã Mẫu", numerator: 1, denominator: 2, value: 500_000)
        ])
    ]
    report.rankings = [
      Ranking(
        level: "village", settings: RankingSettings(), availabilityTarget: 995_000,
        rows: [
          .init(
            code: "X-2", name: "Thôn 2", rank: 1, score: 9_950, service: 10_000, usage: nil,
            quality: 9_875, usedFor: nil, deviceCount: 2, isSmall: true, observed: 1_000_000,
            notRanked: nil),
          .init(
            code: "X-10", name: "Thôn 10", rank: nil, score: nil, service: nil, usage: nil,
            quality: nil, usedFor: nil, deviceCount: 0, isSmall: true, observed: nil,
            notRanked: .noDevice),
        ])
    ]
    let document = ReportDocument(report)
    let row = try #require(document.sections[0].tables.first?.rows.first)
    #expect(
      Array(row.cells.prefix(7)) == [
        .count(Int64(1)), .text("Nhà văn hóa có Wi-Fi"), .text("%"),
        .percent(1_000_000, lowest: nil, highest: nil),
        .percent(500_000, lowest: nil, highest: nil),
        .percent(500_000, lowest: nil, highest: nil), .change(1.25),
      ])
    let text = TextReport.render(document)
    #expect(text.contains("+1,25") && text.contains("Chưa đạt: Thôn 10"))
    #expect(text.contains("không xếp hạng: chưa có thiết bị") && text.contains("99,5"))
    #expect(document.sections[0].tables.map(\.name).contains("Chỉ tiêu theo đơn vị"))
  }

  @Test("a unit that ended within the period says until when")
  func endedUnit() {
    var report = ReportTests.report()
    report.units[1].validTo = report.period.end
    #expect(TextReport.render(report).contains("Thôn 2 (đến 21/11/2026)"))
    report.units[1].validTo = report.period.end + 1
    #expect(!TextReport.render(report).contains("Thôn 2 (đến"))
  }

  @Test("page and text have a letterhead, and end with a place for two signatures")
  func signatures() {
    for form in [HTMLReport.render, TextReport.render] {
      let vi = form(ReportTests.report())
      #expect(vi.contains("NGƯỜI LẬP BIỂU") && vi.contains("THỦ TRƯỞNG ĐƠN VỊ"))
      #expect(vi.contains("ngày .......") && vi.contains("Độc lập - Tự do - Hạnh phúc"))
      let en = form(ReportTests.report(language: .en))
      #expect(en.contains("PREPARED BY") && en.contains("HEAD OF UNIT"))
    }
    let page = HTMLReport.render(ReportTests.report())
    #expect(page.contains("=Trạm &quot;10&quot;, sân") && page.contains("role=\"img\""))
  }

  @Test("strips are of devices up to a limit, then of units, and the page says so")
  func strips() {
    var report = ReportTests.report()
    func strips(_ report: Report) -> Int {
      for case .figure(let figure) in ReportDocument(report).sections[1].parts {
        if case .strips(let lines) = figure.content { return lines.count }
      }
      return 0
    }
    #expect(strips(report) == 3)
    let one = report.units[1].devices[0]
    report.units[1].devices = Array(repeating: one, count: DocumentBuilder.drawnCountMax)
    #expect(strips(report) == 2)
    #expect(TextReport.render(report).contains("dải hoạt động vẽ theo đơn vị"))
  }

  @Test("fulfilment is played by requested, of a unit as of its devices")
  func broadcasts() throws {
    var report = ReportTests.report()
    report.units[1].devices[0].figures = NamedFigures([
      "slots_normal": 2, "requested_normal_ms": 3_600_000, "played_normal_ms": 1_800_000,
      "voice_tts_ms": 900_000, "voice_all_ms": 1_800_000, "voice_tts_bulletins": 1,
      "voice_all_bulletins": 2, "meetings": 4, "meetings_on_time": 3, "meetings_unverifiable": 1,
      "event_only_days": 2,
    ])
    report.units[1].devices[1].figures = NamedFigures([
      "slots_normal": 1, "requested_normal_ms": 3_600_000, "played_normal_ms": 3_600_000,
    ])
    let tables = ReportDocument(report).sections[2].tables
    let broadcasts = try #require(tables.first { $0.name == "Truyền thanh" })
    #expect(
      broadcasts.columns.map(\.heading).contains("Tỷ lệ phát, thông thường (%)")
        && !broadcasts.columns.map(\.heading).contains("Tỷ lệ phát, khẩn cấp (%)"))
    #expect(broadcasts.rows.count == 4)
    #expect(broadcasts.rows[0].cells[5] == .percent(750_000, lowest: nil, highest: nil))
    #expect(broadcasts.rows[2].cells[5] == .percent(500_000, lowest: nil, highest: nil))
    #expect(broadcasts.rows[2].cells[7] == .percent(500_000, lowest: nil, highest: nil))
    let meetings = try #require(tables.first { $0.name == "Hội nghị truyền hình" })
    #expect(meetings.rows.last?.cells.last == .percent(750_000, lowest: nil, highest: nil))
    #expect(TextReport.render(report).contains("2 lượt thiết bị (cộng theo ngày)"))
  }
}
