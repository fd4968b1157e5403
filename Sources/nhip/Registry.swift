// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline

extension Nhip {
  struct Registry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Units, sites, devices and information systems.", subcommands: [Import.self])

    struct Import: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take units.csv, sites.csv, devices.csv and systems.csv from a folder.",
        discussion: """
          All or nothing: with one bad field nothing is taken, and every bad field is
          named. Whatever the files contradict follows them, moves and retirements made by
          command as well: look at --dry-run first. `nhip run`, when it starts, takes only
          lines that changed.

          EXAMPLES
            nhip registry import pipelines/commune/registry --store nhip.sqlite --dry-run
            nhip registry import pipelines/commune/registry --store nhip.sqlite --by an
          """)

      @Argument(help: "The folder with the files.") var directory: String
      @OptionGroup var place: StoreOptions
      @Flag(help: "Only print what would change.") var dryRun = false
      @Flag(help: "Also end what the files no longer name.") var full = false
      @Option(help: "Who does this, for the history.") var by = NSUserName()

      func run() throws {
        try place.perform(
          ControlRequest(
            .registryImport(directory: directory, isFull: full, isDryRun: dryRun), by: by))
      }
    }
  }
}
