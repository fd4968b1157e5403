// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Storage
import Telemetry
import TestSupport
import Testing

@testable import Pipeline

/// Incidents of an engine that is killed again and again, against those of one that lives on.
@Suite("incidents across kills")
struct IncidentRecoveryTests {
  private static let start = ReplayFixture.start

  /// What must not hang on a kill.
  private struct Told: Hashable {
    var incident: String
    var group: String
    var cause: Incident.Cause
    var state: Incident.State
    var members: [Member]
    var versions: [Int]
  }

  /// When it joined may hang on it: while a process starts nobody hears, and that time is no
  /// silence of a device.
  private struct Member: Hashable {
    var alert: String
    var since: Milliseconds
    var endedAt: Milliseconds?
  }

  private static func told(_ store: Store) throws -> [Told] {
    try store.incidents(from: 0, to: .max).map { incident in
      Told(
        incident: incident.id, group: "\(incident.groupKind) \(incident.groupCode)",
        cause: incident.cause, state: incident.state,
        members: try store.incidentMembers(of: incident.id).map {
          Member(alert: $0.alert, since: $0.since, endedAt: $0.endedAt)
        }.sorted { $0.alert < $1.alert },
        versions: try store.incidentVersions(of: incident.id).map(\.incident.version))
    }
  }

  private static func registry() -> Registry {
    var registry = Registry(units: [
      Telemetry.Unit(code: "98", name: "Tỉnh", level: "province"),
      Telemetry.Unit(code: "04321", name: "Xã", level: "commune", parent: "98"),
    ])
    for site in 0..<4 {
      registry.sites.append(
        Site(
          code: "s\(site)", name: "Điểm \(site)", type: "pole", unit: "04321",
          feeder: site < 2 ? "F1" : "F2", isp: site % 2 == 0 ? "A" : "B"))
      for number in 0..<3 {
        registry.devices.append(
          Device(
            id: "ap-\(site)-\(number)", kind: "wifi-ap", name: "", site: "s\(site)",
            commune: "04321"))
      }
    }
    return registry
  }

  /// With a delay the feeder goes site by site: the incident of the first grows.
  @Test(
    "killed at any moment, incidents have the same ids, members and versions",
    arguments: [0, 420_000] as [Milliseconds])
  func killed(delay: Milliseconds) throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("incidents across kills: seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let registry = Self.registry()
    let profiles = try ReplayFixture.alwaysInService()
    let whole = try LiveBench(profiles: profiles, registry: registry, at: Self.start)
    let broken = try LiveBench(profiles: profiles, registry: registry, at: Self.start)
    try whole.start()
    try broken.start()
    // The first feeder is cut, later a device elsewhere loses its link.
    let cut = Interval(start: Self.start + 600_000, end: Self.start + 1_500_000)
    let loss = Interval(start: Self.start + 900_000, end: Self.start + 2_000_000)
    var (now, kills) = (Self.start, 0)
    while now < Self.start + 3_000_000 {
      now += 5_000
      for bench in [whole, broken] { bench.machine.pass(to: now) }
      for (index, device) in registry.devices.enumerated()
      where (now - Self.start) / 5_000 % 12 == Int64(index) {
        let isCut = index < 6 && cut.contains(now) && (index < 3 || now >= cut.start + delay)
        if isCut || index == 9 && loss.contains(now) { continue }
        let bootedAt = index < 6 && now >= cut.end ? cut.end - 5_000 : Self.start - 86_400_000
        let payload = "{\"ts\":\(now),\"up\":\((now - bootedAt) / 1_000),\"fw\":\"1.2\"}"
        for bench in [whole, broken] {
          bench.receive(
            "nhip/v1/04321/wifi-ap/\(device.id)/telemetry", Array(payload.utf8))
        }
      }
      for bench in [whole, broken] { try bench.step() }
      guard random.next() % 20 == 0 else { continue }
      kills += 1
      broken.kill()
      try broken.start()
    }
    let expected = try Self.told(whole.fixture.store)
    let found = try Self.told(broken.fixture.store)
    #expect(found.map(\.incident) == expected.map(\.incident), "seed \(seed)")
    #expect(found == expected, "seed \(seed)")
    #expect(kills > 5 && expected.count == 2, "seed \(seed): \(expected.map(\.group))")
    #expect(expected.map(\.group).contains("feeder F1"), "seed \(seed): \(expected)")
    #expect(expected.allSatisfy { $0.state == .resolved }, "seed \(seed)")
    #expect(Set(expected.map(\.cause)) == [.power, .link], "seed \(seed)")
  }
}
