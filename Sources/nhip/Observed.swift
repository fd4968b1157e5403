// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Observed: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Windows in which our own uplink was down: proposed, confirmed, withdrawn.",
      subcommands: [Propose.self, Confirm.self, List.self, Withdraw.self])

    struct Propose: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Print windows in which devices of several providers fell silent together.",
        discussion: """
          They came back with unbroken uptime: it was probably our side. Nothing changes
          until somebody confirms.

          EXAMPLE
            nhip observed propose --from 2026-11-01 --to 2026-11-30 --store nhip.sqlite
          """)

      @OptionGroup var place: StoreOptions
      @OptionGroup var range: RangeOptions

      func run() throws {
        let period = try range.period()
        try SystemExit.mapped {
          let found = try ListedOutages.uplinkGaps(
            store: try place.reader(), profiles: try place.profiles(), period: period)
          print(
            UplinkProposal.text(found.candidates, devices: found.devices, store: place.store))
        }
      }
    }

    struct Confirm: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Confirm that our uplink was down: that time counts as not observed.",
        discussion: """
          EXAMPLE
            nhip observed confirm --from 2026-11-20T09:30:00+07:00 \\
              --to 2026-11-20T10:05:00+07:00 --by lan --note "router của xã" \\
              --store nhip.sqlite
          """)

      @OptionGroup var range: RangeOptions
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.observedConfirm(try range.period())) }
    }

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List what was confirmed, by whom and when, withdrawn ones included.",
        discussion: "EXAMPLES\n  nhip observed list --store nhip.sqlite\n"
          + "  nhip observed list --store nhip.sqlite --format json")

      @Option(help: "The store: a SQLite file.") var store: String
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          let gaps = try store.confirmedGaps()
          format.write(
            text: CalendarList.text(gaps, language: lang.language), json: CalendarList.json(gaps))
        }
      }
    }

    struct Withdraw: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take a confirmation back; the history stays.",
        discussion: "EXAMPLE\n  nhip observed withdraw 3 --by lan --store nhip.sqlite")

      @Argument(help: "Id of the gap, as `nhip observed list` shows it.") var id: Int64
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.observedWithdraw(gap: id)) }
    }
  }
}
