// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Pipeline
import Telemetry

/// Between the simulated fleet and files.
enum FleetFiles {
  private static let chunkSize = 1 << 20

  /// The registered devices whose kind the simulator can play.
  static func fleet(of registry: Registry) -> [SimulatedDevice] {
    let sites = Dictionary(uniqueKeysWithValues: registry.sites.map { ($0.code, $0) })
    return registry.devices.filter { SimulatedKind(rawValue: $0.kind) != nil }.map { device in
      let site = sites[device.site]
      return SimulatedDevice(
        id: device.id, kind: device.kind, commune: device.commune, village: site?.unit ?? "",
        site: device.site, feeder: site?.feeder ?? "")
    }
  }

  /// - Parameter path: `-` is standard output.
  /// - Returns: what truly happened.
  static func writeMessages(of plan: FleetPlan, to path: String) throws -> FleetTruth {
    let progress = Progress()
    defer { progress.finish() }
    let file = path == "-" ? FileHandle.standardOutput : try create(path)
    var buffer: [UInt8] = []
    buffer.reserveCapacity(chunkSize * 5 / 4)
    for slot in plan.schedule() {
      buffer.append(contentsOf: "\(NDJSON.line(slot, at: plan.start))\n".utf8)
    }
    var gaps = unobserved(plan)[...]
    let truth = try plan.walk { message in
      if let gap = gaps.first, gap.end <= message.publishedAt {
        gaps.removeFirst()
        buffer.append(contentsOf: "\(NDJSON.unobserved(gap))\n".utf8)
      }
      NDJSON.append(message, to: &buffer)
      if buffer.count >= chunkSize {
        try file.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
        let done = message.publishedAt - plan.start
        progress.show(Double(done) / Double(max(1, plan.duration)))
      }
    }
    try file.write(contentsOf: Data(buffer))
    if path != "-" { try file.close() }
    return truth
  }

  /// When the recorder of the messages says that it was cut off, in order.
  private static func unobserved(_ plan: FleetPlan) -> [Interval] {
    (plan.anomalies?.incidents ?? []).filter(\.isToldUnobserved)
      .map { Interval(start: $0.start, end: $0.end) }
  }

  static func writeTruth(_ truth: FleetTruth, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let file = try create(path)
    try file.write(contentsOf: try encoder.encode(truth))
    try file.close()
  }

  static func writeRegistry(of plan: AnomalyPlan, to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    for file in plan.registryFiles() {
      let handle = try create("\(folder)/\(file.name)")
      try handle.write(contentsOf: Data(file.text.utf8))
      try handle.close()
    }
  }

  /// Looks passwords up in a file of `device:password` lines; without one there are none.
  static func credentials(
    _ path: String?
  ) throws -> (SimulatedDevice) -> (username: String, password: String)? {
    guard path != nil else { return { _ in nil } }
    let passwords = try passwords(path)
    return { [passwords] device in passwords[device.id].map { (device.id, $0) } }
  }

  /// The scheduler's password stands in the same file; where there is one without it, nobody
  /// publishes the schedule, and without a file nobody needs a password.
  static func scheduler(_ path: String?) throws -> LiveFleet.Scheduler {
    guard path != nil else { return .anonymous }
    let name = "scheduler"
    return try passwords(path)[name].map { .named(username: name, password: $0) } ?? .nobody
  }

  private static func passwords(_ path: String?) throws -> [String: String] {
    guard let path else { return [:] }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Replay.FileError(path: path, reason: "no such file, or not readable")
    }
    var passwords: [String: String] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      if parts.count == 2 { passwords[parts[0]] = parts[1] }
    }
    return passwords
  }

  private static func create(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw Replay.FileError(path: path, reason: "it cannot be created") }
    return file
  }
}
