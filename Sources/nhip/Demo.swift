// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FleetSimulator
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

extension Nhip {
  struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A whole commune on this machine: broker, fleet, nhip, live board, report.",
      discussion: """
        Starts a mosquitto of its own on a free loopback port (TLS, a password and access list per
        device), loads 24 h of history, connects about 70 devices with faults every few seconds,
        and prints the report at the end. Run it in the repository's folder, or by scripts/demo.

        EXAMPLE
          nhip demo --seconds 60
        """)

    @Option(help: "End after so many seconds; without it, on Ctrl-C.") var seconds: Int?
    @Flag(help: "Keep the folder with broker, store and passwords.") var keep = false
    @Option(help: "The same seed gives the same fleet and faults.") var seed: UInt64 = 20_261_121

    func validate() throws {
      if let seconds, !(1...86_400).contains(seconds) {
        throw ValidationError("--seconds goes from 1 to 86400")
      }
    }

    func run() throws {
      try SystemExit.mapped {
        let stopped = StopFlag()
        let signals = StopSignals { stopped.set() }
        defer { signals.cancel() }
        let folder = try DemoFolder()
        defer { if !keep { folder.remove() } }
        let broker = try DemoBroker(folder: folder)
        defer { broker.stop() }
        try perform(folder, broker, stopped)
        if !keep { print("(--keep leaves the store and the broker's folder behind)") }
      }
    }

    private func perform(
      _ folder: DemoFolder, _ broker: DemoBroker, _ stopped: StopFlag
    ) throws {
      let begin = Nhip.wallClock()
      broker.exportEnvironment(store: folder.path("nhip.sqlite"))
      let loaded = try LoadedPipeline(path: DemoFolder.pipeline)
      guard let registry = loaded.registry else {
        throw DemoFailure(what: "\(DemoFolder.pipeline) names no registry")
      }
      let fleet = FleetFiles.fleet(of: registry)
      try loadHistory(of: fleet, registry, loaded.profiles, folder, until: begin)
      let log = try DemoLog(path: folder.path("nhip.log"))
      let run = try loaded.makeRun(log: log.write)
      let threads = DemoThreads(run: run, stopped: stopped)
      threads.start(
        fleet: fleet, seed: seed, broker: broker.address,
        credentials: try FleetFiles.credentials(folder.path("clear-passwords")),
        scheduler: try FleetFiles.scheduler(folder.path("clear-passwords")))
      Self.say(broker.example(registry: registry))
      let board = LiveBoard(registry: try run.store.registry(), profiles: loaded.profiles)
      while !stopped.isSet {
        Thread.sleep(forTimeInterval: 1)
        board.show(run.status, at: Nhip.wallClock())
        if let seconds, Nhip.wallClock() - begin > Milliseconds(seconds) * 1_000 { stopped.set() }
      }
      try threads.finish()
      let path = FileManager.default.currentDirectoryPath + "/nhip-demo-report.html"
      try report(loaded.profiles, store: run.store, from: begin, htmlPath: path)
    }

    /// Unlike `print`, arrives at once also where standard output is a file.
    private static func say(_ text: String) {
      FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }

    /// 24 hours up to now, through the same engine as a replay.
    private func loadHistory(
      of fleet: [SimulatedDevice], _ registry: Telemetry.Registry, _ profiles: [Profile],
      _ folder: DemoFolder, until now: Milliseconds
    ) throws {
      let day: Milliseconds = 86_400_000
      Self.say("loading 24 h of history of \(fleet.count) devices …")
      let plan = FleetPlan(
        devices: fleet, seed: seed, start: now - day, duration: day, faults: .day)
      let file = folder.path("history.ndjson")
      _ = try FleetFiles.writeMessages(of: plan, to: file)
      let store = try Store(path: folder.path("nhip.sqlite"), access: .readWrite)
      defer { store.close() }
      _ = try store.importRegistry(registry, full: false, by: "demo", at: now, dryRun: false)
      let result = try Pipeline.Replay.run(path: file, store: store, profiles: profiles)
      let length = Double(Nhip.wallClock() - now) / 1_000
      Self.say("\(result.counters.readings) readings in \(String(format: "%.1f", length)) s")
    }

    private func report(
      _ profiles: [Profile], store: Store, from begin: Milliseconds, htmlPath: String
    ) throws {
      let period = Interval(start: begin - 86_400_000, end: Nhip.wallClock())
      let report = try Reporting.Report.build(store: store, profiles: profiles, period: period)
      print(TextReport.render(report))
      try Data(HTMLReport.render(report).utf8).write(to: URL(fileURLWithPath: htmlPath))
      print("HTML: \(htmlPath)")
    }
  }
}

struct DemoFailure: Error, CustomStringConvertible {
  var what: String
  var description: String { what }
}
