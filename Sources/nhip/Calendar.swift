// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension CalendarPurpose: ExpressibleByArgument {}

extension Nhip {
  struct Calendar: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Maintenance, power cuts, drills, holidays, service hours: iCalendar files.",
      subcommands: [Import.self, List.self, Withdraw.self])

    struct Import: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take the events of an iCalendar file (.ics) over.",
        discussion: """
          All or nothing. An import of the same calendar name replaces by UID; what is
          entered after it began is kept apart, and reports show availability with and
          without it. X-NHIP- properties of an event win over these options; options that
          name different things must all be met, one given several times by any of them.

          EXAMPLES
            nhip calendar import cat-dien.ics --purpose power-cut --feeder 471-E5 \\
              --store nhip.sqlite --by an --note "PC Lam Son, 12/TB" --dry-run
            nhip calendar import bao-tri.ics --purpose maintenance --unit 04321 \\
              --responsible VNPT --reference 45/KH --store nhip.sqlite --full
          """)

      @Argument(help: "The iCalendar file.") var file: String
      @Option(help: "Name of the calendar; the file's name if absent.") var name: String?
      @Option(help: "maintenance, power-cut, drill, holiday or service-hours.")
      var purpose: CalendarPurpose?
      @OptionGroup var scope: ScopeOptions
      @Option(help: "Who answers for it.") var responsible = ""
      @Option(help: "The paper that announces it.") var reference = ""
      @Flag(help: "Only print what would change.") var dryRun = false
      @Flag(help: "Also withdraw what the file no longer names.") var full = false
      @OptionGroup var change: ChangeOptions

      func run() throws {
        let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
        try change.perform(
          .calendarImport(
            CalendarOrder(
              file: file, calendar: name ?? stem, purpose: purpose, scope: scope.scope,
              responsible: responsible, reference: reference, isFull: full, isDryRun: dryRun)))
      }
    }

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List the entries in force; who entered them when, and what came late.",
        discussion: """
          EXAMPLES
            nhip calendar list --store nhip.sqlite
            nhip calendar list --store nhip.sqlite --all --purpose maintenance --lang en
            nhip calendar list --store nhip.sqlite --format json
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @Option(help: "Only this calendar.") var name: String?
      @Option(help: "Only entries of this purpose.") var purpose: CalendarPurpose?
      @Flag(help: "Also what was withdrawn or replaced.") var all = false
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          let entries = try store.calendarEntries(inForce: !all).filter { entry in
            (name == nil || entry.calendar == name) && (purpose == nil || entry.purpose == purpose)
          }
          format.write(
            text: CalendarList.text(entries, now: Nhip.wallClock(), language: lang.language),
            json: CalendarList.json(entries))
        }
      }
    }

    struct Withdraw: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take entries back as if they had never been in force; the history stays.",
        discussion: """
          EXAMPLE
            nhip calendar withdraw 12 13 --by an --store nhip.sqlite
          """)

      @Argument(help: "Ids of entries, as `nhip calendar list` shows them.") var ids: [Int64]
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.calendarWithdraw(entries: ids)) }
    }
  }
}

/// Which devices an entry is about.
struct ScopeOptions: ParsableArguments {
  @Option(help: "Code of a unit: devices in it and below it.") var unit: [String] = []
  @Option(help: "Code of a site.") var site: [String] = []
  @Option(help: "Id of a device.") var device: [String] = []
  @Option(help: "A kind of device.") var kind: [String] = []
  @Option(help: "The feeder of the site.") var feeder: [String] = []
  @Option(help: "The provider of the site.") var isp: [String] = []
  @Option(help: "The type of the site.") var siteType: [String] = []

  var scope: CalendarScope {
    CalendarScope(
      units: unit, sites: site, devices: device, kinds: kind, feeders: feeder, isps: isp,
      siteTypes: siteType)
  }
}
