// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("Grouped faults of an anomaly fleet")
struct AnomalyGroupTests {
  private static let seed: UInt64 = 81
  /// Drawn once for all tests.
  private static let drawn = anomalyPlan(seed: seed, communes: 8, days: 30).anomalies

  private func plan() throws -> AnomalyPlan {
    print("seed \(Self.seed)")
    return try #require(Self.drawn)
  }

  private func device(_ id: String, _ plan: AnomalyPlan) throws -> DeviceAnomalies {
    plan.devices[try #require(plan.fleet.members.firstIndex { $0.device.id == id })]
  }

  @Test("the members of a grouped fault are its group, and are silent when they are said to be")
  func members() throws {
    let plan = try plan()
    #expect(Set(plan.incidents.map(\.kind)).count >= 8)
    for incident in plan.incidents {
      let expected = plan.fleet.members.filter { member in
        switch incident.groupKind {
        case "via": [member.device.id, member.via].contains(incident.groupCode)
        case "site": member.device.site == incident.groupCode
        case "village": member.device.village == incident.groupCode
        case "commune": member.device.commune == incident.groupCode
        case "feeder": member.device.feeder == incident.groupCode
        case "isp": member.provider == incident.groupCode
        case "province": member.province == incident.groupCode
        case "firmware": member.firmware == incident.groupCode
        default: true
        }
      }.map(\.device.id)
      #expect(incident.members.map(\.device) == expected, "\(incident.id)")
      #expect(incident.sameGroups.contains("\(incident.groupKind):\(incident.groupCode)"))
      for member in incident.members {
        let outages = try device(member.device, plan).outages.filter {
          $0.incident == incident.id
        }
        #expect(outages.first?.interval.start == member.start, "\(incident.id)")
        #expect(outages.last?.interval.end == member.end, "\(incident.id)")
        let told = try device(member.device, plan).faults.filter { $0.incident == incident.id }
        #expect(told.map(\.start) == [member.start], "\(incident.id) \(incident.kind)")
        #expect(incident.start <= member.start && member.start < incident.end)
      }
    }
  }

  @Test("devices come back with a boot after a power cut, and without one after a lost link")
  func boots() throws {
    let plan = try plan()
    for incident in plan.incidents {
      for member in incident.members {
        let hasBooted = try device(member.device, plan).outages.contains {
          $0.incident == incident.id && $0.bootAt != nil
        }
        let isGateway = incident.kind == .gatewayDeath && incident.groupCode == member.device
        let expected = ["power", "firmware"].contains(incident.cause) || isGateway
        #expect(hasBooted == expected, "\(incident.kind) \(member.device)")
      }
    }
  }

  @Test("our own outage silences everybody at once, without a will, and half are told")
  func ownOutage() throws {
    var told: [Bool] = []
    var rates = AnomalyRates.all
    rates.fleetIncidents = 60
    for seed in 90...93 as ClosedRange<UInt64> {
      print("seed \(seed)")
      let plan = anomalyPlan(seed: seed, days: 8, rates: rates, interval: 1_200_000)
      let outages = try #require(plan.anomalies).incidents.filter { $0.kind == .ownOutage }
      told += outages.map(\.isToldUnobserved)
      #expect(outages.allSatisfy { $0.members.count == plan.devices.count })
      let heard = plan.messages().contains { message in
        outages.contains { $0.start < message.publishedAt && message.publishedAt < $0.end }
      }
      #expect(!heard)
    }
    #expect(told.contains(true) && told.contains(false))
  }

  @Test("storms over one commune keep apart, and strangers fall silent in some of them")
  func storms() throws {
    let plan = try plan()
    var strangers = 0
    for (position, incident) in plan.incidents.enumerated() {
      let ids = Set(incident.members.map(\.device))
      for other in plan.incidents[(position + 1)...] where other.start < incident.end {
        #expect(ids.isDisjoint(with: other.members.map(\.device)), "\(incident.id) \(other.id)")
      }
      for (member, drawn) in zip(plan.fleet.members, plan.devices)
      where !ids.contains(member.device.id) {
        strangers += drawn.outages.count {
          $0.incident == nil && !$0.isPart && incident.start < $0.interval.start
            && $0.interval.start < incident.start + 700_000
        }
      }
    }
    #expect(strangers > 3)
  }

  @Test("every group of a fleet holds other devices, and gateways stand in the registry")
  func registry() throws {
    let plan = try plan()
    let groups = FleetGroups(plan.fleet)
    for kind in GroupKind.allCases { #expect(!groups.names(kind).isEmpty, "\(kind)") }
    let alone = groups.names(.via).filter { groups.names(sharedBy: $0).count == 1 }
    #expect(alone.count > 20)
    let files = plan.registryFiles()
    #expect(files.map(\.name) == ["units.csv", "sites.csv", "devices.csv"])
    let rows = files[2].text.split(separator: "\n").dropFirst()
    #expect(rows.count == plan.devices.count)
    // A device's name holds a comma, between quotes.
    let columns = rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
    #expect(columns.allSatisfy { $0 == 12 })
  }
}
