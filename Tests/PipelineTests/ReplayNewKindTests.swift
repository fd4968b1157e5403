// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Telemetry
import Testing

@testable import Pipeline

@Suite("a new kind of device")
struct ReplayNewKindTests {
  private static let profile = """
    kind: bulletin-board
    version: 1
    title: { vi: Bảng tin điện tử, en: Bulletin board }
    codec: json
    report_interval: 60s
    offline_after: 180s
    metrics:
      shown: { path: /screen/pages, type: counter, unit: "{page}",
        title: { vi: Trang đã hiển thị, en: Pages shown } }
      lit: { path: /screen/lit, type: flag, title: { vi: Màn hình sáng, en: Screen lit } }
    service:
      - { metric: lit, is: "== true" }
    usage:
      pages: { metric: shown, formula: total, unit: "{page}",
        title: { vi: Trang đã hiển thị, en: Pages shown } }
    alerts:
      offline: { severity: high, when: offline,
        title: { vi: Bảng tin mất liên lạc, en: Board offline } }
    """

  @Test("a folder with a profile is enough to ingest and report a kind nobody knew")
  func bulletinBoard() throws {
    let folder = try TemporaryFolder()
    try folder.write("devices/bulletin-board/device.yaml", Self.profile)
    let profiles = try ProfileLoader.load(directory: "\(folder.path)/devices")
    let start = ReplayFixture.start
    let registry = Registry(
      units: [
        Telemetry.Unit(code: "VN", name: "Việt Nam", level: "nation", parent: ""),
        Telemetry.Unit(code: "98", name: "Lâm Sơn", level: "province", parent: "VN"),
        Telemetry.Unit(code: "04321", name: "Phú Lâm", level: "commune", parent: "98"),
      ],
      sites: [Site(code: "cho", name: "Chợ", type: "market", unit: "04321")],
      devices: [
        Device(
          id: "bang-1", kind: "bulletin-board", name: "Bảng tin chợ", site: "cho",
          commune: "04321", commissionedAt: start)
      ])
    let fixture = try ReplayFixture(profiles: profiles, registry: registry)
    let lines = try (0...60).map { minute in
      try ReplayFixture.line(
        "nhip/v1/04321/bulletin-board/bang-1/telemetry",
        "{\"screen\":{\"pages\":\(minute * 4),\"lit\":true},\"up\":\(600 + minute * 60)}",
        at: start + Milliseconds(minute) * 60_000)
    }
    #expect(try fixture.replay(lines).counters.readings == 61)
    let device = try #require(
      try fixture.report(from: start, to: start + 3_600_000).devices.first)
    #expect(device.times[.up] == 3_600_000)
    #expect(device.usage.first?.amount == .whole(240))
  }
}
