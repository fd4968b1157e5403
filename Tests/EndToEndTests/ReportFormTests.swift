// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("a report in the form that was asked for")
  struct ReportFormTests {
    private static let fixed = EndToEnd.repository
      .appendingPathComponent("pipelines/commune/cases/three-devices-a-morning").path

    /// A store with the readings of the fixed case.
    private static func filled() throws -> NhipProcess {
      let nhip = try NhipProcess(broker: 1)
      let outcome = try nhip.command(
        "replay", "\(fixed)/input.ndjson", "--store", nhip.storePath, "--devices-dir", "devices",
        "--registry", "\(fixed)/registry")
      guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
      return nhip
    }

    private static func report(
      _ nhip: NhipProcess, _ arguments: String..., path: String? = nil
    ) throws -> ChildProcess.Outcome {
      let command = [
        NhipProcess.executable, "report", "--store", nhip.storePath, "--devices-dir", "devices",
        "--from", "2026-11-20T06:00:00+07:00", "--to", "2026-11-20T10:00:00+07:00",
      ] + arguments
      let environment = path.map { ["PATH=\($0)"] } ?? []
      return try ChildProcess.run("/usr/bin/env", environment + command, in: nhip.folder)
    }

    @Test("a file is written whole, in place of what stood there, and nothing is left beside it")
    func output() throws {
      let nhip = try Self.filled()
      try nhip.folder.write("report.html", "old")
      for (form, start) in [("html", "<!DOCTYPE html>"), ("xlsx", "PK"), ("text", " ")] {
        let path = nhip.folder.path("report.\(form)")
        let outcome = try Self.report(nhip, "--format", form, "--output", path)
        #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.error)")
        let data = try #require(FileManager.default.contents(atPath: path))
        #expect(data.starts(with: Data(start.utf8)))
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: nhip.folder.url.path)
      #expect(!left.contains { $0.hasSuffix(".partial") })
    }

    @Test("standard output gets what the file gets")
    func standardOutput() throws {
      let nhip = try Self.filled()
      let path = nhip.folder.path("report.json")
      _ = try Self.report(nhip, "--format", "json", "--output", path)
      #expect(try Self.report(nhip, "--format", "json").output == nhip.folder.text("report.json"))
    }

    @Test("without a program that prints, PDF ends with 69 and says which to install")
    func noPrinter() throws {
      let nhip = try Self.filled()
      let outcome = try Self.report(
        nhip, "--format", "pdf", "--output", nhip.folder.path("report.pdf"), path: "/nonexistent")
      #expect(outcome.code == 69)
      #expect(outcome.error.contains("install weasyprint or chromium"), "\(outcome.error)")
      #expect(!FileManager.default.fileExists(atPath: nhip.folder.path("report.pdf")))
    }

    @Test("one section of the Vietnamese dialect begins with its headings")
    func section() throws {
      let nhip = try Self.filled()
      let outcome = try Self.report(
        nhip, "--format", "csv", "--csv-dialect", "vi", "--section", "II")
      #expect(outcome.output.hasPrefix("\u{FEFF}STT;Thôn;Điểm đặt;Thiết bị;Loại;"))
      let machine = try Self.report(nhip, "--format", "csv")
      #expect(machine.output.hasPrefix("unit_code,unit_name,kind,"))
    }

    @Test(
      "options that do not go together end with 64 and one reason",
      arguments: [
        (["--format", "html", "--csv-dialect", "vi"], "belongs to --format csv"),
        (["--format", "csv", "--section", "II"], "belongs to --format csv --csv-dialect vi"),
        (
          ["--format", "csv", "--csv-dialect", "vi", "--section", "VII"],
          "none of I, II, III, IV, V, VI"
        ),
        (["--body", String(repeating: "x", count: 201)], "--body is longer than 200 letters"),
        (["--signatory", "a\nb"], "--signatory is not one line of text"),
        (["--format", "docx"], "docx"),
      ])
    func refused(arguments: [String], reason: String) throws {
      let nhip = try NhipProcess(broker: 1)
      let outcome = try ChildProcess.run(
        NhipProcess.executable,
        ["report", "--store", "none", "--from", "2026-11-01", "--to", "2026-11-02"] + arguments,
        in: nhip.folder)
      #expect(outcome.code == 64 && outcome.error.contains(reason), "\(outcome.error)")
    }

    @Test("a folder that is not there ends with 73 and names the file")
    func noFolder() throws {
      let nhip = try Self.filled()
      for form in ["xlsx", "html"] {
        let outcome = try Self.report(
          nhip, "--format", form, "--output", "missing/report.\(form)")
        #expect(outcome.code == 73)
        #expect(outcome.error.contains("missing/report.\(form) cannot be written"))
      }
    }
  }
}
