// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Pipeline
import Reporting
import Storage
import Telemetry

/// Where the store and the profiles are.
struct StoreOptions: ParsableArguments {
  @Option(name: .long, help: "The store: a SQLite file.")
  var store: String

  @Option(name: .customLong("devices-dir"), help: "The folder of device profiles.")
  var devicesDirectory = "devices"

  func profiles() throws -> [Profile] { try ProfileLoader.load(directory: devicesDirectory) }

  func reader() throws -> Store { try Store(path: store, access: .readOnly) }

  func writer() throws -> Store { try Store(path: store, access: .readWrite) }
}

/// Whole local days (UTC+7), or exact instants.
struct PeriodOptions: ParsableArguments {
  @Option(help: "First day (2026-11-01 or 01/11/2026, UTC+7), or an RFC 3339 instant.")
  var from: String

  @Option(help: "Last day, included; or an RFC 3339 instant, not included.")
  var to: String

  static let dayLength: Milliseconds = 86_400_000

  func period() throws -> Interval { try Self.period(from: from, to: to) }

  /// - Parameter to: nil means until now.
  static func period(from: String, to: String?) throws -> Interval {
    guard let start = LocalDate.midnight(from) ?? LocalDate.instant(from) else {
      throw ValidationError("--from '\(from)' is not a date (2026-11-01, 01/11/2026) or instant")
    }
    guard let to else {
      let now = Nhip.wallClock()
      return Interval(start: min(start, now), end: now)
    }
    let lastDay = LocalDate.midnight(to).map { $0 + dayLength }
    guard let end = lastDay ?? LocalDate.instant(to) else {
      throw ValidationError("--to '\(to)' is not a date (2026-11-30, 30/11/2026) or instant")
    }
    guard start < end else { throw ValidationError("--to \(to) lies before --from \(from)") }
    return Interval(start: start, end: end)
  }
}

/// Writes results to standard output in large pieces.
struct ResultOutput {
  private static let chunkSize = 1 << 16
  private var buffer = ""

  mutating func line(_ text: String) {
    buffer += text
    buffer += "\n"
    if buffer.utf8.count >= Self.chunkSize { flush() }
  }

  mutating func flush() {
    FileHandle.standardOutput.write(Data(buffer.utf8))
    buffer = ""
  }
}
