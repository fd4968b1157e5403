// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry
import Testing

@testable import Reporting

@Suite struct ReportStoreTests {
  @Test("a report and an explanation from a store agree with those from memory")
  func store() throws {
    let home = try TemporaryStore()
    let store = home.store
    let day = ReportTests.day
    _ = try store.importRegistry(
      ReportTests.registry, full: false, by: "test", at: day.start, dryRun: false)
    var batch = CommitBatch()
    batch.blocks = [ReportTests.columns()]
    batch.observed = [Observation(session: 1, start: day.start, end: day.end)]
    try store.commit(batch)

    let report = try Report.build(
      store: store, profiles: [ReportTests.profile], period: day, unit: "X")
    #expect(report.devices.count == 3)
    let numbers = try store.registry().devices
    let number = try #require(numbers.first { $0.id == "ap-2" }?.number)
    let explanation = try Explanation.build(
      store: store, profiles: [ReportTests.profile], device: number, period: day)
    let fromReport = report.devices.first { $0.device.number == number }
    #expect(explanation?.availability.times == fromReport?.times)
    #expect(explanation?.availability.outages == fromReport?.outages)
    #expect(report.knownUntil == day.end)
    #expect(report.unitName == "Xã Mẫu")
  }
}
