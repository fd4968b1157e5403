// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Pipeline

/// Walks through crash points by the thousand: `NHIP_SIMULATION_SEEDS=5000` for more of them,
/// `NHIP_SIMULATION_SEED=7` for one again.
@Suite("simulation", .serialized)
struct SimulationTests {
  private static let seedCountDefault: UInt64 = 12
  private static let canarySeeds: [UInt64] = Array(0..<40)

  @Test("what was acknowledged is stored once, wherever the process or the machine dies")
  func crashes() throws {
    let environment = ProcessInfo.processInfo.environment
    let single = environment["NHIP_SIMULATION_SEED"].flatMap { UInt64($0) }
    let count = environment["NHIP_SIMULATION_SEEDS"].flatMap { UInt64($0) }
    let first = single ?? UInt64.random(in: 0..<1_000_000_000)
    let seeds = first..<(first + (single == nil ? count ?? Self.seedCountDefault : 1))
    print("simulation: seeds \(seeds)")
    var total = Simulation.Account()
    for seed in seeds {
      do {
        total.add(
          try SimulationWorld.run(
            seed: seed, note: single.map { _ in { print("simulation: \($0)") } }))
      } catch {
        Issue.record("\(error)")
        return
      }
    }
    print("simulation: \(total)")
    guard single == nil else { return }
    // What the walks are for has happened.
    #expect(total.crashes.values.reduce(0, +) > seeds.count)
    #expect(total.redelivered > 0 && total.sectorsLost > 0 && total.alerts > 0)
    #expect(total.mergedBlocks > seeds.count)
    #expect(total.payloadsDeleted > 0)
  }

  @Test(
    "walks that once lost or doubled a message do so no more",
    arguments: SimulationWorld.knownSeeds)
  func knownSeeds(seed: UInt64) throws {
    _ = try SimulationWorld.run(seed: seed)
  }

  @Test("a session that acknowledges before the commit is caught")
  func careless() throws {
    try expectCaught(.acknowledgesBeforeCommit)
  }

  @Test("a disk that lies about its syncs is caught")
  func lies() throws {
    try expectCaught(.diskLies)
  }

  @Test("a store that trusts the log of a failed sync is caught")
  func staleLog() throws {
    try expectCaught(.logIsNotRewritten)
  }

  /// The canary: harness and oracle can fail.
  private func expectCaught(_ variant: Simulation.Variant) throws {
    for seed in Self.canarySeeds {
      do {
        _ = try SimulationWorld.run(seed: seed, variant: variant)
      } catch let failure as Simulation.Failure {
        print("simulation: \(variant) was caught: \(failure)")
        return
      }
    }
    Issue.record("\(variant) went unnoticed for \(Self.canarySeeds.count) seeds")
  }
}
