// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Slot.Kind: ExpressibleByArgument {}

extension Nhip {
  struct Schedule: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Broadcast slots and booked meetings: what should play, where and when.",
      discussion: """
        The scheduler publishes slots on nhip/v1/{commune}/schedule/{slot-id}; calendar files
        bring them too.

        EXAMPLES
          nhip schedule list --store nhip.sqlite --from 2026-11-20 --to 2026-11-20
          nhip schedule import hop.ics --commune 04321 --kind video-endpoint \\
            --store nhip.sqlite --by an
        """,
      subcommands: [List.self, Import.self])

    struct Import: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take the events of an iCalendar file (.ics) as slots of a commune.",
        discussion: """
          All or nothing; one slot an occurrence. Importing again changes what changed and
          withdraws what an event no longer says. SUMMARY is the title; PRIORITY 1 to 4 is
          urgent, 5 is priority; X-NHIP-PROG, -PRIO, -VOICE, -SRC, -DEVICES and -UNITS
          (with commas) say the rest.

          EXAMPLE
            nhip schedule import phat-thanh.ics --commune 04321 --store nhip.sqlite \\
              --by an --dry-run
          """)

      @Argument(help: "The iCalendar file.") var file: String
      @Option(help: "Code of the commune whose schedule it is.") var commune: String
      @Option(help: "loudspeaker (bulletins) or video-endpoint (meetings).")
      var kind = Slot.Kind.loudspeaker
      @Flag(help: "Only print what would change.") var dryRun = false
      @OptionGroup var change: ChangeOptions

      func run() throws {
        try change.perform(
          .scheduleImport(
            ScheduleOrder(file: file, commune: commune, kind: kind, isDryRun: dryRun)))
      }
    }

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List the slots of a period, with what they name that is not registered.",
        discussion: """
          EXAMPLES
            nhip schedule list --store nhip.sqlite --from 2026-11-20 --to 2026-11-20 --unit 04321
            nhip schedule list --store nhip.sqlite --from 2026-11-20 --to 2026-11-20 --format json
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @OptionGroup var range: RangeOptions
      @Option(help: "Only slots that mean a device under this unit.") var unit: String?
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text

      func run() throws {
        let period = try range.period()
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          if let unit, try !store.registry().units.contains(where: { $0.code == unit }) {
            throw ValidationError("there is no unit '\(unit)' in the registry of \(self.store)")
          }
          let list = try ScheduleList.build(store: store, period: period, unit: unit)
          format.write(text: list.text, json: list.json)
        }
      }
    }
  }
}
