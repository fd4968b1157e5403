// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry
import Testing

@testable import Reporting

/// The question that the report is for, answered by nothing but what is printed.
@Suite struct PrintedAnswerTests {
  private static let hour = LocalTime.hourLength
  private static let november = LocalTime.start(
    ofDay: LocalTime.day(year: 2026, month: 11, day: 1) ?? 0)
  private static let month = Interval(start: november, end: november + 30 * LocalTime.dayLength)

  private static func profile(_ kind: String, _ title: String) -> Profile {
    Profile(
      kind: kind, title: Title(vi: title, en: kind), version: 1, reportInterval: hour,
      offlineAfter: 3 * hour, serviceHours: [],
      metrics: [Metric(name: "up", path: "/up", form: .gauge, title: Title(vi: "", en: ""))],
      service: [], usage: [], alerts: [])
  }
  private static let profiles = [
    profile("loudspeaker", "Cụm loa"), profile("wifi-ap", "Điểm phát Wi-Fi"),
  ]

  private static let registry = Registry(
    units: [
      Unit(code: "X", name: "Xã Mẫu", level: "commune"),
      Unit(code: "X-2", name: "Thôn 2", level: "village", levelLabel: "thôn", parent: "X"),
      Unit(code: "X-10", name: "Thôn 10", level: "village", levelLabel: "thôn", parent: "X"),
    ],
    sites: [
      Site(code: "s2", name: "", type: "pole", unit: "X-2"),
      Site(code: "s10", name: "", type: "pole", unit: "X-10"),
    ],
    devices: [
      Device(id: "loa-2a", kind: "loudspeaker", name: "Loa đầu thôn", site: "s2", commune: "X"),
      Device(id: "loa-2b", kind: "loudspeaker", name: "Loa cuối thôn", site: "s2", commune: "X"),
      Device(id: "loa-10", kind: "loudspeaker", name: "Loa đình", site: "s10", commune: "X"),
      Device(id: "ap-10", kind: "wifi-ap", name: "Wi-Fi đình", site: "s10", commune: "X"),
    ])

  /// One that failed, as a reader of the paper would write it down.
  struct Failure: Hashable {
    var device, unit, from, to, length, cause, recorded: String
  }

  /// A reading an hour; silent within `gaps`, booted anew after each if `boots`.
  private static func block(
    _ kind: String, _ devices: [(number: Int64, gaps: [Interval], boots: Bool)]
  ) -> ReadingColumns {
    var columns = ReadingColumns(kind: kind, profileVersion: 1, metricNames: ["up"])
    for device in devices {
      var boot = november - 1_000 * hour
      for step in -1...(30 * 24 + 1) as ClosedRange<Int64> {
        let time = november + step * hour
        if device.gaps.contains(where: { $0.start < time && time < $0.end }) { continue }
        if device.boots, device.gaps.contains(where: { $0.end == time }) { boot = time - 60_000 }
        columns.device.append(device.number)
        columns.channel.append(.telemetry)
        columns.flags.append([])
        columns.receivedAt.append(time + 200)
        columns.eventTime.append(time)
        columns.sentTime.append(.absent)
        columns.session.append(1)
        columns.packetID.append(1)
        columns.payloadHash.append(UInt64(bitPattern: step &* 31 &+ device.number))
        columns.metrics[0].append(.integer((time - boot) / 1_000))
      }
    }
    return columns
  }

  private static func gap(_ day: Int64, _ from: Int64, hours: Int64) -> Interval {
    let start = november + (day - 1) * LocalTime.dayLength + from * hour
    return Interval(start: start, end: start + hours * hour)
  }

  private static func report() throws -> Report {
    let home = try TemporaryStore()
    let store = home.store
    _ = try store.importRegistry(registry, full: false, by: "test", at: 0, dryRun: false)
    var numbers: [String: Int64] = [:]
    for device in try store.registry().devices { numbers[device.id] = device.number }
    var batch = CommitBatch()
    batch.blocks = [
      block(
        "loudspeaker",
        [
          (numbers["loa-2a"] ?? 0, [gap(3, 22, hours: 10), gap(17, 6, hours: 5)], false),
          (numbers["loa-2b"] ?? 0, [], false),
          (numbers["loa-10"] ?? 0, [gap(9, 13, hours: 26)], true),
        ]),
      block("wifi-ap", [(numbers["ap-10"] ?? 0, [gap(9, 13, hours: 26)], true)]),
    ]
    batch.observed = [
      Observation(session: 1, start: november - 2 * hour, end: month.end + 2 * hour)
    ]
    try store.commit(batch)
    return try Report.build(store: store, profiles: profiles, period: month)
  }

