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
