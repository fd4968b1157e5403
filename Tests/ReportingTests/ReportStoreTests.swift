// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry
import Testing

@testable import Reporting

@Suite struct ReportStoreTests {
  @Test("a report and an explanation from a store agree with those from memory")
  func store() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      // A folder left behind in the temporary directory does no harm.
      try? FileManager.default.removeItem(at: folder)
    }
    let path = folder.appendingPathComponent("store.sqlite").path
    let day = ReportTests.day
    let store = try Store(path: path, access: .readWrite)
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
    #expect(explanation?.availability == fromReport?.availability)
    #expect(report.knownUntil == day.end)
    store.close()
  }
}
