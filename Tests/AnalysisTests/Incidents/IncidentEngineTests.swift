// SPDX-License-Identifier: Apache-2.0

import Telemetry
import TestSupport
import Testing

@testable import Analysis

@Suite("incident engine")
struct IncidentEngineTests {
  private static let start = IncidentBench.start
  private static let hour: Milliseconds = 3_600_000

  private static func numbers(
    _ registry: Registry, where isIn: (Site) -> Bool
  ) -> [Int] {
    let sites = Set(registry.sites.filter(isIn).map(\.code))
    return registry.devices.indices.filter { sites.contains(registry.devices[$0].site) }
  }

  @Test("a feeder that is cut is one incident of the feeder, and power is its cause")
  func feeder() throws {
    var bench = IncidentBench(
      registry: IncidentBench.registry(kinds: ["wifi-ap", "kiosk", "video-endpoint"]))
    let cut = Self.numbers(bench.registry) { $0.feeder == "F04320-0" }
    for (index, position) in cut.enumerated() {
      bench.absences[position] = [
        .init(
          from: Self.start + Self.hour, to: Self.start + 2 * Self.hour + Int64(index) * 500,
          isReboot: true, reason: .powerReason, hasWill: index % 5 != 0)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.count == 1)
    let incident = try #require(bench.incidents.first)
    #expect(incident.group == .init(kind: .feeder, code: "F04320-0"))
    #expect(bench.devices(of: incident) == Set(cut.map { bench.registry.devices[$0].number }))
    #expect(incident.state == .resolved && incident.cause.cause == .power)
    #expect(incident.cause.probability > 0.95)
    let delay = incident.namedAt - (Self.start + Self.hour)
    #expect(delay <= 90_000 + 2 * 60_000, "a will after 90 s, and two report intervals")
    #expect(incident.resolvedAt ?? 0 >= Self.start + 2 * Self.hour)
    let versions = try #require(bench.versions[incident.id])
    #expect(versions == Array(1...versions.count), "every version is told once")
  }

  @Test("a device alone is an incident of its own, and its clock tells link from restart")
  func alone() throws {
    var bench = IncidentBench(registry: IncidentBench.registry())
    bench.absences[3] = [.init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)]
    bench.absences[20] = [
      .init(
        from: Self.start + 5_000_000, to: Self.start + 7_000_000, isReboot: true,
        reason: .otherReason)
    ]
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.map(\.group.kind) == [.device, .device])
    #expect(bench.incidents.map(\.cause.cause) == [.link, .device])
    #expect(bench.incidents.allSatisfy { $0.state == .resolved })
  }

  @Test("who is allowed a longer silence counts before its own alert", arguments: 1...20)
  func missing(seed: UInt64) throws {
    var bench = IncidentBench(
      registry: IncidentBench.registry(perSite: 2, kinds: ["wifi-ap", "kiosk"]), phases: seed)
    for position in 0..<2 {
      bench.absences[position] = [
        .init(
          from: Self.start + Self.hour, to: Self.start + 2 * Self.hour, isReboot: true,
          hasWill: false)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.map(\.group.kind) == [.site], "seed \(seed)")
    let incident = try #require(bench.incidents.first)
    #expect(bench.devices(of: incident) == [1, 2], "seed \(seed)")
  }

  @Test("two feeders cut at the same moment are two incidents, whoever fails alone is a third")
  func together() throws {
    var bench = IncidentBench(registry: IncidentBench.registry(communes: 2))
    let first = Self.numbers(bench.registry) { $0.feeder == "F04320-0" }
    let second = Self.numbers(bench.registry) { $0.feeder == "F04321-1" }
    let lonely = Self.numbers(bench.registry) { $0.feeder == "F04320-1" }[7]
    for position in first + second + [lonely] {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(
      Set(bench.incidents.map(\.group)) == [
        .init(kind: .feeder, code: "F04320-0"), .init(kind: .feeder, code: "F04321-1"),
        .init(kind: .device, code: "\(bench.registry.devices[lonely].number)"),
      ])
    #expect(bench.incidents.flatMap { Array(bench.devices(of: $0)) }.count == 31)
  }

  @Test("our own uplink: everybody falls silent and comes back with an unbroken clock")
  func ourUplink() throws {
    var bench = IncidentBench(registry: IncidentBench.registry(communes: 2))
    for position in bench.registry.devices.indices {
      bench.absences[position] = [
        .init(
          from: Self.start + Self.hour, to: Self.start + 2 * Self.hour + Int64(position) * 100,
          hasWill: false)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    let incident = try #require(bench.incidents.first)
    #expect(bench.incidents.count == 1 && incident.evidence.deviceCount == 60)
    #expect([.all, .province].contains(incident.group.kind))
    #expect(incident.cause.cause == .observation)
    let gap = try #require(incident.evidence.proposedGap)
    #expect(gap.start >= Self.start + Self.hour - 60_000 && gap.end == Self.start + 2 * Self.hour)
  }

  @Test("one provider's devices that ran on are a fault of its network")
  func provider() throws {
    var bench = IncidentBench(registry: IncidentBench.registry(communes: 2))
    let lost = Self.numbers(bench.registry) { $0.isp == "B" }
    for position in lost {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.map(\.group) == [.init(kind: .isp, code: "B")])
    #expect(bench.incidents.first?.cause.cause == .link)
  }

  @Test("a gateway and what reports through it are one incident")
  func gateway() throws {
    var registry = IncidentBench.registry()
    for position in 1...4 { registry.devices[position * 5].via = "d1" }
    var bench = IncidentBench(registry: registry)
    for position in [0, 5, 10, 15, 20] {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.map(\.group) == [.init(kind: .via, code: "d1")])
  }

  @Test("a device that comes and goes is a few incidents and then one that flaps")
  func flapping() throws {
    var bench = IncidentBench(registry: IncidentBench.registry())
    bench.absences[3] = (0..<60).map { turn in
      let from = Self.start + Self.hour + Int64(turn) * 600_000
      return .init(from: from, to: from + 240_000)
    }
    bench.run(until: Self.start + 18 * Self.hour)
    #expect(bench.incidents.count <= 3)
    let last = try #require(bench.incidents.last)
    #expect(last.evidence.isFlapping && last.state == .resolved)
    #expect(bench.members.values.reduce(0) { $0 + $1.count } == 60, "each alert in one incident")
  }

  @Test("what was silent before does not speak for a group, what is heard speaks against it")
  func otherMembers() throws {
    var bench = IncidentBench(registry: IncidentBench.registry())
    // Three of the five at one site; the two others are heard: three faults that met by chance.
    for position in [0, 1, 2] {
      bench.absences[position] = [
        .init(from: Self.start + Self.hour, to: Self.start + 2 * Self.hour)
      ]
    }
    bench.run(until: Self.start + 3 * Self.hour)
    #expect(bench.incidents.map(\.group.kind) == [.device, .device, .device])
    // The two others had been away for hours: nobody speaks against it.
    var second = IncidentBench(registry: IncidentBench.registry())
    for position in 0...4 {
      let isEarlier = position > 2
      second.absences[position] = [
        .init(
          from: Self.start + (isEarlier ? 600_000 : 2 * Self.hour), to: Self.start + 3 * Self.hour)
      ]
    }
    second.run(until: Self.start + 4 * Self.hour)
    #expect(second.incidents.map(\.group.kind) == [.device, .device, .site])
  }

  @Test("ten thousand devices that fail in one second are one incident")
  func storm() throws {
    let registry = IncidentBench.registry(communes: 10, villages: 200, perSite: 5)
    var bench = IncidentBench(registry: registry)
    for position in registry.devices.indices {
      bench.absences[position] = [
        .init(
          from: Self.start + 600_000 + Int64(position % 1_000), to: Self.start + 1_500_000,
          isReboot: true)
      ]
    }
    bench.run(until: Self.start + 2_000_000, tick: 20_000)
    #expect(bench.incidents.count == 1)
    #expect(bench.incidents.first?.evidence.deviceCount == 10_000)
    #expect(bench.incidents.first?.cause.cause == .power)
    #expect(bench.incidents.first?.state == .resolved)
  }

  @Test("random faults in random fleets: each alert in one incident, each cut found as it was")
  func random() throws {
    let seed = UInt64.random(in: 0..<900_000)
    print("incident engine: seed \(seed)")
    for round in 0..<12 {
      var random = SeededGenerator(seed: seed + UInt64(round) &* 1_000_003)
      var bench = IncidentBench(
        registry: IncidentBench.registry(
          communes: Int.random(in: 1...3, using: &random),
          villages: 3 * Int.random(in: 2...4, using: &random),
          kinds: ["wifi-ap", "wifi-ap", "kiosk"]),
        phases: random.next())
      var cuts: [(code: String, at: Milliseconds, devices: Set<Int64>)] = []
      for (index, feeder) in Set(bench.registry.sites.map(\.feeder)).sorted().enumerated()
      where index % 2 == 0 {
        let at = Self.start + Self.hour + Int64.random(in: 0...12_000_000, using: &random)
        let struck = Self.numbers(bench.registry) { $0.feeder == feeder }
        for position in struck {
          bench.absences[position] = [
            .init(
              from: at, to: at + 1_200_000 + Int64.random(in: 5_000...30_000, using: &random),
              isReboot: true, hasWill: Int.random(in: 0..<5, using: &random) > 0)
          ]
        }
        cuts.append((feeder, at, Set(struck.map { bench.registry.devices[$0].number })))
      }
      var singles = 0
      for position in bench.registry.devices.indices
      where bench.absences[position].isEmpty && Int.random(in: 0..<4, using: &random) == 0 {
        let at = Self.start + Self.hour + Int64.random(in: 0...12_000_000, using: &random)
        bench.absences[position] = [.init(from: at, to: at + 1_500_000)]
        singles += 1
      }
      bench.run(until: Self.start + 6 * Self.hour)
      let context = "seed \(seed), round \(round)"
      let alerts = bench.members.values.flatMap { Array($0.keys) }
      #expect(Set(alerts).count == alerts.count, "\(context): an alert in two incidents")
      #expect(alerts.count == cuts.reduce(0) { $0 + $1.devices.count } + singles, "\(context)")
      #expect(bench.incidents.allSatisfy { $0.state == .resolved }, "\(context)")
      // Nearly simultaneous cuts of all feeders may be told as one of what holds them.
      for cut in cuts where !cuts.contains(where: {
        $0.code != cut.code && abs($0.at - cut.at) < 300_000
      }) {
        let found = bench.incidents.filter { $0.group.code == cut.code }
        #expect(found.count == 1, "\(context): \(cut.code)")
        guard let incident = found.first else { continue }
        #expect(bench.devices(of: incident) == cut.devices, "\(context): \(cut.code)")
        #expect(incident.cause.cause == .power, "\(context): \(incident.evidence.causes)")
      }
    }
  }
}
