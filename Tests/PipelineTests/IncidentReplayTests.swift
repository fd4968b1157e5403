// SPDX-License-Identifier: Apache-2.0

import Alerting
import FleetSimulator
import Reporting
import Storage
import Telemetry
import Testing

@testable import Pipeline

/// Incidents of a simulated stretch of time against what truly happened.
@Suite("incidents against the truth")
struct IncidentReplayTests {
  private static let length: Milliseconds = 8 * 3_600_000

  private struct Cut: Hashable {
    var feeder: String
    var start: Milliseconds
  }

  private static func registry(of plan: FleetPlan) -> Registry {
    var registry = SimulatedDay.registry(of: plan)
    let feeders = Dictionary(plan.devices.map { ($0.site, $0.feeder) }) { first, _ in first }
    for index in registry.sites.indices {
      registry.sites[index].feeder = feeders[registry.sites[index].code] ?? ""
      registry.sites[index].isp = index % 3 == 0 ? "Nhà mạng A" : "Nhà mạng B"
    }
    return registry
  }

  /// Of the first seed, three devices lost power within the hour after they had lost their links.
  @Test(
    "every cut of a feeder is one incident of its devices, and power is its cause",
    arguments: [384_283, UInt64.random(in: 0..<900_000)])
  func cuts(seed: UInt64) throws {
    print("incident truth test: seed \(seed)")
    var rates = FaultRates.none
    rates.powerCuts = .init(perDay: 4, duration: 1_200_000...3_600_000)
    rates.linkLosses = .init(perDay: 0.5, duration: 1_800_000...3_600_000)
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed), seed: seed, start: ReplayFixture.start,
      duration: Self.length, faults: rates)
    let fixture = try ReplayFixture(
      profiles: ReplayFixture.alwaysInService(), registry: Self.registry(of: plan))
    _ = try fixture.replay(Array(plan.messages().map { NDJSON.line($0) }))
    let store = fixture.store
    let numbers = Dictionary(
      uniqueKeysWithValues: try store.registry().devices.map { ($0.id, $0.number) })
    let incidents = try store.incidents(from: 0, to: .max)
    var members: [String: [IncidentMember]] = [:]
    for incident in incidents { members[incident.id] = try store.incidentMembers(of: incident.id) }

    // Each offline alert belongs to exactly one incident.
    let all = members.values.flatMap { $0.map(\.alert) }
    #expect(Set(all).count == all.count, "seed \(seed)")
    let offline = try store.alerts(from: 0, to: .max).filter { $0.rule.hasSuffix("/offline") }
    // What began in the last moments is still held.
    let held = plan.start + Self.length - 1_200_000
    #expect(
      offline.filter { $0.firedAt < held }.allSatisfy { all.contains($0.id) }, "seed \(seed)")

    let truths = plan.truth().devices
    var struck: [Cut: Set<Int64>] = [:]
    for truth in truths {
      for fault in truth.faults where fault.kind == .powerCut && fault.end < held {
        struck[Cut(feeder: truth.feeder, start: fault.start), default: []].insert(
          numbers[truth.id] ?? 0)
      }
    }
    var (judged, right) = (0, 0)
    for (cut, devices) in struck where devices.count > 2 && cut.start > plan.start + 600_000 {
      judged += 1
      let context = "seed \(seed), \(cut.feeder) at \(LocalTime.text(cut.start))"
      let touching = incidents.filter { incident in
        let inCut = members[incident.id, default: []].filter {
          devices.contains($0.device) && $0.since <= cut.start && $0.since > cut.start - 330_000
        }
        return inCut.count > 1
      }
      #expect(touching.count == 1, "\(context): \(touching.map(\.title.en))")
      guard let incident = touching.first, touching.count == 1 else { continue }
      let found = Set(members[incident.id, default: []].map(\.device))
      // A link of the same feeder that is lost in the same minute is none of it, but looks so.
      #expect(devices.isSubset(of: found) && found.count <= devices.count + 1, "\(context)")
      #expect(incident.cause == .power, "\(context): \(incident.summary.en)")
      #expect(incident.namedAt <= cut.start + 330_000, "\(context): named late")
      right += 1
    }
    print("incident truth test: \(right) of \(judged) cuts")
    try Self.compareLinks(truths, numbers, incidents, members, until: held, seed)
  }

  /// Links that were lost by themselves come out by themselves, also inside a cut elsewhere.
  private static func compareLinks(
    _ truths: [DeviceTruth], _ numbers: [String: Int64], _ incidents: [Incident],
    _ members: [String: [IncidentMember]], until held: Milliseconds, _ seed: UInt64
  ) throws {
    var (judged, right) = (0, 0)
    for truth in truths {
      for fault in truth.faults where fault.kind == .linkLoss && fault.end < held {
        let number = numbers[truth.id] ?? 0
        judged += 1
        let own = incidents.first { incident in
          members[incident.id, default: []].contains {
            $0.device == number && $0.since <= fault.start && $0.since > fault.start - 330_000
          }
        }
        let incident = try #require(own, "seed \(seed): \(truth.id) has no incident")
        if incident.groupKind == .device, incident.cause == .link { right += 1 }
      }
    }
    print("incident truth test: \(right) of \(judged) lost links alone")
    // Two that meet at one site of two devices are told as one.
    #expect(judged - right <= max(1, judged / 5), "seed \(seed)")
  }

  @Test("a report lists the incidents of its period as they were told at its end")
  func report() throws {
    let seed: UInt64 = 7
    var rates = FaultRates.none
    rates.powerCuts = .init(perDay: 6, duration: 1_200_000...2_400_000)
    let plan = FleetPlan(
      devices: FleetPlan.communes(1, seed: seed), seed: seed, start: ReplayFixture.start,
      duration: 4 * 3_600_000, faults: rates)
    let fixture = try ReplayFixture(
      profiles: ReplayFixture.alwaysInService(), registry: Self.registry(of: plan))
    _ = try fixture.replay(Array(plan.messages().map { NDJSON.line($0) }))
    let incidents = try fixture.store.incidents(from: 0, to: .max)
    let first = try #require(incidents.first { $0.groupKind != .device && !$0.isOpen })
    let versions = try fixture.store.incidentVersions(of: first.id)
    #expect(versions.map(\.incident.version) == Array(1...versions.count))
    #expect(versions.last?.incident == first)
    let during = try fixture.report(from: plan.start, to: first.namedAt + 1_000)
    let line = try #require(during.incidents.listed.first { $0.incident.id == first.id })
    #expect(line.incident.state == .open && line.incident.version == 1)
    let after = try fixture.report(from: plan.start, to: plan.start + 4 * 3_600_000)
    let later = try #require(after.incidents.listed.first { $0.incident.id == first.id })
    #expect(later.incident.state == .resolved && later.deviceCount > 2)
    let json = JSONReport.render(after)
    #expect(json.contains("\"\(first.id)\"") && json.contains("\"power\""))
    let text = TextReport.render(ReportDocument(after))
    #expect(text.contains(first.title.en))
    let explanation = try #require(
      try IncidentExplanation.build(store: fixture.store, incident: first.id))
    let explained = TextIncidentExplanation.render(explanation, language: .vi) { _ in "" }
    #expect(explained.contains("Vì sao là nhóm này") && explained.contains("  mất điện: "))
  }
}
