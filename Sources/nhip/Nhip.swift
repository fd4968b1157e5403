// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Logging

@main
struct Nhip: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nhip",
    abstract: "Telemetry of a smart commune: what was acknowledged is on disk, counted once.",
    discussion: """
      EXAMPLES
        nhip check pipelines/commune/pipeline.yaml
        nhip run pipelines/commune/pipeline.yaml
        nhip report --store nhip.sqlite --from 2026-11-01 --to 2026-11-30
        nhip explain ap-thon01-1 --store nhip.sqlite --from 2026-11-20 --to 2026-11-20
        nhip backup --store nhip.sqlite --to copy.sqlite

      Results go to standard output, everything else to standard error. Exit codes are those of
      sysexits: 0 done, 64 command line, 65 data, 66 no input, 73 a file stands there, 74 input or
      output, 75 try again later, 78 configuration.
      """,
    version: "0.1.0",
    subcommands: [
      Run.self, Check.self, Report.self, Explain.self, Replay.self, Simulate.self, Export.self,
      Decode.self, Registry.self, Devices.self, Schedule.self, Calendar.self, Outages.self,
      Observed.self, Alerts.self, Anomalies.self, Incidents.self, Detect.self, Seal.self,
      Verify.self, Backup.self, Restore.self, Demo.self,
    ])
}

extension Nhip {
  /// Everything that is not a result.
  static let logger: Logger = {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    return Logger(label: "nhip")
  }()

  @Sendable static func log(_ text: String) { logger.info("\(text)") }

  /// Says why, on standard error, and ends with a code of sysexits.
  static func fail(_ error: any Error, code: Int32) -> ExitCode {
    FileHandle.standardError.write(Data("nhip: \(error)\n".utf8))
    return ExitCode(code)
  }

  @Sendable static func wallClock() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
