// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Storage
import Telemetry

extension Nhip {
  struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Feed a file of messages through the engine, without a broker or a clock.",
      discussion: """
        Lines are {"topic":…,"payload":…,"received_at":…}; {"observed":false,"from":…,"to":…} cuts
        a hole into the time in which somebody heard. The same file gives the same readings.

        EXAMPLE
          nhip replay day.ndjson --store nhip.sqlite --devices-dir devices \\
            --registry pipelines/commune/registry
        """)

    @Argument(help: "The NDJSON file.") var file: String
    @OptionGroup var place: StoreOptions
    @Option(help: "A folder of registry files to import first.") var registry: String?

    func run() throws {
      try SystemExit.mapped {
        let profiles = try place.profiles()
        let store = try place.writer()
        if let registry {
          let files = try RegistryFiles.load(
            directory: registry, knownKinds: Set(profiles.map(\.kind)))
          _ = try store.importRegistry(
            files, full: false, by: "replay", at: Nhip.wallClock(), dryRun: false)
        }
        let progress = Progress()
        let result = try Pipeline.Replay.run(
          path: file, store: store, profiles: profiles, progress: progress.show)
        progress.finish()
        let counters = result.counters
        print(
          "\(result.lines) lines: \(counters.readings) readings, \(counters.inbox) to the inbox, "
            + "\(counters.quarantined) to the quarantine")
      }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every stored reading as NDJSON.",
      discussion: """
        Readings of sealed days stand once, those of other days as often as they are stored.

        EXAMPLE
          nhip export --store nhip.sqlite | head
        """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson }

    @Option(help: "The store: a SQLite file.") var store: String
    @Option(help: "ndjson.") var format = Format.ndjson

    func run() throws {
      try SystemExit.mapped {
        var output = ResultOutput()
        let progress = Progress()
        defer { progress.finish() }
        let store = try Store(path: self.store, access: .readOnly)
        try ReadingExport.write(store: store, progress: progress.show) {
          output.line($0)
        }
        output.flush()
      }
    }
  }

  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show each field of a payload as nhip reads it.",
      discussion: "EXAMPLE\n  nhip decode wifi-ap devices/wifi-ap/samples/good-telemetry.json")

    @Argument(help: "The device kind.") var kind: String
    @Argument(help: "A file with one payload.") var file: String
    @Option(name: .customLong("devices-dir"), help: "The folder of device profiles.")
    var devicesDirectory = "devices"

    func run() throws {
      try SystemExit.mapped {
        let profiles = try ProfileLoader.load(directory: devicesDirectory)
        guard let profile = profiles.first(where: { $0.kind == kind }) else {
          let known = profiles.map(\.kind).joined(separator: ", ")
          throw ValidationError("there is no kind '\(kind)'; known: \(known)")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
          throw Nhip.fail(
            Pipeline.Replay.FileError(path: file, reason: "no such file, or not readable"),
            code: SystemExit.noInput)
        }
        try Self.show(PayloadReading(payload: Array(data), profile: profile))
      }
    }

    private static func show(_ reading: PayloadReading) throws {
      if let fault = reading.fault {
        print("refused: \(fault)")
        throw ExitCode(SystemExit.data)
      }
      print("ts: \(reading.sentAt.map { "\($0) ms since 1970" } ?? "absent, receive time counts")")
      for field in reading.fields {
        print("\(field.name) (\(field.path)): \(field.value) \(field.unit)")
      }
      if reading.isOutOfRange { print("at least one value is out of its range") }
      if !reading.unknown.isEmpty {
        print("ignored: \(reading.unknown.filter { $0 != "ts" }.joined(separator: ", "))")
      }
    }
  }
}
