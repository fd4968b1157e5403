// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

/// The languages of reports, as the command line knows them.
enum LanguageOption: String, ExpressibleByArgument, CaseIterable {
  case vi, en
  var language: Language { self == .vi ? .vi : .en }
}

extension Nhip {
  struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Availability and usage over a period.",
      discussion: """
        EXAMPLES
          nhip report --store nhip.sqlite --period month
          nhip report --store nhip.sqlite --of 2026-Q4 --calendar nd09
          nhip report --store nhip.sqlite --from 2026-11-01 --to 2026-11-30
          nhip report --store nhip.sqlite --from 01/11/2026 --to 30/11/2026 --kind wifi-ap \\
            --format html --output report.html
          nhip report --store nhip.sqlite --from 2026-11-01 --to 2026-11-30 --format xlsx \\
            --output report.xlsx --body "UBND xã Phú Lâm" --place "Phú Lâm" \\
            --signatory-title "Chủ tịch" --signatory "Nguyễn Văn A"
        The letterhead is the pipeline's (reports: { letterhead: … }) where no option says more.
        """)

    @OptionGroup var place: StoreOptions
    @OptionGroup var time: PeriodOptions
    @OptionGroup var programme: TargetsOption
    @Option(help: "Only devices under this unit.") var unit: String?
    @Option(help: "Only devices of this kind.") var kind: String?
    @Option(help: "Outages shorter than this are flapping (60s); the pipeline's if absent.")
    var outageMin: String?
    @Option(help: "Percent of availability to reach (99.5); the pipeline's if absent.")
    var target: Double?
    @Option(
      name: .customLong("since-revision"),
      help: "Also what changed in sealed days since this revision; 1 is the first seal.")
    var sinceRevision: Int?
    @OptionGroup var form: ReportForm
    @Option(help: "vi or en.") var lang = LanguageOption.vi

    func validate() throws {
      if let sinceRevision, sinceRevision < 1 {
        throw ValidationError("--since-revision \(sinceRevision): revisions count from 1")
      }
    }

    func run() throws {
      try SystemExit.mapped {
        let store = try place.reader()
        let period = try time.period(in: store, language: lang.language)
        let profiles = try place.profiles()
        try check(store, profiles)
        let progress = Progress()
        let report = try Reporting.Report.build(
          store: store, profiles: profiles, period: period.interval,
          previous: period.previous,
          unit: unit, kind: kind, language: lang.language, settings: try settings(store),
          targets: try programme.programme(store: store, profiles: profiles),
          contents: form.contents, sinceRevision: sinceRevision, progress: progress.show)
        progress.finish()
        try form.write(report, letterhead: Letterhead.inForce(in: store))
      }
    }

    private func settings(_ store: Store) throws -> UptimeSettings {
      var settings = try UptimeSettings.inForce(in: store)
      if let outageMin {
        guard let length = DurationText.milliseconds(outageMin) else {
          throw ValidationError("--outage-min '\(outageMin)' is not a duration like 60s or 5m")
        }
        settings.outageMin = length
      }
      if let target {
        guard let partsPerMillion = UptimeSettings.partsPerMillion(percent: target) else {
          throw ValidationError("--target \(target) is not above 0 and at most 100")
        }
        settings.targetPartsPerMillion = partsPerMillion
      }
      return settings
    }

    private func check(_ store: Store, _ profiles: [Profile]) throws {
      if let kind, !profiles.contains(where: { $0.kind == kind }) {
        let known = profiles.map(\.kind).joined(separator: ", ")
        throw ValidationError("there is no kind '\(kind)'; known: \(known)")
      }
      if let unit, try !store.registry().units.contains(where: { $0.code == unit }) {
        throw ValidationError("there is no unit '\(unit)' in the registry of \(place.store)")
      }
    }
  }
}
