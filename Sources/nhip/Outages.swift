// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Outages: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Outages, and what people know of their causes.",
      subcommands: [List.self, Note.self, Withdraw.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Which device was down when, for how long, why by itself and by people.",
        discussion: """
          EXAMPLES
            nhip outages list --from 2026-11-01 --to 2026-11-30 --store nhip.sqlite
            nhip outages list --from 2026-11-01 --to 2026-11-30 --unit 04321 --lang en \\
              --store nhip.sqlite
            nhip outages list --from 2026-11-01 --to 2026-11-30 --format json \\
              --store nhip.sqlite
          """)

      @OptionGroup var place: StoreOptions
      @OptionGroup var period: PeriodOptions
      @Option(help: "Code of a unit: only devices in it and below it.") var unit: String?
      @Option(help: "Id of a device.") var device: String?
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try place.reader()
          let period = try period.period(in: store, language: lang.language).interval
          let outages = try ListedOutages.build(
            store: store, profiles: try place.profiles(), period: period, unit: unit,
            device: device)
          format.write(
            text: CalendarList.text(outages, language: lang.language),
            json: CalendarList.json(outages))
        }
      }
    }

    struct Note: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Record the cause of an outage; who and when are kept, no figure changes.",
        discussion: """
          EXAMPLE
            nhip outages note ap-thon01-1 --at 2026-11-20T09:30:00+07:00 \\
              --cause "đứt cáp quang" --responsible VNPT --reference 12/BB \\
              --by lan --store nhip.sqlite
          """)

      @Argument(help: "The device's id.") var device: String
      @Option(help: "An RFC 3339 instant of the outage.") var at: String
      @Option(help: "The cause, in words: one line.") var cause: String
      @Option(help: "Who answers for it.") var responsible = ""
      @Option(help: "The paper that tells more.") var reference = ""
      @OptionGroup var change: ChangeOptions

      func run() throws {
        guard let instant = LocalDate.instant(at) else {
          throw ValidationError("--at '\(at)' is not an instant (2026-11-20T09:30:00+07:00)")
        }
        try change.perform(
          .outageNote(
            OutageNote(
              device: device, at: instant, cause: cause, responsible: responsible,
              reference: reference)))
      }
    }

    struct Withdraw: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take a note back: reports show the machine's cause alone; the history stays.",
        discussion: "EXAMPLE\n  nhip outages withdraw 3 --by lan --store nhip.sqlite")

      @Argument(help: "Id of the note, as `nhip outages list` shows it.") var id: Int64
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.outageWithdraw(note: id)) }
    }
  }
}
