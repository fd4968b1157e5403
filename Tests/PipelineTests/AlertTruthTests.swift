// SPDX-License-Identifier: Apache-2.0

import Analysis
import FleetSimulator
import Storage
import Telemetry
import Testing

@testable import Pipeline

/// The alerts of a simulated day against what truly happened, and against a second reading of the
/// stored rows that shares no code with the judge.
@Suite("alerts against the truth")
struct AlertTruthTests {
  private static let day: Milliseconds = 86_400_000

  /// One live row or mark of a device, in the order in which it was stored.
  private struct Row {
    var time: Milliseconds
    var receivedAt: Milliseconds
    var isMark: Bool
  }

  private struct Silence: Hashable {
    var since: Milliseconds
    var resolvedAt: Milliseconds
  }

  @Test("every outage is alerted, every offline alert has its silence or its mark")
  func offline() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("alert truth test: seed \(seed)")
    let fixture = try ReplayFixture(profiles: ReplayFixture.alwaysInService())
    let plan = FleetPlan(
      devices: try Self.fleet(), seed: seed, start: ReplayFixture.start, duration: Self.day,
      faults: .day)
    _ = try fixture.replay(Array(plan.messages().map { NDJSON.line($0) }))
    let rows = try Self.rows(fixture.store)
    let alerts = Dictionary(
      grouping: try fixture.store.alerts(from: 0, to: .max).filter {
        $0.rule.hasSuffix("/offline")
      }, by: \.device)
    let registered = try fixture.store.registry().devices
    for truth in plan.truth().devices where truth.clockOffset == 0 {
      let device = try #require(registered.first { $0.id == truth.id })
      let profile = try #require(fixture.profiles.first { $0.kind == device.kind })
      let found = alerts[device.number] ?? []
      let context = "\(truth.id), seed \(seed)"
      for outage in truth.intervals where outage.state != .up {
        guard outage.end - outage.start > profile.offlineAfter + profile.reportInterval,
          outage.start > plan.start + profile.reportInterval
        else { continue }
        #expect(
          found.contains { $0.since < outage.end && ($0.resolvedAt ?? .max) > outage.start },
          "\(context): no alert for \(outage)")
      }
      Self.compare(
        found, rows[device.number] ?? [], offlineAfter: profile.offlineAfter, context)
    }
  }

  /// Watched values that left their band, and the rule that should tell.
  private static let unusualRules = [
    "wifi-ap": "wifi-ap/rtt_unusual", "loudspeaker": "loudspeaker/mains_unusual",
    "lan-sensor": "lan-sensor/new_hosts_unusual",
  ]

  /// What is told must be true. How many faults of which size are told is measured elsewhere
  /// (Benchmarks/anomaly): the detectors of this test have seen little more than a day.
  @Test("values far out of their usual band are told, usual ones are not")
  func anomalies() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("anomaly truth test: seed \(seed)")
    let fixture = try ReplayFixture()
    var rates = FaultRates.none
    rates.unusualValues = FaultRates.Rate(perDay: 1.5, duration: 300_000...1_800_000)
    let plan = FleetPlan(
      devices: try Self.fleet(), seed: seed, start: ReplayFixture.start, duration: 2 * Self.day,
      faults: rates)
    _ = try fixture.replay(Array(plan.messages().map { NDJSON.line($0) }))
    let alerts = try fixture.store.alerts(from: 0, to: .max)
    let registered = try fixture.store.registry().devices
    // The detector stays silent while it warms up.
    let warmAt = plan.start + DetectorBank.warmUpLength + 300_000
    var (faultCount, toldCount) = (0, 0)
    for truth in plan.truth().devices {
      guard let rule = Self.unusualRules[truth.kind] else { continue }
      let device = try #require(registered.first { $0.id == truth.id })
      let found = alerts.filter { $0.device == device.number }
      let faults = truth.faults.filter { $0.kind == .unusualValues }
      for fault in faults where fault.start > warmAt {
        faultCount += 1
        let isTold = found.contains {
          $0.rule == rule && $0.since < fault.end && ($0.resolvedAt ?? .max) > fault.start
        }
        if isTold { toldCount += 1 }
      }
      for alert in found where alert.rule.hasSuffix("_unusual") {
        let isTrue = faults.contains {
          $0.start - 60_000 <= alert.since && alert.since <= $0.end + 60_000
        }
        #expect(isTrue, "\(truth.id), seed \(seed): \(alert.rule) \(alert.summary.en)")
      }
    }
    print("anomaly truth test: \(toldCount) of \(faultCount) faults told")
    #expect(faultCount > 0 && toldCount > 0, "seed \(seed)")
  }

  /// Silences and marks by brute force: what must be alerted, and what may be.
  private static func compare(
    _ found: [Alert], _ rows: [Row], offlineAfter: Milliseconds, _ context: String
  ) {
    let resolved = Set(
      found.compactMap { alert in
        alert.resolvedAt.map { Silence(since: alert.since, resolvedAt: $0) }
      })
    var needed: Set<Silence> = []
    var last: Milliseconds?
    var isMarked = false
    for row in rows {
      guard !row.isMark else {
        isMarked = true
        continue
      }
      guard let before = last, row.time > before else {
        last = last ?? row.time
        continue
      }
      if isMarked || row.time - before > offlineAfter {
        needed.insert(Silence(since: before, resolvedAt: row.time))
      }
      last = row.time
      isMarked = false
    }
    #expect(needed.isSubset(of: resolved), "\(context): \(needed.subtracting(resolved)) missing")
    for extra in resolved.subtracting(needed) {
      // Time passed without a word, although later, late words filled it.
      let next = rows.first { !$0.isMark && $0.time > extra.since }
      #expect(
        (next?.receivedAt ?? .min) > extra.since + offlineAfter, "\(context): \(extra) invented")
    }
    #expect(found.count { $0.isOpen } <= 1, "\(context)")
  }

  private static func rows(_ store: Store) throws -> [Int64: [Row]] {
    var rows: [Int64: [Row]] = [:]
    try store.forEachBlock(eventTimeFrom: nil, to: nil, afterBlock: 0) { _, block in
      for row in 0..<block.count
      where block.flags[row].isDisjoint(with: [.backlog, .retained]) {
        rows[block.device[row], default: []].append(
          Row(
            time: block.eventTime[row], receivedAt: block.receivedAt[row],
            isMark: block.flags[row].contains(.offlineMark)))
      }
    }
    return rows
  }

  private static func fleet() throws -> [SimulatedDevice] {
    let kinds = Set(SimulatedKind.allCases.map(\.rawValue))
    return try ReplayFixture.exampleRegistry(kinds: kinds).devices.map { device in
      SimulatedDevice(
        id: device.id, kind: device.kind, commune: device.commune, village: "",
        site: device.site, feeder: "")
    }
  }
}
