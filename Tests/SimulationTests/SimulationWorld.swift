// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

@testable import Pipeline

/// What one walk stands on: a folder of its own and the repository's kind of device.
enum SimulationWorld {
  /// Walks that find a mistake if it is made again, in this order: a redelivery window of one
  /// receive maximum; shelved packets out of the order of their commits; the newest messages of all
  /// sessions together; retention of what waits to be placed in time; a drained backlog that passes
  /// for live.
  static let knownSeeds: [UInt64] = [
    169_243_067, 475_361_147, 262_948_100, 697_340_632, 383_244_997, 554_098_090, 614_327_188,
  ]

  private static let profiles: Result<[Profile], ConfigurationErrors> = {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    do throws(ConfigurationErrors) {
      let all = try ProfileLoader.load(directory: "\(repository)/devices")
      return .success(all.filter { $0.kind == SimulatedFleet.kind })
    } catch {
      return .failure(error)
    }
  }()

  static func run(
    seed: UInt64, variant: Simulation.Variant = .faithful,
    note: ((String) -> Void)? = nil
  ) throws -> Simulation.Account {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("nhip-simulation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // What stays behind in the temporary folder harms no other walk.
    defer { try? FileManager.default.removeItem(at: folder) }
    let simulation = Simulation(
      seed: seed, variant: variant, folder: folder.path, profiles: try profiles.get(),
      note: note)
    return try simulation.run()
  }
}

extension Simulation.Account {
  mutating func add(_ other: Self) {
    published += other.published
    acknowledged += other.acknowledged
    redelivered += other.redelivered
    alerts += other.alerts
    sealedDays += other.sealedDays
    mergedBlocks += other.mergedBlocks
    corrections += other.corrections
    payloadsDeleted += other.payloadsDeleted
    sectorsLost += other.sectorsLost
    crashes.merge(other.crashes) { $0 + $1 }
  }
}
