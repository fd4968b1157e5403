// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry
import Testing

@testable import Reporting

@Suite struct SiteReportTests {
  /// Two sites in one village, one of them with two devices; one site without a name in another.
  private static func report() throws -> Report {
    let home = try TemporaryStore()
    let registry = Registry(
      units: [
        Unit(code: "X", name: "Xã Mẫu", level: "commune"),
        Unit(code: "X-2", name: "Thôn 2", level: "village", levelLabel: "thôn", parent: "X"),
        Unit(code: "X-3", name: "Thôn 3", level: "village", levelLabel: "thôn", parent: "X"),
      ],
      sites: [
        Site(code: "s1", name: "Nhà văn hóa", type: "culture-house", unit: "X-2"),
        Site(code: "s2", name: "Cột 10", type: "pole", unit: "X-2"),
        Site(code: "s3", name: "Cột 2", type: "pole", unit: "X-2"),
        Site(code: "s4", name: "", type: "pole", unit: "X-3"),
      ],
      devices: [
        Device(id: "a", kind: "wifi-ap", name: "Trạm A", site: "s1", commune: "X"),
        Device(id: "b", kind: "wifi-ap", name: "Trạm B", site: "s2", commune: "X"),
        Device(id: "c", kind: "wifi-ap", name: "Trạm C", site: "s1", commune: "X"),
        Device(id: "d", kind: "wifi-ap", name: "Trạm D", site: "s4", commune: "X"),
      ])
    _ = try home.store.importRegistry(registry, full: false, by: "test", at: 0, dryRun: false)
    return try Report.build(
      store: home.store, profiles: [ReportTests.profile], period: ReportTests.day)
  }

  @Test("a site has its name and the sums of its devices, and the sites of a unit sum to it")
  func sums() throws {
    let report = try Self.report()
    let village = try #require(report.units.first { $0.code == "X-2" })
    #expect(village.sites.map(\.code) == ["s2", "s1"])
    #expect(village.sites.map(\.shown) == ["Cột 10", "Nhà văn hóa"])
    #expect(village.sites.map(\.deviceCount) == [1, 2])
    #expect(village.devices.map(\.device.id) == ["b", "a", "c"])
    for state in DeviceState.allCases {
      for site in village.sites {
        let own = village.devices.filter { $0.placement.site == site.code }
        #expect(site.times[state] == own.reduce(0) { $0 + $1.times[state] })
      }
      #expect(village.times[state] == village.sites.reduce(0) { $0 + $1.times[state] })
    }
    #expect(village.times.total == 3 * ReportTests.day.duration)
  }

  @Test("a village of several sites names them beside its devices, and sums the larger ones")
  func table() throws {
    let document = ReportDocument(try Self.report())
    let table = try #require(document.sections[1].tables.first)
    #expect(table.columns[2].heading == "Điểm đặt")
    let rows = table.rows.map { row in row.cells[1...3].map(Self.text) }
    #expect(
      rows == [
        ["Xã Mẫu", "", "4 thiết bị"], ["Thôn 2", "", "3 thiết bị"],
        ["(Thôn 2)", "Cột 10", "Trạm B"], ["(Thôn 2)", "Nhà văn hóa", "2 thiết bị"],
        ["(Thôn 2)", "(Nhà văn hóa)", "Trạm A"], ["(Thôn 2)", "(Nhà văn hóa)", "Trạm C"],
        ["Thôn 3", "", "1 thiết bị"], ["(Thôn 3)", "s4", "Trạm D"],
      ])
    #expect(table.rows[3].rank == .group(depth: 2) && table.rows[2].rank == .item)
  }

  private static func text(_ cell: Cell) -> String {
    switch cell {
    case .text(let text): text
    case .repeated(let text): "(\(text))"
    default: "?"
    }
  }

  @Test("no column of sites where no unit has several")
  func single() throws {
    var report = try Self.report()
    report.units.removeAll { $0.code == "X-2" }
    let table = try #require(ReportDocument(report).sections[1].tables.first)
    #expect(!table.columns.contains { $0.heading == "Điểm đặt" })
  }

  @Test("programs get the name of a site with each device, or its code where it has none")
  func programs() throws {
    let report = try Self.report()
    let rows = CSVReport.render(report).split(separator: "\r\n").map { $0.split(separator: ",") }
    #expect(rows[0][6...7] == ["site_code", "site_name"])
    #expect(rows[1...].map { $0[6...7].joined(separator: "/") }
      == ["s2/Cột 10", "s1/Nhà văn hóa", "s1/Nhà văn hóa", "s4/s4"])
    #expect(JSONReport.render(report).contains("\"site_name\" : \"Nhà văn hóa\""))
  }
}
