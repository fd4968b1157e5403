// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Schedule: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Broadcast slots and booked meetings: what should play, where and when.",
      discussion: """
        The scheduler publishes slots on nhip/v1/{commune}/schedule/{slot-id}.

        EXAMPLE
          nhip schedule list --store nhip.sqlite --from 2026-11-20 --to 2026-11-20
        """,
      subcommands: [List.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List the slots of a period, with what they name that is not registered.",
        discussion: """
          EXAMPLE
            nhip schedule list --store nhip.sqlite --from 2026-11-20 --to 2026-11-20 --unit 04321
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @OptionGroup var time: PeriodOptions
      @Option(help: "Only slots that mean a device under this unit.") var unit: String?

      func run() throws {
        let period = try time.period()
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          if let unit, try !store.registry().units.contains(where: { $0.code == unit }) {
            throw ValidationError("there is no unit '\(unit)' in the registry of \(self.store)")
          }
          let list = try ScheduleList.build(store: store, period: period, unit: unit)
          print(list.text, terminator: "")
        }
      }
    }
  }
}
