// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Storage
import Telemetry
import Testing

@testable import Pipeline

@Suite("the same file again")
struct ReplayRepeatTests {
  private struct Content: Equatable {
    var blocks: [ReadingColumns] = []
    var alerts: [Alert] = []
    var checkpoint: [UInt8] = []
    var observed: [Interval] = []
  }

  @Test("the same file gives the same store: blocks, alerts, states")
  func sameStore() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("replay repeat test: seed \(seed)")
    let devices = FleetPlan.communes(1, seed: seed).prefix(20)
    let plan = FleetPlan(
      devices: Array(devices), seed: seed, start: ReplayFixture.start, duration: 21_600_000,
      faults: .day)
    let lines = Array(plan.messages().map { NDJSON.line($0) })
    let first = try Self.content(of: lines, devices: Array(devices))
    let second = try Self.content(of: lines, devices: Array(devices))
    #expect(first == second, "seed \(seed)")
    #expect(!first.blocks.isEmpty && !first.alerts.isEmpty, "seed \(seed)")
  }

  private static func content(
    of lines: [String], devices: [SimulatedDevice]
  ) throws -> Content {
    let registry = Registry(
      units: [Telemetry.Unit(code: "1", name: "x", level: "commune")],
      sites: [Site(code: "s", name: "s", type: "t", unit: "1")],
      devices: devices.map {
        Device(id: $0.id, kind: $0.kind, name: $0.id, site: "s", commune: $0.commune)
      })
    let fixture = try ReplayFixture(registry: registry)
    _ = try fixture.replay(lines)
    var content = Content()
    try fixture.store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) {
      content.blocks.append($1)
    }
    content.alerts = try fixture.store.alerts(from: 0, to: .max)
    _ = try fixture.store.forEachCheckpointPart { part, _ in content.checkpoint += part }
    content.observed = try fixture.store.observed(from: 0, to: .max)
    return content
  }
}
