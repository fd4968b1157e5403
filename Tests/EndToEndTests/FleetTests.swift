// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FleetSimulator

extension EndToEnd {
  @Suite("a simulated fleet at a real broker")
  struct FleetTests {
    private static let loadCount = 5_000

    @Test("a load run delivers each message it says was accepted, once")
    func load() throws {
      let broker = try BrokerFixture()
      let folder = try TemporaryFolder()
      let recording = try BrokerRecording(at: broker, format: "%t %p")
      let run = LoadRun(
        broker: broker.address, devices: Array(FleetPlan.communes(1, seed: 1).prefix(10)),
        connections: 3, acceptedPath: folder.path("accepted"), seed: 1, countMax: Self.loadCount)
      let result = try run.run()
      #expect(result.published == Self.loadCount)
      #expect(result.accepted == Self.loadCount)
      var received: Set<String> = []
      for line in try recording.lines(Self.loadCount, with: "/telemetry ")
      where line.contains("/telemetry ") {
        let parts = line.split(separator: " ", maxSplits: 1)
        let payload = try JSONSerialization.jsonObject(with: Data(parts[1].utf8))
        let sequence = try #require((payload as? [String: Any])?["seq"] as? Int)
        let device = parts[0].split(separator: "/")[4]
        #expect(received.insert("\(device) \(sequence)").inserted)
      }
      let accepted = folder.text("accepted").split(separator: "\n").map(String.init)
      #expect(accepted.count == Self.loadCount)
      #expect(Set(accepted) == received)
    }

    @Test("a load run keeps to its rate")
    func rate() throws {
      let broker = try BrokerFixture()
      let run = LoadRun(
        broker: broker.address, devices: FleetPlan.communes(1, seed: 2), connections: 2,
        ratePerSecond: 500, duration: 1_000, seed: 2)
      let result = try run.run()
      #expect(result.published == 500)
      #expect(result.accepted == 500)
    }

    @Test("a device that dies has its will published by the broker, and comes back online")
    func live() throws {
      let broker = try BrokerFixture()
      var faults = FaultRates.none
      faults.backlogDevices = 1
      faults.missingWillShare = 0
      faults.linkLosses = FaultRates.Rate(perDay: 0, duration: 2_000...2_000)
      faults.separation = 100
      let devices = Array(FleetPlan.communes(1, seed: 3).prefix(1))
      let plan = FleetPlan(devices: devices, seed: 3, start: 0, duration: 8_000, faults: faults)
      let recording = try BrokerRecording(at: broker, format: "%t %r %p")
      var last = LiveFleetStatus()
      try LiveFleet(broker: broker.address).run(
        plan: plan, until: { false }, report: { last = $0 })
      #expect(last.deaths == 1)
      #expect(last.returns == 1)
      #expect(last.dropped == 0)
      #expect(last.accepted == last.published)
      let lines = try recording.lines(2, with: "\"online\":true")
      let isOnline = lines.filter { $0.contains("/state ") }.map {
        $0.contains("\"online\":true")
      }
      // What the broker had not acknowledged when the device died, it sends again on its return.
      #expect(isOnline.count { !$0 } == 1)
      #expect(isOnline.first == true)
      #expect(isOnline.last == true)
    }

    @Test("a broker that is not there is an error that names it")
    func unreachable() {
      let nowhere = BrokerAddress(host: "127.0.0.1", port: 1)
      let run = LoadRun(
        broker: nowhere, devices: FleetPlan.communes(1, seed: 1), connections: 1, seed: 1,
        countMax: 1)
      #expect(throws: FleetFailure.self) { try run.run() }
    }
  }
}
