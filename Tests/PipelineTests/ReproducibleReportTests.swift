// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("a report of sealed days, printed again")
struct ReproducibleReportTests {
  private static let topic = "nhip/v1/04321/wifi-ap/ap-1/telemetry"
  private static let midnight = SealFixture.midnight
  private static let day: Milliseconds = 86_400_000

  private static func line(minute: Int64, topic: String = topic) throws -> String {
    let at = midnight + minute * 60_000
    return try ReplayFixture.line(
      topic, "{\"ts\":\(at),\"seq\":\(minute),\"up\":\(10_000 + minute * 60),"
        + "\"rx_bytes\":\(minute * 1_000)}", at: at + 250)
  }

  /// Every form of it.
  private static func forms(of fixture: ReplayFixture) throws -> [String: Data] {
    let report = try Report.build(
      store: fixture.store, profiles: fixture.profiles,
      period: Interval(start: midnight, end: midnight + day),
      previous: Interval(start: midnight - day, end: midnight))
    let document = ReportDocument(report)
    let path = "\(fixture.folder.path)/report.xlsx"
    try WorkbookReport.write(document, to: path)
    let texts = [
      "txt": TextReport.render(document), "html": HTMLPage.render(document),
      "csv": CSVReport.render(report), "vi.csv": SeparatedReport.render(document),
      "json": JSONReport.render(report),
    ]
    var forms = texts.mapValues { Data($0.utf8) }
    forms["xlsx"] = try Data(contentsOf: URL(fileURLWithPath: path))
    return forms
  }

  @Test("is the same bytes in every form, whatever was received and resolved since")
  func same() throws {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    // Silent from 23:00 on, while somebody else is heard for more than the lateness allowance.
    let other = "nhip/v1/04321/wifi-ap/ap-9/telemetry"
    _ = try fixture.replay(
      try (0..<1_380).map { try Self.line(minute: $0) }
        + (23..<9 * 24).map { try Self.line(minute: $0 * 60 + 1, topic: other) })
    try SealFixture.seal(fixture, through: 20_777, at: Self.midnight + 9 * Self.day)
    #expect(try fixture.store.openAlerts().count == 1)
    let first = try Self.forms(of: fixture)
    let text = String(decoding: first["txt"] ?? Data(), as: UTF8.self)
    #expect(text.contains("chưa hết khi hết kỳ"))

    _ = try fixture.replay(
      try (9 * 1_440..<9 * 1_440 + 60).map { try Self.line(minute: $0) }
        + [try Self.line(minute: 12 * 1_440, topic: other)])
    // Silent anew since, but what was open then is over.
    let open = try fixture.store.openAlerts()
    #expect(open.allSatisfy { $0.since > Self.midnight + 9 * Self.day }, "\(open)")
    let second = try Self.forms(of: fixture)
    for (form, bytes) in first { #expect(second[form] == bytes, "\(form)") }

    // A day that is not sealed does change, or this test would prove nothing.
    let later = Interval(
      start: Self.midnight + 9 * Self.day, end: Self.midnight + 10 * Self.day)
    func live() throws -> String {
      JSONReport.render(
        try Report.build(store: fixture.store, profiles: fixture.profiles, period: later))
    }
    let before = try live()
    _ = try fixture.replay([try Self.line(minute: 9 * 1_440 + 120)])
    #expect(try live() != before)
  }

  @Test("says when it was sealed, if that was before the lateness allowance was over")
  func early() throws {
    let fixture = try ReplayFixture(
      profiles: try ReplayFixture.alwaysInService(), registry: SealFixture.oneDevice)
    _ = try fixture.replay(try (0..<1_500).map { try Self.line(minute: $0) })
    try SealFixture.seal(fixture, through: 20_777, at: Self.midnight + 2 * Self.day)
    let first = try Self.forms(of: fixture)
    _ = try fixture.replay(try (2_900..<3_000).map { try Self.line(minute: $0) })
    #expect(try Self.forms(of: fixture) == first)
  }
}
