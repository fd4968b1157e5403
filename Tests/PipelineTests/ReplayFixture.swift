// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reporting
import Storage
import Telemetry

@testable import Pipeline

/// A store of its own with a registry, and files replayed into it.
final class ReplayFixture {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  /// 2026-11-20T00:00:00Z, a Friday.
  static let start: Milliseconds = 1_795_132_800_000

  let folder: TemporaryFolder
  let store: Store
  let profiles: [Profile]

  /// With the repository's kinds and its example commune, unless told otherwise.
  init(profiles: [Profile]? = nil, registry: Registry? = nil) throws {
    folder = try TemporaryFolder()
    self.profiles = try profiles ?? ProfileLoader.load(directory: "\(Self.repository)/devices")
    store = try Store(path: "\(folder.path)/nhip.sqlite", access: .readWrite)
    let taken = try registry ?? Self.exampleRegistry(kinds: Set(self.profiles.map(\.kind)))
    _ = try store.importRegistry(
      taken, full: false, by: "test", at: Self.start, dryRun: false)
  }

  deinit { store.close() }

  /// The repository's kinds without service hours, so that every instant of a device counts.
  static func alwaysInService() throws -> [Profile] {
    try ProfileLoader.load(directory: "\(repository)/devices").map { profile in
      var always = profile
      always.serviceHours = []
      always.serviceHoursOfSiteType = [:]
      return always
    }
  }

  static func exampleRegistry(kinds: Set<String>) throws -> Registry {
    try RegistryFiles.load(
      directory: "\(repository)/pipelines/commune/registry", knownKinds: kinds)
  }

  func replay(_ lines: [String]) throws -> Replay.Result {
    try folder.write("messages.ndjson", lines.joined(separator: "\n") + "\n")
    return try Replay.run(
      path: "\(folder.path)/messages.ndjson", store: store, profiles: profiles)
  }

  func report(from: Milliseconds, to: Milliseconds) throws -> Report {
    try Report.build(
      store: store, profiles: profiles, period: Interval(start: from, end: to), language: .en)
  }

  /// Every stored row, in order of storing.
  func rows() throws -> [(flags: ReadingFlags, eventTime: Milliseconds)] {
    var rows: [(flags: ReadingFlags, eventTime: Milliseconds)] = []
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      rows += block.flags.indices.map { (block.flags[$0], block.eventTime[$0]) }
    }
    return rows
  }

  static func line(
    _ topic: String, _ payload: String, at receivedAt: Milliseconds, isRetained: Bool = false,
    isResumed: Bool = false
  ) throws -> String {
    var object: [String: Any] = [
      "topic": topic, "payload": payload, "received_at": receivedAt,
    ]
    if isRetained { object["retained"] = true }
    if isResumed { object["resumed"] = true }
    return String(
      decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
  }
}
