// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Incidents: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Incidents: what failed together, and why.",
      subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "List the incidents of a period, or those that are open.",
        discussion: """
          EXAMPLES
            nhip incidents list --open --store nhip.sqlite
            nhip incidents list --period month --store nhip.sqlite --format json
          """)

      @Option(help: "The store: a SQLite file.") var store: String
      @Flag(help: "Only those that are open now; so it is if no period is given.") var open = false
      @OptionGroup var time: OptionalPeriod
      @Option(help: "text, or json: one object a line.") var format = ListFormat.text
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          var incidents: [Incident]
          if time.isGiven {
            let period = try time.period(in: store, language: lang.language).interval
            incidents = try store.incidents(from: period.start, to: period.end)
            if open { incidents = incidents.filter(\.isOpen) }
          } else {
            incidents = try store.openIncidents()
          }
          format.write(
            text: IncidentList.text(incidents, language: lang.language),
            json: IncidentList.json(incidents))
        }
      }
    }

    struct Show: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Show one incident and its members; `nhip explain --incident` says why.",
        discussion: "EXAMPLE\n  nhip incidents show 7a1c9e0b42d3f865 --store nhip.sqlite")

      @Argument(help: "The incident's id, as `nhip incidents list` shows it.") var incident: String
      @Option(help: "The store: a SQLite file.") var store: String
      @Option(help: "vi or en.") var lang = LanguageOption.vi

      func run() throws {
        try SystemExit.mapped {
          let store = try Store(path: self.store, access: .readOnly)
          let found = try Self.found(incident, in: store)
          print(
            TextIncidentExplanation.summary(found, language: lang.language), terminator: "")
        }
      }

      static func found(_ id: String, in store: Store) throws -> IncidentExplanation {
        guard let found = try IncidentExplanation.build(store: store, incident: id) else {
          let open = try store.openIncidents().map(\.id)
          let meant = NearestName.nearest(to: id, in: open)
          throw ValidationError(
            "there is no incident '\(id)' in \(store.path)"
              + (meant.map { "; did you mean '\($0)'?" } ?? "; nhip incidents list shows them"))
        }
        return found
      }
    }
  }
}
