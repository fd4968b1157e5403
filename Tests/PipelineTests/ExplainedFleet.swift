// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Reporting
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// A simulated fleet with a device of every kind, of which some days are sealed and some are not.
struct ExplainedFleet {
  let seed: UInt64
  let fixture: ReplayFixture
  /// Whole local days, the first and the last without any reading.
  let period: Interval
  /// The last sealed day.
  let sealedThrough: Int64

  init(deviceCountOfKind: Int = 1) throws {
    seed = UInt64.random(in: 0..<900_000)
    print("explained fleet: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let all = FleetPlan.communes(1, seed: seed).shuffled(using: &random)
    let devices = Dictionary(grouping: all, by: \.kind).sorted { $0.key < $1.key }
      .flatMap { $0.value.prefix(deviceCountOfKind) }
    let start = ReplayFixture.start + 14 * LocalTime.hourLength
    let plan = FleetPlan(
      devices: Array(devices), seed: seed, start: start, duration: 50 * LocalTime.hourLength,
      faults: .day)
    fixture = try ReplayFixture(registry: SimulatedDay.registry(of: plan))
    _ = try fixture.replay(
      plan.schedule().map { NDJSON.line($0, at: plan.start) }
        + plan.messages().map { NDJSON.line($0) })
    let first = LocalTime.day(of: start)
    let last = LocalTime.day(of: start + 50 * LocalTime.hourLength)
    period = Interval(
      start: LocalTime.start(ofDay: first - 1), end: LocalTime.start(ofDay: last + 2))
    sealedThrough = first + 1
    try SealFixture.seal(fixture, through: sealedThrough)
  }

  func report(of period: Interval? = nil) throws -> Report {
    let period = period ?? self.period
    return try fixture.report(from: period.start, to: period.end)
  }

  /// Retention deletes the readings of sealed days before one.
  func dropReadings(before day: Int64) throws {
    let instant = LocalTime.start(ofDay: day)
    while try fixture.store.dropSealedReadings(endedBefore: instant, countMax: 9) > 0 {}
  }
}
