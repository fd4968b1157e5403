// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Dispatch
import Foundation
import Pipeline
import Reporting
import Telemetry

extension Nhip {
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a pipeline until SIGINT or SIGTERM.",
      discussion: """
        EXAMPLE
          NHIP_BROKER=mqtts://127.0.0.1:8883 NHIP_CA=ca.crt NHIP_STORE=nhip.sqlite \\
          NHIP_PASSWORD_FILE=nhip-password nhip run pipelines/commune/pipeline.yaml
        """)

    @Argument(help: "The pipeline.yaml to run.")
    var pipeline: String

    /// Exists for the torture runner, which steps the clock that nhip sees.
    @Option(
      help: ArgumentHelp("Milliseconds in this file are added to the clock.", visibility: .hidden))
    var clockOffsetFile: String?

    /// These two as well: a kill can hit a checkpoint only where there are many.
    @Option(help: ArgumentHelp("Milliseconds between two checkpoints.", visibility: .hidden))
    var checkpointEvery: Milliseconds?

    @Option(
      help: ArgumentHelp("Milliseconds between two steps of retention.", visibility: .hidden))
    var retentionEvery: Milliseconds?

    func run() throws {
      try SystemExit.mapped {
        let offsetClock = clockOffsetFile.map { OffsetClock(path: $0) }
        let run = try LoadedPipeline(path: pipeline).makeRun(
          pace: pace, clock: { offsetClock?.now() ?? Nhip.wallClock() })
        let signals = StopSignals { run.stop() }
        // Cancelled, they would let a signal that is still on its way kill us before we have
        // said goodbye: seen under load, with everything already on disk.
        try withExtendedLifetime(signals) {
          try run.run()
          if let status = run.status { Nhip.log("stopped: \(status.counters)") }
        }
      }
    }

    private var pace: EnginePace {
      var pace = EnginePace()
      pace.checkpointEvery = checkpointEvery ?? pace.checkpointEvery
      pace.retentionEvery = retentionEvery ?? pace.retentionEvery
      return pace
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a pipeline, its profiles and its registry without running it.",
      discussion: """
        Prints every error as file:line:column with key, value and what is allowed; exit code 78.

        EXAMPLE
          nhip check pipelines/commune/pipeline.yaml
        """)

    @Argument(help: "The pipeline.yaml to check.")
    var pipeline: String

    func run() throws {
      try SystemExit.mapped {
        let loaded = try LoadedPipeline(path: pipeline)
        print(
          "\(pipeline): good; \(loaded.profiles.count) kinds, "
            + "\(loaded.registry?.devices.count ?? 0) devices, "
            + "\(loaded.targets?.indicators.count ?? 0) targets, "
            + "\(loaded.configuration.source.sessions.count) sessions")
      }
    }
  }
}

/// A pipeline's files, read and found good.
struct LoadedPipeline {
  let configuration: PipelineConfiguration
  let profiles: [Profile]
  let registry: Registry?
  let targets: ProgrammeTargets?

  init(path: String) throws {
    configuration = try PipelineConfiguration.load(path: path)
    let profiles = try ProfileLoader.load(directory: configuration.devices)
    self.profiles = profiles
    let problems = configuration.check(profiles: profiles)
    guard problems.isEmpty else { throw ConfigurationErrors(problems) }
    let registry = try configuration.registry.map {
      try RegistryFiles.load(directory: $0, knownKinds: Set(profiles.map(\.kind)))
    }
    self.registry = registry
    targets = try configuration.targets.map {
      try TargetsFile.load(path: $0, profiles: profiles, registry: registry)
    }
  }

  func makeRun(
    pace: EnginePace = .init(), clock: @escaping @Sendable () -> Milliseconds = Nhip.wallClock,
    log: @escaping @Sendable (String) -> Void = Nhip.log
  ) throws -> PipelineRun {
    try PipelineRun(
      configuration: configuration, profiles: profiles, registry: registry, targets: targets,
      pace: pace, clock: clock, runningTime: .ofThisMachine(), log: log)
  }
}

/// Turns SIGINT and SIGTERM into one call.
final class StopSignals {
  private var sources: [any DispatchSourceSignal] = []

  init(_ stop: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM] {
      // The default action would end the process before the source sees the signal.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: stop)
      source.resume()
      sources.append(source)
    }
  }

  func cancel() { for source in sources { source.cancel() } }
}
