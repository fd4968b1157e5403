// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Storage
import Telemetry

extension Nhip {
  struct Registry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Units, sites, devices and information systems.", subcommands: [Import.self])

    struct Import: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take units.csv, sites.csv, devices.csv and systems.csv from a folder.",
        discussion: """
          All or nothing: with one bad field nothing is taken, and every bad field is named.

          EXAMPLE
            nhip registry import pipelines/commune/registry --store nhip.sqlite --dry-run
          """)

      @Argument(help: "The folder with the files.") var directory: String
      @OptionGroup var place: StoreOptions
      @Flag(help: "Only print what would change.") var dryRun = false
      @Flag(help: "Also end what the files no longer name.") var full = false
      @Option(help: "Who does this, for the history.") var by = NSUserName()

      func run() throws {
        try SystemExit.mapped {
          let kinds = Set(try place.profiles().map(\.kind))
          let files = try RegistryFiles.load(directory: directory, knownKinds: kinds)
          let changes = try place.writer().importRegistry(
            files, full: full, by: by, at: Nhip.wallClock(), dryRun: dryRun)
          for change in changes {
            let verb = change.before == nil ? "new" : change.after == nil ? "ended" : "changed"
            print("\(verb)\t\(change.entity.rawValue)\t\(change.key)\t\(change.after ?? "")")
          }
          print("\(changes.count) changes\(dryRun ? ", none taken (--dry-run)" : "")")
        }
      }
    }
  }

  struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Registered devices, and those that were heard but are not registered.",
      subcommands: [List.self, Adopt.self])

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
          nhip must not be running on this store.

          EXAMPLE
            nhip devices adopt 04321/wifi-ap/ap-moi-1 --site nvh01 --name "Wi-Fi mới" \\
              --store nhip.sqlite
          """)

      @Argument(help: "COMMUNE/KIND/DEVICE, as its topics have it.") var address: String
      @Option(help: "Code of the site it stands at.") var site: String
      @Option(help: "What people call it; its id if absent.") var name: String?
      @OptionGroup var place: StoreOptions
      @Option(help: "Who does this, for the history.") var by = NSUserName()

      func run() throws {
        let parts = address.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else {
          throw ValidationError("'\(address)' is not COMMUNE/KIND/DEVICE, e.g. 04321/wifi-ap/ap-1")
        }
        try SystemExit.mapped {
          let profiles = try place.profiles()
          guard profiles.contains(where: { $0.kind == parts[1] }) else {
            throw ValidationError("there is no kind '\(parts[1])' in \(place.devicesDirectory)")
          }
          let result = try Adoption.adopt(
            DeviceAddress(commune: parts[0], kind: parts[1], device: parts[2]),
            name: name ?? parts[2], site: site, by: by, at: Nhip.wallClock(),
            store: try place.writer(), profiles: profiles)
          print(
            "registered as number \(result.device.number); "
              + "\(result.credited.readings) readings credited, "
              + "\(result.credited.quarantined) to the quarantine")
        }
      }
    }
  }
}
