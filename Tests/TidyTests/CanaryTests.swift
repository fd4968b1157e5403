// SPDX-License-Identifier: Apache-2.0

import Testing

/// Proves that the checks can fail: the same functions over files that break every rule.
@Suite struct CanaryTests {
  private static let licence = "// " + TextChecks.licence + "\n"

  private static func allFaults(_ files: [TextFile]) -> [Fault] {
    files.flatMap(TextChecks.faults) + files.flatMap(ImportChecks.faults)
      + FolderChecks.faults(in: files)
  }

  private static let bad: [(file: TextFile, rule: Fault.Rule)] = [
    (
      TextFile(
        path: "Sources/Ingest/Long.swift",
        text: licence + String(repeating: "\n", count: TextChecks.linesMax)),
      .tooManyLines
    ),
    (
      TextFile(
        path: "Sources/Ingest/Wide.swift",
        text: licence + String(repeating: "ă", count: TextChecks.columnsMax + 1) + "\n"),
      .lineTooLong
    ),
    (TextFile(path: "Sources/Ingest/SessionManager.swift", text: licence), .bannedName),
    (TextFile(path: "Sources/Ingest/Topic+Utils.swift", text: licence), .bannedName),
    (TextFile(path: "Sources/nhip/main.swift", text: licence), .bannedName),
    (TextFile(path: "Sources/Ingest/Bare.swift", text: "let a = 1\n"), .missingLicence),
    (TextFile(path: "scripts/bare", text: "#!/bin/sh\n"), .missingLicence),
    (
      TextFile(
        path: "Sources/Ingest/Note.swift",
        text: licence + "// " + TextChecks.openNotes.unconditional + " #12\n"), .openNote
    ),
    (
      TextFile(
        path: "Sources/Ingest/Later.swift",
        text: licence + "// " + TextChecks.openNotes.withIssue + ": later\n"), .openNote
    ),
    (
      TextFile(path: "docs/Where.md", text: "See \"/" + "home/somebody/nhip\".\n"), .machinePath
    ),
    (
      TextFile(path: "Sources/Ingest/A.swift", text: licence + "import Storage\n"),
      .forbiddenImport
    ),
    (
      TextFile(path: "Sources/Analysis/A.swift", text: licence + "import Foundation\n"),
      .forbiddenImport
    ),
    (
      TextFile(path: "Sources/Reporting/A.swift", text: licence + "package import GRDB\n"),
      .forbiddenImport
    ),
    (
      TextFile(
        path: "Sources/FleetSimulator/A.swift",
        text: licence + "@testable import struct Analysis.Detector\n"), .forbiddenImport
    ),
    (
      TextFile(path: "Sources/Analysis/A.swift", text: licence + "import TestSupport\n"),
      .forbiddenImport
    ),
    (TextFile(path: "Sources/Extra/A.swift", text: licence), .unknownTarget),
    (TextFile(path: "devices/lamp/device.yaml", text: "kind: lantern\n"), .incompleteFolder),
    (TextFile(path: "pipelines/empty/README.md", text: "\n"), .incompleteFolder),
    (TextFile(path: "devices/lamp/samples/good-cut.json", text: "{\"a\":"), .badSample),
    (TextFile(path: "devices/lamp/samples/good-list.json", text: "[1]"), .badSample),
    (TextFile(path: "devices/lamp/samples/good-timed.json", text: "{\"ts\":1}"), .badSample),
    (TextFile(path: "devices/lamp/samples/other.json", text: "{}"), .badSample),
  ]

  @Test("every broken file is found", arguments: bad.indices)
  func eachIsFound(index: Int) {
    let (file, rule) = Self.bad[index]
    let rules = Set(Self.allFaults([file]).map(\.rule))
    #expect(rules.contains(rule), "\(file.path) passed")
  }

  @Test("every rule has a file that breaks it")
  func everyRuleIsCovered() {
    #expect(Set(Self.bad.map(\.rule)) == Set(Fault.Rule.allCases))
  }

  @Test("a folder with one thing missing is not complete", arguments: 0..<7)
  func incomplete(missing: Int) {
    var files = Self.complete
    #expect(Self.allFaults(files).isEmpty)
    files.remove(at: missing)
    #expect(Self.allFaults(files).contains { $0.rule == .incompleteFolder })
  }

  @Test("files at the very limit, and words that only look forbidden, pass")
  func border() {
    let files = [
      TextFile(
        path: "Sources/Ingest/Limit.swift",
        text: Self.licence + String(repeating: "\n", count: TextChecks.linesMax - 1)),
      TextFile(
        path: "Sources/Ingest/Full.swift",
        text: Self.licence + String(repeating: "ă", count: TextChecks.columnsMax) + "\n"),
      TextFile(path: "Sources/Ingest/Prototypes.swift", text: Self.licence),
      TextFile(path: "scripts/fine", text: "#!/bin/sh\n# " + TextChecks.licence + "\n"),
      TextFile(
        path: "Sources/Ingest/Noted.swift",
        text: Self.licence + "// " + TextChecks.openNotes.withIssue + " #12: later\n"),
      TextFile(
        path: "Sources/Storage/A.swift",
        text: Self.licence + "import GRDB\nimport Telemetry\nlet text = \"import Ingest\"\n"),
      TextFile(path: "docs/Where.md", text: "build/" + "work/ and ../" + "home/nhip\n"),
    ]
    #expect(Self.allFaults(files) == [])
  }

  /// The smallest complete folders; each is needed.
  private static let complete = [
    TextFile(path: "devices/lamp/device.yaml", text: "kind: lamp\n"),
    TextFile(path: "devices/lamp/samples/good-a.json", text: "{}"),
    TextFile(path: "devices/lamp/samples/bad-a.json", text: "{"),
    TextFile(path: "devices/lamp/README.md", text: "\n"),
    TextFile(path: "pipelines/one/pipeline.yaml", text: "\n"),
    TextFile(path: "pipelines/one/README.md", text: "\n"),
    TextFile(path: "pipelines/one/targets.yaml", text: "\n"),
  ]
}
