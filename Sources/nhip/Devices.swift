// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Storage
import Telemetry

extension Nhip {
  struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Registered devices, and those that were heard but are not registered.",
      discussion: """
        Every change is kept: who, when, before, after. While `nhip run` holds the
        store it makes the change itself, asked through the socket beside the store.

        EXAMPLES
          nhip devices list --store nhip.sqlite
          nhip devices adopt 04321/wifi-ap/ap-moi-1 --site nvh01 --name "Wi-Fi mới" \\
            --store nhip.sqlite
          nhip devices move ap-moi-1 --site nvh02 --store nhip.sqlite --note "lent out"
          nhip devices replace ap-moi-1 --with ap-moi-2 --store nhip.sqlite
          nhip devices retire ap-moi-2 --store nhip.sqlite
          nhip devices history ap-moi-1 --store nhip.sqlite
        """,
      subcommands: [
        List.self, Adopt.self, Move.self, Replace.self, Retire.self, History.self,
      ])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List devices; unregistered ones stand below, with what the inbox keeps.",
        discussion: "EXAMPLE\n  nhip devices list --store nhip.sqlite")

      @Option(help: "The store: a SQLite file.") var store: String

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          var output = ResultOutput()
          for device in try store.registry().devices {
            let state = device.retiredAt == nil ? "" : "\tretired"
            output.line(
              "\(device.number)\t\(device.commune)/\(device.kind)/\(device.id)\t"
                + "\(device.site)\t\(device.name)\(state)")
          }
          for entry in try store.inbox() {
            let address = entry.address
            output.line(
              "inbox\t\(address.commune)/\(address.kind)/\(address.device)\t"
                + "\(entry.kept) messages kept, \(entry.dropped) dropped")
          }
          output.flush()
        }
      }
    }

    struct Adopt: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Register a device that was heard; what the inbox kept of it is credited.",
        discussion: """
          EXAMPLE
            nhip devices adopt 04321/wifi-ap/ap-moi-1 --site nvh01 --name "Wi-Fi mới" \\
              --store nhip.sqlite
          """)

      @Argument(help: "COMMUNE/KIND/DEVICE, as its topics have it.") var address: String
      @Option(help: "Code of the site it stands at.") var site: String
      @Option(help: "What people call it; its id if absent.") var name: String?
      @OptionGroup var change: ChangeOptions

      func run() throws {
        let parts = address.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
          throw ValidationError("'\(address)' is not COMMUNE/KIND/DEVICE, e.g. 04321/wifi-ap/ap-1")
        }
        try change.perform(
          .adopt(
            commune: parts[0], kind: parts[1], device: parts[2], name: name ?? parts[2],
            site: site))
      }
    }

    struct History: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "What became of a device's entry: when (UTC+7), who, before → after, note.",
        discussion: "EXAMPLE\n  nhip devices history ap-thon01-1 --store nhip.sqlite")

      @Argument(help: "The device's id.") var device: String
      @Option(help: "The store: a SQLite file.") var store: String

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          print(try RegistryHistoryText.render(device: device, store: store))
        }
      }
    }
  }
}

/// What every command that changes a device takes.
struct ChangeOptions: ParsableArguments {
  @OptionGroup var place: StoreOptions
  @Option(help: "Who does this, for the history.") var by = NSUserName()
  @Option(help: "Why, for the history: one line.") var note: String?

  func perform(_ command: ControlCommand) throws {
    try place.perform(ControlRequest(command, by: by, note: note))
  }
}

extension StoreOptions {
  /// Carries a command out, here or in the nhip that holds the store, and prints what it says.
  func perform(_ request: ControlRequest) throws {
    try SystemExit.mapped {
      let text = try ControlClient.perform(
        request, store: store, profiles: profiles, clock: Nhip.wallClock)
      var output = ResultOutput()
      output.line(text)
      output.flush()
    }
  }
}
