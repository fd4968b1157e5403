// SPDX-License-Identifier: Apache-2.0

import Testing

/// The house style, as far as a machine can check it, over the repository as it stands on disk.
@Suite struct TidyTests {
  private let files: [TextFile]

  init() throws {
    files = try Repository.load()
  }

  @Test("the repository is found where the tests think it is")
  func repositoryIsFound() {
    #expect(files.contains { $0.path == "Package.swift" })
    #expect(files.contains { $0.path == "Sources/Telemetry/Interval.swift" })
  }

  @Test(
    "every file is short, well named, licensed, finished and free of machine paths",
    arguments: Fault.Rule.allCases)
  func text(rule: Fault.Rule) {
    let faults = files.flatMap(TextChecks.faults).filter { $0.rule == rule }
    #expect(faults.isEmpty, "\(listing(faults))")
  }

  @Test("every target imports only what the flow allows")
  func imports() {
    let faults = files.flatMap(ImportChecks.faults)
    #expect(faults.isEmpty, "\(listing(faults))")
  }

  @Test("every folder of devices and pipelines is complete")
  func folders() {
    let faults = FolderChecks.faults(in: files)
    #expect(faults.isEmpty, "\(listing(faults))")
    #expect(files.contains { $0.path.hasPrefix("devices/") })
    #expect(files.contains { $0.path.hasPrefix("pipelines/") })
  }

  private func listing(_ faults: [Fault]) -> String {
    faults.map(\.description).joined(separator: "\n")
  }
}
