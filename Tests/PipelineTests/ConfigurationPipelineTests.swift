// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Telemetry
import Testing

@testable import Pipeline

@Suite("pipeline.yaml")
struct ConfigurationPipelineTests {
  static let valid = """
    source:
      broker: mqtts://127.0.0.1
      tls: { ca: ca.pem }
      credentials: { username: nhip, password: "${PASSWORD}" }
      receive_maximum: 65535
      sessions:
        - { name: one, channels: [telemetry], communes: ["04321"] }
        - { name: two, channels: [telemetry], communes: ["04322"] }
    devices: devices
    store: nhip.sqlite
    uptime: { outage_min: 60s, lateness: 7d, target: 99.5 }
    """

  func load(_ text: String) throws -> PipelineConfiguration {
    let folder = try TemporaryFolder()
    try folder.write("ca.pem", "x")
    try folder.write("devices/README.md", "")
    try folder.write("pipeline.yaml", text)
    return try PipelineConfiguration.load(
      path: folder.path + "/pipeline.yaml", environment: ["PASSWORD": "hunter"])
  }

  @Test("a valid file is read whole and its password never shown")
  func valid() throws {
    let configuration = try load(Self.valid)
    #expect(configuration.source.port == 8883)
    #expect(configuration.source.sessionExpiry == 604_800_000)
    #expect(configuration.source.credentials?.password.exposed == "hunter")
    #expect(!"\(configuration)".contains("hunter"))
    #expect(configuration.retention.raw == 400 * 86_400_000)
    #expect(configuration.retention.alerts == 400 * 86_400_000)
  }

