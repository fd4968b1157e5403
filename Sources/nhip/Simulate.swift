// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FleetSimulator
import Foundation
import Pipeline
import Synchronization
import Telemetry

extension Nhip {
  struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A seeded fleet with known truth: over a broker, or as a file for replay.",
      discussion: """
        EXAMPLES
          nhip simulate --out day.ndjson --communes 1 --seed 7 --history 24h --truth truth.json
          nhip simulate --broker mqtt://127.0.0.1:1883 --communes 1 --seed 7 --duration 60s
          nhip simulate --broker mqtt://127.0.0.1:1883 --communes 1 --seed 7 --rate 5000 \\
            --connections 4 --duration 60s --accepted accepted.txt
          nhip simulate --faults anomalies --communes 8 --seed 7 --history 720h --interval 5m \\
            --out fleet.ndjson --truth truth.json --registry registry
        With --rate the devices' messages come as a load, without faults or wills, behind the
        schedule of that time. --faults anomalies makes another fleet: of about 39 devices a
        commune, with provinces, providers, feeders and gateways, whose values have a usual course
        and leave it for a known time by a known size.
        """)

    @Option(help: "mqtt://HOST:PORT or mqtts://HOST:PORT.") var broker: String?
    @Option(help: "Write NDJSON here instead of publishing; - is standard output.")
    var out: String?
    @Option(help: "What goes wrong; day with --out, demo with --broker if absent.")
    var faults: FaultPlan?
    @Option(help: "With --faults anomalies: how often idle devices report.") var interval = "60s"
    @Option(help: "With --faults anomalies: write the fleet's registry files into this folder.")
    var registry: String?
    @Option(help: "devices.csv of a registry; its units.csv and sites.csv stand beside it.")
    var devices: String?
    @Option(help: "Make up so many communes of about 70 devices.") var communes: Int?
    @Option(help: "The same seed gives the same fleet, faults and messages.") var seed: UInt64
    @Option(help: "How much to write with --out.") var history = "24h"
    @Option(help: "When the history starts (RFC 3339); a fixed day if absent.") var start: String?
    @Option(help: "How long to publish.") var duration = "60s"
    @Option(help: "Messages a second, as a load.") var rate: Double?
    @Option(help: "Share so many connections.") var connections: Int?
    @Option(help: "Write the truth here as JSON.") var truth: String?
    @Option(help: "With --rate: write 'device seq' of every accepted message here.")
    var accepted: String?
    @Option(help: "With --rate: sequence numbers start behind this one.") var sequenceBefore:
      UInt64 = 0
    @Option(help: "CA certificate of an mqtts broker.") var ca: String?
    @Option(help: "File of 'device:password' lines.") var passwords: String?
    @Option(name: .customLong("devices-dir"), help: "The folder of device profiles.")
    var devicesDirectory = "devices"

    enum FaultPlan: String, ExpressibleByArgument, CaseIterable {
      case none, day, demo, anomalies

      /// Nil where what goes wrong is drawn apart.
      var rates: FaultRates? {
        switch self {
        case .none: FaultRates.none
        case .day: .day
        case .demo: .demo
        case .anomalies: nil
        }
      }
    }

    /// 2026-11-20 00:00 in UTC+7: a day like others.
    static let fixedStart: Milliseconds = 1_795_107_600_000

    func validate() throws {
      guard (broker == nil) != (out == nil) else {
        throw ValidationError("give one of --broker and --out")
      }
      guard (devices == nil) != (communes == nil) else {
        throw ValidationError("give one of --devices and --communes")
      }
      if let communes, !(1...50_000).contains(communes) {
        throw ValidationError("--communes goes from 1 to 50000")
      }
      if faults == .anomalies {
        guard let communes, communes <= AnomalyFleet.communesMax else {
          throw ValidationError(
            "--faults anomalies makes its own fleet: give --communes, at most "
              + "\(AnomalyFleet.communesMax)")
        }
        guard let length = DurationText.milliseconds(interval), length >= 10_000 else {
          throw ValidationError("--interval '\(interval)' is not a duration of 10s or more")
        }
      } else if registry != nil || interval != "60s" {
        throw ValidationError("--registry and --interval go with --faults anomalies")
      }
      if let connections, !(1...1_000).contains(connections) {
        throw ValidationError("--connections goes from 1 to 1000")
      }
      if let rate, !(rate > 0) { throw ValidationError("--rate is above 0") }
    }

    func run() throws {
      let length = try milliseconds(out == nil ? duration : history)
      var begin = out == nil ? Nhip.wallClock() : Self.fixedStart
      if let start {
        guard let instant = LocalDate.instant(start) else {
          throw ValidationError("--start '\(start)' is not an RFC 3339 instant")
        }
        begin = instant
      }
      try SystemExit.mapped {
        let plan = try plan(from: begin, length: length)
        if let registry, let anomalies = plan.anomalies {
          try FleetFiles.writeRegistry(of: anomalies, to: registry)
        }
        let known = try out.map { try FleetFiles.writeMessages(of: plan, to: $0) }
        if let truth { try FleetFiles.writeTruth(known ?? plan.truth(), to: truth) }
        if let broker { try publish(plan, length, to: try address(broker)) }
      }
    }

    private func milliseconds(_ text: String) throws -> Milliseconds {
      guard let length = DurationText.milliseconds(text) else {
        throw ValidationError("'\(text)' is not a duration such as 90s, 10m or 24h")
      }
      return length
    }

    private func plan(from begin: Milliseconds, length: Milliseconds) throws -> FleetPlan {
      let faults = faults ?? (out == nil ? .demo : .day)
      guard let rates = faults.rates else {
        return FleetPlan(
          anomalies: AnomalyPlan(
            fleet: AnomalyFleet(communes: communes ?? 1, seed: seed), start: begin,
            duration: length, reportInterval: try milliseconds(interval)))
      }
      return FleetPlan(
        devices: try fleet(), seed: seed, start: begin, duration: length, faults: rates)
    }

    private func fleet() throws -> [SimulatedDevice] {
      if let communes { return FleetPlan.communes(communes, seed: seed) }
      let folder = URL(fileURLWithPath: devices ?? "").deletingLastPathComponent().path
      let kinds = Set(try ProfileLoader.load(directory: devicesDirectory).map(\.kind))
      return FleetFiles.fleet(
        of: try RegistryFiles.load(directory: folder, knownKinds: kinds))
    }

    private func address(_ text: String) throws -> FleetSimulator.BrokerAddress {
      guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
        url.scheme == "mqtt" || url.scheme == "mqtts"
      else {
        throw ValidationError("--broker '\(text)' is not mqtt://HOST:PORT or mqtts://HOST:PORT")
      }
      let isSecure = url.scheme == "mqtts"
      if isSecure && ca == nil { throw ValidationError("an mqtts broker needs --ca") }
      return FleetSimulator.BrokerAddress(
        host: host, port: url.port ?? (isSecure ? 8883 : 1883), caPath: isSecure ? ca : nil)
    }

    private func publish(
      _ plan: FleetPlan, _ length: Milliseconds, to address: FleetSimulator.BrokerAddress
    ) throws {
      let credentials = try FleetFiles.credentials(passwords)
      let fleet = LiveFleet(
        broker: address, credentials: credentials, connections: connections,
        scheduler: try FleetFiles.scheduler(passwords))
      if rate != nil || accepted != nil {
        let load = LoadRun(
          broker: address, devices: plan.devices, connections: connections ?? 4,
          ratePerSecond: rate, duration: length, acceptedPath: accepted, seed: seed,
          sequenceBefore: sequenceBefore, credentials: credentials)
        try fleet.announce(plan.schedule())
        let result = try load.run()
        print(
          "published \(result.published), accepted \(result.accepted) in \(result.seconds) s, "
            + "\(result.cpuSeconds) CPU s")
        return
      }
      let stopped = StopFlag()
      let signals = StopSignals { stopped.set() }
      try fleet.run(plan: plan, until: { stopped.isSet }, report: { Nhip.log("\($0)") })
      signals.cancel()
    }
  }
}

/// Set once from a signal, read from anywhere.
final class StopFlag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}
