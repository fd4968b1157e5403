// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Foundation
import Reporting
import Telemetry
import Testing

@testable import Pipeline

/// A simulated day, replayed and reported, against what truly happened.
///
/// Service hours are taken out of the profiles, so that every instant of every device counts. The
/// three devices with a wrong clock are held to looser bounds: what they send late has no event
/// time but its receipt, so an edge may be off by the longest delay, and their counters are not
/// compared.
@Suite("against the truth")
struct TruthTests {
  /// Between an edge and the message that tells of it: delivery, and seconds that are cut off.
  private static let jitter: Milliseconds = 5_000
  static let day: Milliseconds = 86_400_000

  struct Case {
    var truth: DeviceTruth
    var report: DeviceReport
    /// Of a period wide enough for the first reading, whose ts may lie just before the plan.
    var usage: [UsageResult]
    var profile: Profile
    var hasWrongClock: Bool { truth.clockOffset != 0 }
    var edgeTolerance: Milliseconds {
      profile.reportInterval + jitter + (hasWrongClock ? FaultRates.day.lateDelayMax : 0)
    }
    /// Loudspeakers and video endpoints keep events while they are cut off and send them at once
    /// when they are back. What comes within the gap allowance of its time counts as heard live,
    /// so it ends the silence up to that much too early.
    var earlyEndTolerance: Milliseconds {
      let keepsEvents = ["loudspeaker", "video-endpoint"].contains(profile.kind)
      return edgeTolerance + (keepsEvents ? profile.offlineAfter : 0)
    }
    func isMatch(_ found: Interval, _ outage: TrueInterval) -> Bool {
      abs(found.start - outage.start) <= edgeTolerance
        && found.end - outage.end <= edgeTolerance
        && outage.end - found.end <= earlyEndTolerance
    }
    var trueOutages: [TrueInterval] { truth.intervals.filter { $0.state != .up } }
  }

  @Test("a simulated day is reported as it truly was")
  func simulatedDay() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("truth test: seed \(seed)")
    for item in try Self.cases(seed: seed) {
      Self.compareOutages(item, seed: seed)
      Self.compareCounters(item, seed: seed)
      try Self.compareService(item, seed: seed)
      let states = item.report.availability
      let sum = DeviceState.allCases.reduce(0) { $0 + states[$1] }
      #expect(sum == Self.day, "\(item.truth.id), seed \(seed)")
      #expect(states[.excluded] == 0, "\(item.truth.id), seed \(seed)")
    }
  }

  private static func compareOutages(_ item: Case, seed: UInt64) {
    let found = item.report.availability.outages
    let name = "\(item.truth.id) (clock \(item.truth.clockOffset)), seed \(seed)"
    for outage in item.trueOutages {
      let foundFrom = item.profile.offlineAfter + item.earlyEndTolerance
      guard outage.end - outage.start > foundFrom else { continue }
      #expect(
        found.contains { item.isMatch($0.interval, outage) },
        "\(name): \(outage) not among \(found.map(\.interval))")
    }
    for outage in found {
      let isTrue = item.trueOutages.contains {
        $0.start < outage.interval.end && outage.interval.start < $0.end
      }
      #expect(isTrue, "\(name): \(outage) never happened")
    }
  }

  private static func compareCounters(_ item: Case, seed: UInt64) {
    guard !item.hasWrongClock else { return }
    for (metric, counter) in item.truth.counters {
      let result = item.usage.first { $0.figure.metric == metric }
      #expect(
        result?.amount == .whole(Int128(counter.total)),
        "\(item.truth.id) \(metric), seed \(seed)")
    }
  }

  private static func cases(seed: UInt64) throws -> [Case] {
    let devices = FleetPlan.communes(1, seed: seed)
    let plan = FleetPlan(
      devices: devices, seed: seed, start: ReplayFixture.start, duration: day, faults: .day)
    let loaded = try ProfileLoader.load(directory: "\(ReplayFixture.repository)/devices")
    let profiles = loaded.map { profile in
      var always = profile
      always.serviceHours = []
      return always
    }
    let fixture = try ReplayFixture(profiles: profiles, registry: registry(of: plan))
    let lines = plan.messages().map { NDJSON.line($0) }
    let result = try fixture.replay(Array(lines))
    #expect(result.counters.readings == UInt64(result.lines), "seed \(seed)")

    let report = try fixture.report(from: plan.start, to: plan.start + day)
    let wide = try fixture.report(from: plan.start - 60_000, to: plan.start + day + 60_000)
    let reports = Dictionary(uniqueKeysWithValues: report.devices.map { ($0.device.id, $0) })
    let usages = Dictionary(uniqueKeysWithValues: wide.devices.map { ($0.device.id, $0.usage) })
    return try plan.truth().devices.map { truth in
      Case(
        truth: truth, report: try #require(reports[truth.id]),
        usage: try #require(usages[truth.id]),
        profile: try #require(profiles.first { $0.kind == truth.kind }))
    }
  }

  private static func registry(of plan: FleetPlan) -> Registry {
    var registry = Registry(units: [
      Telemetry.Unit(code: "VN", name: "Việt Nam", level: "nation", parent: ""),
      Telemetry.Unit(code: "98", name: "Lâm Sơn", level: "province", parent: "VN"),
    ])
    for code in Set(plan.devices.map(\.commune)).sorted() {
      registry.units.append(
        Telemetry.Unit(code: code, name: "Xã \(code)", level: "commune", parent: "98"))
    }
    for (village, commune) in Dictionary(
      plan.devices.map { ($0.village, $0.commune) }, uniquingKeysWith: { first, _ in first })
    {
      registry.units.append(
        Telemetry.Unit(code: village, name: village, level: "village", parent: commune))
    }
    for (site, village) in Dictionary(
      plan.devices.map { ($0.site, $0.village) }, uniquingKeysWith: { first, _ in first })
    {
      registry.sites.append(
        Site(code: site, name: site, type: "culture-house", unit: village))
    }
    registry.devices = plan.devices.map { device in
      Device(
        id: device.id, kind: device.kind, name: device.id, site: device.site,
        commune: device.commune, commissionedAt: plan.start)
    }
    return registry
  }
}