  @Test(
    "each mistake is refused at its place",
    arguments: [
      ("${PASSWORD}", "hunter", 4, 44), ("${PASSWORD}", "${NONE}", 4, 44),
      ("mqtts://127.0.0.1", "http://x", 2, 11), ("ca.pem", "none.pem", 3, 14),
      ("65535", "65536", 5, 20), ("65535", "0", 5, 20), ("04322", "04321", 8, 30),
      ("04322", "4322", 8, 54), ("name: two", "name: one", 8, 15), ("99.5", "101", 11, 50),
      ("devices: devices", "devices: none", 9, 10), ("store: nhip", "store: none/nhip", 10, 8),
      ("lateness: 7d", "lateness: 7", 11, 38),
    ])
  func mistakes(old: String, new: String, line: Int, column: Int) throws {
    try #require(Self.valid.contains(old))
    let error = try #require(throws: ConfigurationErrors.self) {
      _ = try load(Self.valid.replacingOccurrences(of: old, with: new))
    }
    #expect(error.errors.contains { $0.line == line && $0.column == column }, "\(error)")
    #expect(!error.description.contains("hunter"))
  }

  @Test("the schedule comes by the session that names it, else by the one that has events")
  func schedule() throws {
    let sessions = [
      "- { name: one, channels: [telemetry], communes: [\"04321\"] }",
      "- { name: two, channels: [telemetry], communes: [\"04322\"] }",
    ]
    func bringing(_ one: String, _ two: String) throws -> [String] {
      let text = Self.valid
        .replacingOccurrences(
          of: sessions[0], with: "- { name: one, channels: [\(one)], communes: [\"*\"] }")
        .replacingOccurrences(
          of: sessions[1], with: "- { name: two, channels: [\(two)], communes: [\"*\"] }")
      let source = try load(text).source
      return source.sessions.filter(source.bringsSchedule).map(\.name)
    }
    #expect(try bringing("telemetry, event", "backlog") == ["one"])
    #expect(try bringing("telemetry, event", "backlog, schedule") == ["two"])
    #expect(try bringing("telemetry, event", "schedule") == ["two"])
    #expect(try bringing("telemetry", "backlog").isEmpty)
    let error = try #require(throws: ConfigurationErrors.self) {
      try bringing("event, schedule", "schedule")
    }
    #expect(error.description.contains("session 'one' has channel 'schedule' too"), "\(error)")
    #expect(throws: ConfigurationErrors.self) { try bringing("schedule, schedule", "event") }
  }

  @Test("a password file is read anew, and what cannot be read leaves the password of the start")
  func rotatedPassword() throws {
    let folder = try TemporaryFolder()
    try folder.write("ca.pem", "x")
    try folder.write("devices/README.md", "")
    try folder.write("password", "first\n")
    try folder.write(
      "pipeline.yaml",
      Self.valid.replacingOccurrences(
        of: "password: \"${PASSWORD}\"", with: "password_file: password"))
    let configuration = try PipelineConfiguration.load(
      path: folder.path + "/pipeline.yaml", environment: [:])
    let credentials = try #require(configuration.source.credentials)
    #expect(credentials.currentPassword.exposed == "first")
    try folder.write("password", "second\nthe rest is a remark\n")
    #expect(credentials.currentPassword.exposed == "second")
    try folder.write("password", "\n")
    #expect(credentials.currentPassword.exposed == "first")
    try FileManager.default.removeItem(atPath: folder.path + "/password")
    #expect(credentials.currentPassword.exposed == "first")
    #expect(!"\(configuration)".contains("first"))
  }

  @Test("the calendar of reports is read with its due dates, its lateness that of uptime")
  func reports() throws {
    let configuration = try load(
      Self.valid.replacingOccurrences(of: "lateness: 7d", with: "lateness: 5d")
        + "\nreports: { calendar: nd09, cutoff_day: 20, annual_start: 01/12, "
        + "due: { month: 10d, year: 05/12 } }")
    #expect(
      configuration.reports
        == ReportCalendar(
          preset: .nd09, cutoffDay: 20, annualStart: .init(day: 1, month: 12),
          due: [.month: .after(days: 10), .year: .on(.init(day: 5, month: 12))],
          lateness: 5 * 86_400_000))
    #expect(try load(Self.valid).reports == ReportCalendar())
  }

  @Test("the letterhead of reports is read, kept with the store, and options say more than it")
  func letterhead() throws {
    let configuration = try load(
      Self.valid
        + "\nreports: { letterhead: { parent_body: Tỉnh Lâm Sơn, body: UBND xã Mẫu, place: Mẫu, "
        + "prepared_by: Trần Thị B, signatory_title: Chủ tịch, signatory: Nguyễn Văn A } }")
    let letterhead = Letterhead(
      parentBody: "Tỉnh Lâm Sơn", body: "UBND xã Mẫu", place: "Mẫu", preparedBy: "Trần Thị B",
      signatoryTitle: "Chủ tịch", signatory: "Nguyễn Văn A")
    #expect(configuration.letterhead == letterhead)
    #expect(configuration.reports == ReportCalendar())
    #expect(try load(Self.valid).letterhead == Letterhead())
    let fixture = try ReplayFixture()
    #expect(try Letterhead.inForce(in: fixture.store) == Letterhead())
    try letterhead.save(in: fixture.store)
    let kept = try Letterhead.inForce(in: fixture.store)
    #expect(kept == letterhead)
    let said = kept.replaced(by: Letterhead(place: "Nơi khác"))
    #expect(said.place == "Nơi khác" && said.body == "UBND xã Mẫu")
  }

  @Test(
    "a letterhead that cannot be is refused at its place",
    arguments: [
      ("{ letterhead: UBND }", 24), ("{ letterhead: { bodi: x } }", 26),
      ("{ letterhead: { body: \"\" } }", 32),
      ("{ letterhead: { place: \"a\\nb\" } }", 33),
      ("{ letterhead: { signatory: \(String(repeating: "x", count: 201)) } }", 37),
    ])
  func badLetterhead(text: String, column: Int) throws {
    let error = try #require(throws: ConfigurationErrors.self) {
      _ = try load("\(Self.valid)\nreports: \(text)")
    }
    #expect(error.errors.map(\.line) == [12])
    #expect(error.errors.first?.column == column, "\(error)")
  }

  @Test(
    "a calendar of reports that cannot be is refused at its place",
    arguments: [
      ("{ calendar: nd10 }", 22), ("{ cutoff_day: 29 }", 24), ("{ annual_start: 31/12 }", 26),
      ("{ due: { month: 1/12 } }", 26), ("{ due: { decade: 1d } }", 19),
      ("{ due: { month: 1h } }", 26),
    ])
  func badReports(text: String, column: Int) throws {
    let error = try #require(throws: ConfigurationErrors.self) {
      _ = try load("\(Self.valid)\nreports: \(text)")
    }
    #expect(error.errors.map(\.line) == [12])
    #expect(error.errors.first?.column == column, "\(error)")
  }

  @Test("three keepalives must be shorter than every gap allowance")
  func keepalive() throws {
    let configuration = try load(Self.valid)
    var profile = Profile(
      kind: "ap", title: Title(vi: "A", en: "B"), version: 1, reportInterval: 60_000,
      offlineAfter: 90_000, serviceHours: [], metrics: [], service: [], usage: [], alerts: [])
    #expect(configuration.check(profiles: [profile]).map(\.keyPath) == ["offline_after"])
    profile.offlineAfter = 90_001
    #expect(configuration.check(profiles: [profile]).isEmpty)
  }

  @Test("readings and alerts outlive the lateness allowance", arguments: ["raw", "alerts"])
  func retention(key: String) throws {
    for (limit, isGood) in [("7d", false), ("8d", true)] {
      let configuration = try load("\(Self.valid)\nretention: { \(key): \(limit) }")
      let problems = configuration.check(profiles: []).map(\.keyPath)
      #expect(problems == (isGood ? [] : ["retention.\(key)"]), "\(limit)")
    }
  }
}
