// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Anomalies: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Anomalies: what is unusual, and what people say of it.",
      subcommands: [List.self, Dismiss.self, Confirm.self, Undo.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List open anomalies, or all of a period, the most severe first.",
        discussion: """
          EXAMPLES
            nhip anomalies list --store nhip.sqlite
            nhip anomalies list --store nhip.sqlite --period month --format json
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @OptionGroup var time: OptionalPeriod
      @Option(help: "Only anomalies of this kind of device.") var kind: String?
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          let period =
            time.isGiven ? try time.period(in: store, language: lang.language).interval : nil
          let found =
            try period.map { try store.alerts(from: $0.start, to: $0.end) } ?? store.openAlerts()
          let list = AnomalyList(
            found.filter { kind == nil || $0.rule.hasPrefix("\(kind ?? "")/") },
            feedback: try store.anomalyFeedback())
          let devices = try store.registry().devices
          format.write(
            text: list.text(devices: devices, language: lang.language),
            json: list.json(devices: devices))
        }
      }
    }

    struct Dismiss: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Say that nothing was wrong: for a while the like of it is not told.",
        discussion: """
          Also while nhip runs. Who, when and the note are kept; `nhip anomalies undo` takes it \
          back. The alert itself ends when the metric is usual again.

          EXAMPLE
            nhip anomalies dismiss 7a1c9e0b42d3f865 --by lan --note "hội làng" --store nhip.sqlite
          """)

      @Argument(help: "The anomaly's id, as `nhip anomalies list` shows it.") var anomaly: String
      @OptionGroup var change: ChangeOptions

      func run() throws {
        try change.perform(.anomalyVerdict(alert: anomaly, verdict: .dismissed))
      }
    }

    struct Confirm: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Say that something was wrong: what was dismissed of its like is told again.",
        discussion: """
          EXAMPLE
            nhip anomalies confirm 7a1c9e0b42d3f865 --by lan --note "đứt cáp" --store nhip.sqlite
          """)

      @Argument(help: "The anomaly's id, as `nhip anomalies list` shows it.") var anomaly: String
      @OptionGroup var change: ChangeOptions

      func run() throws {
        try change.perform(.anomalyVerdict(alert: anomaly, verdict: .confirmed))
      }
    }

    struct Undo: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take back what was said of an anomaly; the history stays.",
        discussion: "EXAMPLE\n  nhip anomalies undo 7a1c9e0b42d3f865 --by lan --store nhip.sqlite")

      @Argument(help: "The anomaly's id, as `nhip anomalies list` shows it.") var anomaly: String
      @OptionGroup var change: ChangeOptions

      func run() throws { try change.perform(.anomalyUndo(alert: anomaly)) }
    }
  }
}
