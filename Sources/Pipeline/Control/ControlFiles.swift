// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry

/// What a command needs to have read, from files or from readings, before it waits for the engine,
/// which reads none of it.
enum ControlFiles: Sendable {
  case registry(Registry)
  case calendar([CalendarEvent])
  /// The one that a note is about.
  case outage(ListedOutage)

  /// - Parameter profiles: asked only where a command needs them.
  /// - Returns: nil if the command needs nothing.
  static func load(
    for command: ControlCommand, store path: String, profiles: () throws -> [Profile],
    at now: Milliseconds
  ) throws -> ControlFiles? {
    switch command {
    case .registryImport(let directory, _, _):
      return .registry(
        try RegistryFiles.load(
          directory: directory, knownKinds: Set(try profiles().map(\.kind))))
    case .calendarImport(let order):
      return .calendar(try CalendarFile.load(path: order.file, now: now))
    case .scheduleImport(let order):
      return .calendar(try CalendarFile.load(path: order.file, now: now))
    case .outageNote(let note):
      let store = try Store(path: path, access: .readOnly)
      defer { store.close() }
      return .outage(try note.outage(in: store, profiles: try profiles()))
    default: return nil
    }
  }
}

extension ControlCommand {
  /// The same with whole paths: the nhip that holds the store stands in a folder of its own.
  var withWholePaths: ControlCommand {
    switch self {
    case .registryImport(let directory, let isFull, let isDryRun):
      return .registryImport(
        directory: URL(fileURLWithPath: directory).path, isFull: isFull, isDryRun: isDryRun)
    case .calendarImport(var order):
      order.file = URL(fileURLWithPath: order.file).path
      return .calendarImport(order)
    case .scheduleImport(var order):
      order.file = URL(fileURLWithPath: order.file).path
      return .scheduleImport(order)
    default: return self
    }
  }
}
