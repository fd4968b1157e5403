// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Where a number of a report comes from: states, readings, events, calendars.",
      discussion: """
        A DEVICE alone: every state and outage of the period with its evidence. With --figure:
        one of its figures of use, day by day, with the readings it was counted from. --slot: on
        which devices a bulletin was played, or who attended a meeting; its period may be left out.
        --indicator: everything that a target counts, each with its verdict. --rank: the components
        of a score, and the devices behind them. --anomaly: what a reading was compared with, and
        the readings around it. --incident: its members, and why it is this group and this cause.

        EXAMPLES
          nhip explain ap-thon01-1 --store nhip.sqlite --from 2026-11-20 --to 2026-11-20
          nhip explain ap-thon01-1 --figure download --store nhip.sqlite --period month
          nhip explain --slot BT-20261120-0500 --store nhip.sqlite
          nhip explain --indicator wifi_working --store nhip.sqlite --of 2026-11
          nhip explain --rank 04321-01 --store nhip.sqlite --period month
          nhip explain --anomaly 7a1c9e0b42d3f865 --store nhip.sqlite
          nhip explain --incident 7a1c9e0b42d3f865 --store nhip.sqlite
        """)

    @Argument(help: "The device's id, or its registry number.") var device: String?
    @Option(help: "A figure of use of the device, by the name that JSON and CSV have.")
    var figure: String?
    @Option(help: "A bulletin or meeting of the schedule, by its id or COMMUNE/ID.")
    var slot: String?
    @Option(help: "A target of the programme, by its name in targets.yaml.")
    var indicator: String?
    @Option(help: "A ranked unit, by its code.") var rank: String?
    @Option(help: "An anomaly, by its id, as `nhip anomalies list` shows it.")
    var anomaly: String?
    @Option(help: "An incident, by its id.") var incident: String?
    @Option(help: "With --indicator: of a report that is restricted to this unit.")
    var unit: String?
    @OptionGroup var place: StoreOptions
    @OptionGroup var time: OptionalPeriod
    @OptionGroup var programme: TargetsOption
    @Option(help: "vi or en.") var lang = LanguageOption.vi

    func validate() throws {
      let subjects = [device, slot, indicator, rank, anomaly, incident].compactMap(\.self)
      guard subjects.count == 1 else {
        throw ValidationError(
          subjects.isEmpty
            ? "say what to explain: a DEVICE (nhip devices list shows them), --slot, "
              + "--indicator, --rank, --anomaly or --incident"
            : "a DEVICE, --slot, --indicator, --rank, --anomaly, --incident are questions apart: "
              + "ask one")
      }
      if unit != nil, indicator == nil {
        throw ValidationError("--unit belongs to --indicator")
      }
      if programme.path != nil, indicator == nil, rank == nil {
        throw ValidationError("--targets belongs to --indicator and --rank")
      }
      if figure != nil, device == nil {
        throw ValidationError("--figure needs the DEVICE whose figure it is")
      }
    }

    func run() throws {
      try SystemExit.mapped {
        let store = try place.reader()
        // An incident is explained by what was kept of it.
        let profiles = incident == nil ? try place.profiles() : []
        let progress = Progress()
        let text = try explanation(store, profiles, progress)
        progress.finish()
        try OutputFile.write(Data(text.utf8), to: nil)
      }
    }

    private func explanation(
      _ store: Store, _ profiles: [Profile], _ progress: Progress
    ) throws -> String {
      if let incident { return try text(ofIncident: incident, store) }
      if let indicator { return try text(ofIndicator: indicator, store, profiles, progress) }
      if let rank { return try text(ofRank: rank, store, profiles, progress) }
      if let anomaly { return try text(ofAnomaly: anomaly, store, profiles) }
      if let slot { return try text(ofSlot: slot, store, profiles, progress) }
      if let figure { return try text(ofFigure: figure, store, profiles, progress) }
      return try states(store, profiles, progress)
    }

    // MARK: Of a device

    private func registered(_ store: Store, _ profiles: [Profile]) throws -> (Device, Profile) {
      let name = device ?? ""
      let devices = try store.registry().devices
      let found = devices.first { $0.id == name } ?? devices.first { String($0.number) == name }
      guard let found else {
        let meant = NearestName.nearest(to: name, in: devices.map(\.id))
        throw ValidationError(
          "there is no device '\(name)' in the registry of \(place.store)"
            + (meant.map { "; did you mean '\($0)'?" } ?? ""))
      }
      guard let profile = profiles.first(where: { $0.kind == found.kind }) else {
        throw ValidationError("no profile for kind '\(found.kind)' in \(place.devicesDirectory)")
      }
      return (found, profile)
    }

    private func states(
      _ store: Store, _ profiles: [Profile], _ progress: Progress
    ) throws -> String {
      let (found, _) = try registered(store, profiles)
      let period = try time.period(in: store, language: lang.language).interval
      let explanation = try Explanation.build(
        store: store, profiles: profiles, device: found.number, period: period,
        language: lang.language, progress: progress.show)
      guard let explanation else { throw retired(found) }
      return TextExplanation.render(explanation)
    }

    private func text(
      ofFigure name: String, _ store: Store, _ profiles: [Profile], _ progress: Progress
    ) throws -> String {
      let (found, profile) = try registered(store, profiles)
      let names = profile.usage.map(\.name)
      // A column of the CSV is called by its kind as well.
      let prefix = "\(profile.kind)."
      let wanted = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
      guard names.contains(wanted) else {
        let meant = NearestName.nearest(to: wanted, in: names)
        throw ValidationError(
          "there is no figure '\(name)' of kind \(profile.kind)"
            + (meant.map { "; did you mean '\($0)'?" } ?? "")
            + "; known: \(names.joined(separator: ", "))")
      }
      let period = try time.period(in: store, language: lang.language).interval
      let explanation = try FigureExplanation.build(
        store: store, profiles: profiles, device: found.number, figure: wanted, period: period,
        language: lang.language, progress: progress.show)
      guard let explanation else { throw retired(found) }
      return TextFigureExplanation.render(explanation)
    }

    private func retired(_ device: Device) -> ValidationError {
      ValidationError("device '\(device.id)' was retired before the period, so no report has it")
    }
  }
}
