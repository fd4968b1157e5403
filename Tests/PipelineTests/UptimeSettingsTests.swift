// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Testing

@testable import Pipeline

@Suite("settings of uptime")
struct UptimeSettingsTests {
  @Test("a run keeps the settings of its pipeline with the store, for reports")
  func kept() throws {
    let folder = try TemporaryFolder()
    var configuration = try ConfigurationPipelineTests().load(
      ConfigurationPipelineTests.valid.replacingOccurrences(of: "99.5", with: "99.95"))
    configuration.store = folder.path + "/nhip.sqlite"
    configuration.uptime.outageMin = 90_000
    configuration.letterhead = Letterhead(body: "UBND xã Mẫu", signatory: "Nguyễn Văn A")
    let run = try PipelineRun(
      configuration: configuration, profiles: [], registry: nil, clock: { 0 },
      runningTime: RunningTime(boot: "", now: { 0 }), log: { _ in })
    defer { run.store.close() }
    let reader = try Store(path: configuration.store, access: .readOnly)
    defer { reader.close() }
    let expected = UptimeSettings(outageMin: 90_000, targetPartsPerMillion: 999_500)
    #expect(try UptimeSettings.inForce(in: reader) == expected)
    #expect(try Letterhead.inForce(in: reader) == configuration.letterhead)
  }
}
