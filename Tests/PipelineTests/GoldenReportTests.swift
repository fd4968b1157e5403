// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

/// Reports of fixed replays, compared byte for byte: `pipelines/*/cases/<case>/` holds `case.json`
/// (period, letterhead), `registry/`, `input.ndjson` and what is expected of each form.
///
/// A change that means to change reports renews them with
/// `NHIP_RENEW_GOLDEN=1 swift test --filter GoldenReportTests`; the run fails all the same, so that
/// somebody looks at the difference before running it again without.
@Suite struct GoldenReportTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let isRenewed = ProcessInfo.processInfo.environment["NHIP_RENEW_GOLDEN"] == "1"

  private struct Case: Decodable {
    var from: String
    var to: String
    var body: String
    var place: String
  }

  /// Paths of the cases, relative to the repository.
  static let cases: [String] = {
    let pipelines = root.appendingPathComponent("pipelines")
    let found = FileManager.default.subpaths(atPath: pipelines.path) ?? []
    return found.filter { $0.hasSuffix("/case.json") }.sorted()
      .map { "pipelines/" + $0.dropLast("/case.json".count) }
  }()

  @Test("there is a case, or this suite would prove nothing")
  func present() { #expect(!Self.cases.isEmpty) }

  @Test("every form of a fixed replay's report is what it was", arguments: cases)
  func golden(path: String) throws {
    let folder = Self.root.appendingPathComponent(path)
    let built = try Self.build(folder)
    let report = built.report
    let document = ReportDocument(report, letterhead: built.letterhead)
    let forms = [
      "txt": TextReport.render(document), "html": HTMLPage.render(document),
      "csv": CSVReport.render(report), "vi.csv": SeparatedReport.render(document),
      "json": JSONReport.render(report),
    ]
    for (form, text) in forms.sorted(by: { $0.key < $1.key }) {
      try Self.compare(Data(text.utf8), with: folder.appendingPathComponent("expected.\(form)"))
    }
    let workbook = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-\(UUID().uuidString).xlsx")
    // A file left behind in the temporary directory does no harm.
    defer { try? FileManager.default.removeItem(at: workbook) }
    try WorkbookReport.write(document, to: workbook.path)
    // Compressed: another zlib may make other bytes of the same parts, so only sameness is judged.
    let first = try Data(contentsOf: workbook)
    try WorkbookReport.write(
      ReportDocument(try Self.build(folder).report, letterhead: built.letterhead),
      to: workbook.path)
    #expect(try first == Data(contentsOf: workbook))
  }

  @Test("JSON is what its published schema says, and the schema says something", arguments: cases)
  func schema(path: String) throws {
    let published = Self.root.appendingPathComponent("docs/api/report.schema.json")
    let check = JSONSchemaCheck(schema: try .parsed(try Data(contentsOf: published)))
    let report = try Self.build(Self.root.appendingPathComponent(path)).report
    let value = try JSONValue.parsed(Data(JSONReport.render(report).utf8))
    #expect(check.faults(of: value) == [])
    guard case .object(var members) = value else { throw CocoaError(.coderInvalidValue) }
    members["period_start"] = .text("yesterday")
    members["surprise"] = .null
    members["units"] = nil
    #expect(
      check.faults(of: .object(members)) == [
        "$ has an unknown surprise", "$.period_start is no integer", "$ has no units",
      ])
  }

  private static func compare(_ data: Data, with expected: URL) throws {
    if isRenewed {
      try data.write(to: expected)
      Issue.record("\(expected.lastPathComponent) is renewed: look at it, then run without")
      return
    }
    let known = FileManager.default.contents(atPath: expected.path) ?? Data()
    guard known != data else { return }
    let lines = [known, data].map { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
    let first = zip(lines[0], lines[1]).enumerated().first { $0.element.0 != $0.element.1 }
    let line = first.map { "line \($0.offset + 1): \($0.element.1.prefix(200))" } ?? "its end"
    Issue.record("\(expected.lastPathComponent) differs at \(line)")
  }

  private static func build(
    _ folder: URL
  ) throws -> (report: Reporting.Report, letterhead: Letterhead) {
    let description = try JSONDecoder().decode(
      Case.self, from: Data(contentsOf: folder.appendingPathComponent("case.json")))
    let profiles = try ProfileLoader.load(directory: root.appendingPathComponent("devices").path)
    let registry = try RegistryFiles.load(
      directory: folder.appendingPathComponent("registry").path,
      knownKinds: Set(profiles.map(\.kind)))
    let home = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    // A folder left behind in the temporary directory does no harm.
    defer { try? FileManager.default.removeItem(at: home) }
    let store = try Store(
      path: home.appendingPathComponent("store.sqlite").path, access: .readWrite)
    defer { store.close() }
    _ = try store.importRegistry(registry, full: false, by: "test", at: 0, dryRun: false)
    _ = try Replay.run(
      path: folder.appendingPathComponent("input.ndjson").path, store: store, profiles: profiles)
    guard let from = LocalDate.instant(description.from),
      let to = LocalDate.instant(description.to)
    else { throw CocoaError(.coderInvalidValue) }
    var report = try Reporting.Report.build(
      store: store, profiles: profiles, period: Interval(start: from, end: to))
    // Every store has a name of its own.
    report.provenance.store = "00000000-0000-0000-0000-000000000000"
    return (report, Letterhead(body: description.body, place: description.place))
  }
}
