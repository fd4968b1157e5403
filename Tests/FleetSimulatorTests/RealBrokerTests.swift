// SPDX-License-Identifier: Apache-2.0
import Foundation
import Telemetry
import Testing

@testable import FleetSimulator

@Suite("A fleet at a real broker", .serialized)
struct RealBrokerTests {
  /// Waits for `condition`, generously: only a broken run gets near the limit.
  private func wait(for condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Date().addingTimeInterval(30)
    while Date() < deadline {
      if try condition() { return true }
      usleep(20_000)
    }
    return false
  }

  /// Runs `body` while a subscriber records; returns what it recorded once that is complete.
  private func recording(
    at broker: LocalBroker, format: String, isComplete: (String) -> Bool,
    during body: () throws -> Void
  ) throws -> String {
    let subscriber = try broker.record("nhip/#", into: "messages", format: format)
    defer { LocalBroker.kill(subscriber) }
    // Markers are sent until one arrives: from then on the subscription stands.
    let marker = try BrokerConnection(name: "marker", address: broker.address, credentials: nil)
    try marker.connect()
    let isSubscribed = try wait {
      BrokerConnection.serve([marker], timeout: 20)
      _ = marker.publish(topic: "nhip/marker", payload: [33], retained: false)
      return try broker.text(of: "messages").contains("nhip/marker")
    }
    marker.disconnect()
    #expect(isSubscribed)
    try body()
    let isDone = try wait { isComplete(try broker.text(of: "messages")) }
    #expect(isDone)
    return try broker.text(of: "messages")
  }

  @Test("a load run delivers each message it says was accepted, once")
  func load() throws {
    let broker = try LocalBroker()
    defer { broker.stop() }
    let devices = Array(FleetPlan.communes(1, seed: 1).prefix(10))
    let run = LoadRun(
      broker: broker.address, devices: devices, connections: 3,
      acceptedPath: broker.path("accepted"), seed: 1, countMax: 5_000)
    var result: LoadResult?
    let text = try recording(
      at: broker, format: "%t %p",
      isComplete: { $0.split(separator: "\n").count { $0.contains("/telemetry ") } >= 5_000 }
    ) {
      result = try run.run()
    }
    #expect(result?.published == 5_000)
    #expect(result?.accepted == 5_000)
    var received: Set<String> = []
    for line in text.split(separator: "\n") where line.contains("/telemetry ") {
      let parts = line.split(separator: " ", maxSplits: 1)
      let sequence = try #require(object(Array(parts[1].utf8))["seq"] as? Int)
      let device = parts[0].split(separator: "/")[4]
      #expect(received.insert("\(device) \(sequence)").inserted)
    }
    let accepted = try broker.text(of: "accepted").split(separator: "\n").map(String.init)
    #expect(accepted.count == 5_000)
    #expect(Set(accepted) == received)
  }

  @Test("a load run keeps to its rate")
  func rate() throws {
    let broker = try LocalBroker()
    defer { broker.stop() }
    let run = LoadRun(
      broker: broker.address, devices: FleetPlan.communes(1, seed: 2), connections: 2,
      ratePerSecond: 500, duration: 1_000, seed: 2)
    let result = try run.run()
    #expect(result.published == 500)
    #expect(result.accepted == 500)
  }

  @Test("a device that dies has its will published by the broker, and comes back online")
  func live() throws {
    let broker = try LocalBroker()
    defer { broker.stop() }
    var faults = FaultRates.none
    faults.backlogDevices = 1
    faults.missingWillShare = 0
    faults.linkLosses = FaultRates.Rate(perDay: 0, duration: 2_000...2_000)
    faults.separation = 100
    let devices = Array(FleetPlan.communes(1, seed: 3).prefix(1))
    let plan = FleetPlan(
      devices: devices, seed: 3, start: 0, duration: 8_000, faults: faults)
    let fleet = LiveFleet(broker: broker.address)
    var last = LiveFleetStatus()
    let text = try recording(
      at: broker, format: "%t %r %p",
      isComplete: { $0.components(separatedBy: "\"online\":true").count >= 3 }
    ) {
      try fleet.run(plan: plan, until: { false }, report: { last = $0 })
    }
    #expect(last.deaths == 1)
    #expect(last.returns == 1)
    #expect(last.dropped == 0)
    #expect(last.accepted == last.published)
    let states = text.split(separator: "\n").filter { $0.contains("/state ") }
    // What the broker had not acknowledged when the device died, it sends again on its return.
    let isOnline = states.map { $0.contains("\"online\":true") }
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
