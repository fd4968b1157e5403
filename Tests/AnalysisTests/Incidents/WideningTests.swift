// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

/// Incidents that turn out to be wider than they were named.
@Suite("widening of incidents")
struct WideningTests {
  private static let start = IncidentBench.start
  private static let hour: Milliseconds = 3_600_000

  private static func positions(
    _ registry: Registry, where isIn: (Site) -> Bool
  ) -> [Int] {
    let sites = Set(registry.sites.filter(isIn).map(\.code))
    return registry.devices.indices.filter { sites.contains(registry.devices[$0].site) }
  }

  @Test("a feeder that goes site by site is one incident, named for the first and then for all")
  func siteBySite() throws {
    var bench = IncidentBench(registry: IncidentBench.registry())
    let cut = Self.positions(bench.registry) { $0.feeder == "F04320-0" }
    for position in cut {
      let turn = Int64(position / 5)
      bench.absences[position] = [
        .init(
          from: Self.start + Self.hour + turn * 600_000, to: Self.start + 3 * Self.hour,
          isReboot: true)
      ]
    }
    bench.run(until: Self.start + Self.hour + 500_000)
    let first = try #require(bench.incidents.first)
    #expect(first.group.kind == .site && first.evidence.steps == nil)
    bench.run(until: Self.start + 4 * Self.hour)
    let told = bench.incidents.filter { !bench.devices(of: $0).isEmpty }
    let last = try #require(told.first)
    #expect(told.count == 1 && last.id == first.id, "it keeps its id")
    #expect(last.group == .init(kind: .feeder, code: "F04320-0"))
    #expect(last.evidence.steps?.first?.deviceCount == 5)
    #expect(bench.devices(of: last).count == 15 && last.evidence.deviceCount == 15)
    #expect(last.state == .resolved && last.cause.cause == .power)
    let versions = try #require(bench.versions[last.id])
    #expect(versions == Array(1...versions.count))
  }

  @Test("who was told alone becomes part of the wider incident, and its own is over")
  func merged() throws {
    var bench = IncidentBench(registry: IncidentBench.registry())
    for position in 0..<5 {
      let later: Milliseconds = position < 2 ? Int64(position) * 400_000 : 900_000
      bench.absences[position] = [
        .init(from: Self.start + Self.hour + later, to: Self.start + 3 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 4 * Self.hour)
    let wide = try #require(bench.incidents.first { !bench.devices(of: $0).isEmpty })
    #expect(wide.group.kind == .site && bench.devices(of: wide) == [1, 2, 3, 4, 5])
    let parts = bench.incidents.filter { $0.id != wide.id }
    #expect(parts.count == 1 && parts[0].state == .resolved)
    #expect(parts[0].mergedInto == wide.group && bench.devices(of: parts[0]).isEmpty)
    #expect(parts[0].evidence.mergedInto == StableHash.text(wide.id))
  }

  @Test("a device that fails by itself next to a fault, or hours after it, is none of it")
  func apart() {
    var bench = IncidentBench(registry: IncidentBench.registry())
    for position in 0..<5 {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 6 * Self.hour)
      ]
    }
    for (position, later) in [(7, 900_000), (12, 3 * Self.hour)] as [(Int, Milliseconds)] {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour + later, to: Self.start + 6 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 7 * Self.hour)
    #expect(Set(bench.incidents.map(\.group.kind)) == [.site, .device])
    #expect(bench.incidents.count == 3)
  }

  @Test("the registry changes while an incident is open: nobody is lost and it ends")
  func moved() throws {
    var registry = IncidentBench.registry()
    registry.sites.append(
      Site(code: "alone", name: "alone", type: "pole", unit: "04320-5", feeder: "F1", isp: "A"))
    registry.devices[29].site = "alone"
    var bench = IncidentBench(registry: registry)
    for position in Self.positions(registry, where: { $0.feeder == "F04320-0" }) + [29] {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)
      ]
    }
    bench.run(until: Self.start + Self.hour + 400_000)
    // One moves to another village, one is gone, the feeder has another name.
    var next = registry
    next.devices[0].site = next.sites[5].code
    next.devices.remove(at: 1)
    for index in next.sites.indices where next.sites[index].feeder == "F04320-0" {
      next.sites[index].feeder = "renamed"
    }
    bench.engine.take(
      IncidentFleet(devices: next.devices, registry: next, paces: bench.paces))
    bench.engine.take(
      IncidentFleet(devices: registry.devices, registry: registry, paces: bench.paces))
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(Set(bench.incidents.map(\.group.kind)) == [.feeder, .device])
    #expect(bench.incidents.allSatisfy { $0.state == .resolved })
    #expect(bench.incidents.flatMap { Array(bench.devices(of: $0)) }.count == 16)
  }

  @Test("the group at the end of a walk is the smallest that trying every group finds")
  func walk() {
    let seed = UInt64.random(in: 0..<900_000)
    print("widening walk: seed \(seed)")
    for round in 0..<25 {
      var random = SeededGenerator(seed: seed + UInt64(round) &* 7_919)
      var bench = IncidentBench(
        registry: IncidentBench.registry(communes: Int.random(in: 1...3, using: &random)),
        phases: random.next())
      let fleet = bench.engine.fleet
      let struck = fleet.groups.indices.randomElement(using: &random) ?? 0
      var failed: Set<Int> = []
      for position in fleet.members(of: struck) {
        // Some hold out for a while.
        let isLate = Int.random(in: 0..<7, using: &random) == 0
        let later = Int64.random(in: isLate ? 60_000...1_800_000 : 0...15_000, using: &random)
        bench.absences[position] = [
          .init(
            from: Self.start + Self.hour + later, to: Self.start + 3 * Self.hour + later / 100,
            hasWill: Int.random(in: 0..<5, using: &random) > 0)
        ]
        failed.insert(position)
      }
      bench.run(until: Self.start + 4 * Self.hour, tick: 10_000)
      // Who fails and who does not is known now: no group may hold more than a few that never did.
      let fitting = fleet.groups.indices.filter { index in
        let members = Set(fleet.members(of: index))
        let inside = members.intersection(failed).count
        return 5 * inside >= 4 * failed.count && inside * 20 >= members.count * 13
      }
      let smallest = fitting.min {
        (fleet.members(of: $0).count, fleet.groups[$0].kind.rank)
          < (fleet.members(of: $1).count, fleet.groups[$1].kind.rank)
      }
      let told = bench.incidents.filter { !bench.devices(of: $0).isEmpty }
      let context = "seed \(seed), round \(round): \(told.map(\.group))"
      #expect(told.count == 1, "\(context)")
      guard let found = told.first, let smallest else { continue }
      let members = fleet.numbers.indices.filter { fleet.contains(found.group, $0) }
      #expect(members == fleet.members(of: smallest), "\(context)")
      #expect(bench.devices(of: found).count == failed.count, "\(context)")
    }
  }
}