  /// Cells of the printed table under a title, columns found by the line of dashes alone.
  private static func table(_ title: String, in text: String) throws -> [[String]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    let start = try #require(lines.firstIndex { String($0) == title })
    let dashes = try #require(lines[start...].firstIndex { $0.contains("─") })
    var columns: [Range<Int>] = []
    var from: Int?
    for (position, letter) in (lines[dashes] + [" "]).enumerated() {
      if letter == "─" {
        from = from ?? position
      } else if let first = from {
        columns.append(first..<position)
        from = nil
      }
    }
    let body = lines[(dashes + 1)...].prefix { !$0.isEmpty }
    return body.map { line in
      columns.map { column in
        let cell = line[min(column.lowerBound, line.count)..<min(column.upperBound, line.count)]
        return String(cell).trimmed
      }
    }
  }

  @Test("which loudspeakers failed last month, when, why, for how long: from the print alone")
  func answer() throws {
    var report = try Self.report()
    let device = try #require(report.devices.first { $0.device.id == "loa-2a" }).device.number
    report.recordedCauses[device] = [
      RecordedCause(
        device: device, at: Self.gap(3, 22, hours: 10).start + Self.hour, cause: "Đứt cáp quang",
        responsible: "Đội vận hành", enteredAt: Self.month.end, enteredBy: "an")
    ]
    let text = TextReport.render(report)
    let rows = try Self.table("Các lần gián đoạn", in: text)
    let answer = rows.filter { $0[3] == "Cụm loa" }.map {
      Failure(
        device: $0[2], unit: $0[1], from: $0[4], to: $0[5], length: $0[6], cause: $0[7],
        recorded: $0[8])
    }
    #expect(
      answer == [
        Failure(
          device: "Loa đầu thôn", unit: "Thôn 2", from: "03/11/2026 22:00:00",
          to: "04/11/2026 08:00:00", length: "10:00:00", cause: "mất kết nối",
          recorded: "Đứt cáp quang (Đội vận hành)"),
        Failure(
          device: "Loa đầu thôn", unit: "Thôn 2", from: "17/11/2026 06:00:00",
          to: "17/11/2026 11:00:00", length: "5:00:00", cause: "mất kết nối", recorded: ""),
        Failure(
          device: "Loa đình", unit: "Thôn 10", from: "09/11/2026 13:00:00",
          to: "10/11/2026 15:00:00", length: "26:00:00", cause: "thiết bị tắt", recorded: ""),
      ])
    let summed = try Self.table("Độ khả dụng", in: text).filter { $0[3] == "Cụm loa" }
    #expect(Set(summed.map { $0[2] }) == ["Loa đầu thôn", "Loa cuối thôn", "Loa đình"])
    #expect(summed.map { $0[5] }.sorted() == ["0,00", "15,00", "26,00"])
  }

  @Test("paper keeps the longest of every device and sums the others; a spreadsheet has them all")
  func cut() throws {
    var report = try Self.report()
    for unit in report.units.indices {
      for device in report.units[unit].devices.indices {
        report.units[unit].devices[device].outages = (0..<400).map { step in
          Outage(
            interval: Interval(
              start: Self.november + step * 2 * Self.hour,
              end: Self.november + step * 2 * Self.hour + 60_000 + step),
            accountable: 60_000 + step, downInPeriod: 60_000 + step, cause: .off, isMarked: false,
            isOpen: false)
        }
      }
    }
    let document = ReportDocument(report)
    let table = try #require(
      document.sections[1].tables.first { $0.name == "Các lần gián đoạn" })
    #expect(table.rows.count == 1_600)
    #expect(table.printed.count == DocumentBuilder.printedCountMax + report.devices.count)
    for device in report.devices {
      let own = table.printed.filter { $0.cells[2] == .text(device.name) }
      #expect(own.count == 31 && own.first?.cells[6] == .length(60_399))
      #expect(own.last?.cells[4] == .text("và 370 lần khác"))
      #expect(own.last?.cells[6] == .length((0..<370).reduce(0) { $0 + 60_000 + $1 }))
      #expect(own.last?.cells[7] == .text("thiết bị tắt: 370"))
    }
    let text = TextReport.render(document)
    #expect(text.contains("đủ 1.600 lần: xuất dạng XLSX, CSV hoặc JSON"))
    #expect(SeparatedReport.render(document).occurrences(";thiết bị tắt;") == 1_600)
  }
}

extension String {
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }

  fileprivate func occurrences(_ part: String) -> Int { ranges(of: part).count }
}
