// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Alerts: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Alerts: what is wrong now, and what was.",
      subcommands: [List.self, Acknowledge.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List open alerts, or all of a period, the gravest first.",
        discussion: """
          EXAMPLES
            nhip alerts list --store nhip.sqlite
            nhip alerts list --store nhip.sqlite --from 2026-11-20 --to 2026-11-21 --format json
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @Option(help: "First day (UTC+7) or instant: also what is over since then.")
      var from: String?
      @Option(help: "Last day, included; or an instant, not included. Now if absent.")
      var to: String?
      @Option(help: "Only alerts of this kind of device.") var kind: String?
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func validate() throws {
        if to != nil && from == nil { throw ValidationError("--to needs --from") }
      }

      func run() throws {
        let period = try from.map { try RangeOptions.period(from: $0, to: to) }
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          let found =
            try period.map { try store.alerts(from: $0.start, to: $0.end) } ?? store.openAlerts()
          let alerts = found.filter { kind == nil || $0.rule.hasPrefix("\(kind ?? "")/") }
          let devices = try store.registry().devices
          format.write(
            text: AlertList.text(alerts, devices: devices, language: lang.language),
            json: AlertList.json(alerts, devices: devices))
        }
      }
    }

    struct Acknowledge: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Say that somebody knows of an open alert; who, when and the note are kept.",
        discussion: """
          Also while nhip runs: the alert's retained state says so at once.

          EXAMPLE
            nhip alerts ack 7a1c9e0b42d3f865 --by lan --note "đã gọi điện" --store nhip.sqlite
          """)

      @Argument(help: "The alert's id, as `nhip alerts list` shows it.") var alert: String
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.acknowledge(alert: alert)) }
    }
  }
}
