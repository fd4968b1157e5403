// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Reporting

@Suite("A report since a revision")
struct RevisionChangesTests {
  @Test("lists what later revisions changed, in words, and nothing of earlier ones")
  func changes() throws {
    let home = try TemporaryStore()
    let store = home.store
    _ = try store.importRegistry(
      ReportTests.registry, full: false, by: "test", at: 0, dryRun: false)
    let day = LocalTime.day(of: ReportTests.day.start)
    let number = try #require(try store.registry().devices.first?.number)
    for revision in 1...3 {
      _ = try store.publish(
        SealedDay(
          day: day, revision: revision, generation: revision, throughBlock: 0,
          sealedAt: ReportTests.day.end + Int64(revision), isFinal: true),
        sheets: [], cause: revision == 1 ? "sealed" : "calendar or confirmed gap",
        differences: revision == 1
          ? []
          : [
            SealDifference(device: number, figure: "up", before: "3600000", after: "7200000"),
            SealDifference(
              device: number, figure: "announced_up_more", before: nil, after: "-3600000"),
          ])
    }
    func report(since revision: Int?) throws -> Report {
      try Report.build(
        store: store, profiles: [ReportTests.profile], period: ReportTests.day,
        sinceRevision: revision)
    }
    #expect(try report(since: nil).changes == nil)
    #expect(try #require(report(since: 1).changes).lines.map(\.revision) == [2, 2, 3, 3])
    #expect(try #require(report(since: 3).changes).count == 0)
    let text = TextReport.render(ReportDocument(try report(since: 2)))
    #expect(text.contains("VII. Điều chỉnh số liệu đã chốt"))
    #expect(text.contains("lịch hoặc khoảng mất quan sát được xác nhận"))
    let line = try #require(text.split(separator: "\n").first { $0.contains("chênh khi bỏ") })
    #expect(line.contains("hoạt động") && line.contains("-1:00:00") && line.contains("–"))
    #expect(TextReport.render(ReportDocument(try report(since: 3))).contains("Không có điều chỉnh"))
  }

  @Test("a sealed period's watermark moves with a revision and with nothing else")
  func watermark() throws {
    let home = try TemporaryStore()
    _ = try home.store.importRegistry(
      ReportTests.registry, full: false, by: "test", at: 0, dryRun: false)
    let day = LocalTime.day(of: ReportTests.day.start)
    func mark() throws -> String {
      try Report.build(
        store: home.store, profiles: [ReportTests.profile], period: ReportTests.day
      ).provenance.watermark
    }
    func publish(revision: Int, throughBlock: Int64) throws {
      _ = try home.store.publish(
        SealedDay(
          day: day, revision: revision, generation: revision, throughBlock: throughBlock,
          sealedAt: 1, isFinal: true), sheets: [], cause: "sealed", differences: [])
    }
    #expect(try mark() == "block:0")
    try publish(revision: 1, throughBlock: 0)
    let first = try mark()
    #expect(first.hasPrefix("sealed:") && first.count == 23)
    try publish(revision: 1, throughBlock: 7)
    #expect(try mark() == first)
    try publish(revision: 2, throughBlock: 7)
    #expect(try mark() != first)
  }
}
