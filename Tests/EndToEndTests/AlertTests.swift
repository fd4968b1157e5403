// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Testing

extension EndToEnd {
  @Suite("alerts go out")
  struct AlertTests {
    private static let telemetry = "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry"
    private static let state = "nhip/v1/04321/wifi-ap/ap-ubnd-1/state"
    private static let alertFilter = "nhip/v1/+/alert/+"
    private static let streamFilter = "nhip/v1/+/alert-event"
    private static let nodeFilter = "nhip/v1/node/+/state"

    @Test("offline fires at once, is retained while it lasts, and is gone when the device is back")
    func offlineAndBack() throws {
      let broker = try BrokerFixture()
      let stream = try Listener(broker, filter: Self.streamFilter)
      let nhip = try NhipProcess(broker: broker.port, publishesAlerts: true)
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(Self.telemetry, #"{"clients":14}"#)
      try nhip.waitForReading("\"clients\":14")
      try broker.publish(Self.state, #"{"online":false}"#)
      try stream.wait(for: 1)

      let fired = try stream.events()[0]
      #expect(fired.type == "vn.nhip.alert.firing")
      #expect(fired.subject == "04321/wifi-ap/ap-ubnd-1")
      #expect(fired.rule == "wifi-ap/offline")
      let retained = try Listener(broker, filter: Self.alertFilter)
      try retained.wait(for: 1)
      #expect(try retained.events().map(\.id) == [fired.id])
      #expect(retained.topics() == ["nhip/v1/04321/alert/\(fired.alert)"])
      let open = try nhip.command("alerts", "list", "--store", "nhip.sqlite")
      #expect(open.output.contains(fired.alert), "\(open)")

      try broker.publish(Self.telemetry, #"{"clients":15}"#)
      try stream.wait(for: 2)
      let resolved = try stream.events()[1]
      #expect(resolved.type == "vn.nhip.alert.resolved")
      #expect((resolved.alert, resolved.version) == (fired.alert, 2))
      try EndToEnd.wait(for: "the emptied state") { retained.payloads().last == "" }
      let late = try Listener(broker, filter: Self.alertFilter)
      let node = try Listener(broker, filter: Self.nodeFilter)
      try node.wait(for: 1)
      #expect(late.payloads().isEmpty)
      #expect(try nhip.terminate().code == 0)
    }

    @Test("a will that the broker kept announces nothing, however much it kept")
    func keptWill() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port, receiveMaximum: 5)
      try nhip.start()
      try broker.waitForSubscriptions()
      #expect(try nhip.terminate().code == 0)
      let readingCount = 12
      for number in 1...readingCount {
        try broker.publish(Self.telemetry, #"{"seq":\#(number)}"#)
      }
      try broker.publish(Self.state, #"{"online":false}"#)
      try broker.publish("nhip/v1/04321/wifi-ap/ap-hcc-1/telemetry", #"{"seq":4711}"#)
      try nhip.start()
      try nhip.waitForReading("\"seq\":4711")
      #expect(try nhip.terminate().code == 0)
      let kept = try nhip.export()
      #expect(kept.count == readingCount + 2)
      #expect(kept.allSatisfy { $0.contains("\"resumed\"") })
      let alerts = try nhip.command("alerts", "list", "--store", "nhip.sqlite")
      #expect(!alerts.output.contains("offline"), "\(alerts)")
    }

    @Test("a killed nhip is told by its will, and comes back without announcing anything again")
    func killed() throws {
      let broker = try BrokerFixture()
      let stream = try Listener(broker, filter: Self.streamFilter)
      let node = try Listener(broker, filter: Self.nodeFilter)
      let nhip = try NhipProcess(broker: broker.port, publishesAlerts: true)
      try nhip.start()
      try broker.waitForSubscriptions()
      try node.wait(for: 1)
      #expect(node.payloads()[0].contains(#""online":true"#))
      try broker.publish(Self.telemetry, #"{"clients":14}"#)
      try nhip.waitForReading("\"clients\":14")
      try broker.publish(Self.state, #"{"online":false}"#)
      try stream.wait(for: 1)

      nhip.kill()
      try EndToEnd.wait(for: "the will") {
        node.payloads().contains { $0.contains(#""online":false"#) && $0.contains("lost") }
      }
      let heartbeats = node.payloads().count
      try nhip.start()
      try node.wait(for: heartbeats + 1)
      try broker.publish(Self.state, #"{"online":false}"#)
      try broker.publish(Self.telemetry, #"{"clients":15}"#)
      try EndToEnd.wait(for: "the resolution") {
        try stream.events().last?.type == "vn.nhip.alert.resolved"
      }
      #expect(try Set(stream.events().map(\.alert)).count == 1)
      #expect(try Set(stream.events().map(\.id)).count == 2)
      #expect(try nhip.terminate().code == 0)
      #expect(node.payloads().last?.contains("stopped") == true)
    }

    @Test("killed in a storm, no transition is lost and none is announced under another id")
    func storm() throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("alert storm test: seed \(seed)")
      var random = RandomStream(seed: seed, name: "storm")
      let broker = try BrokerFixture()
      let stream = try Listener(broker, filter: Self.streamFilter)
      let nhip = try NhipProcess(broker: broker.port, publishesAlerts: true)
      try nhip.start()
      try broker.waitForSubscriptions()
      // A security alert of severity 1 needs one reading to open it and one to close it.
      let sensors = try NhipProcess.registeredDevices().filter { $0.kind == "lan-sensor" }
      for _ in 0..<5 {
        for _ in 0..<16 {
          let sensor = sensors[Int(random.integer(in: 0...Int64(sensors.count - 1)))]
          try broker.publish(
            "nhip/v1/04321/lan-sensor/\(sensor.id)/telemetry",
            #"{"sev":{"1":\#(random.integer(in: 0...1))}}"#)
        }
        nhip.kill()
        try nhip.start()
      }
      for sensor in sensors {
        try broker.publish(
          "nhip/v1/04321/lan-sensor/\(sensor.id)/telemetry", #"{"seq":4711,"sev":{"1":0}}"#)
      }
      try EndToEnd.wait(for: "the last readings; seed \(seed)") {
        try nhip.export().count { $0.contains("\"seq\":4711") } == sensors.count
      }
      #expect(try nhip.terminate().code == 0)

      let list = try nhip.command(
        "alerts", "list", "--store", "nhip.sqlite", "--from", "2020-01-01", "--format", "json")
      var expected: Set<String> = []
      for line in list.output.split(separator: "\n") {
        let alert = try JSONDecoder().decode(StoredAlert.self, from: Data(line.utf8))
        #expect(alert.state == "resolved", "seed \(seed): \(line)")
        for version in 1...alert.version { expected.insert("\(alert.id)-\(version)") }
      }
      let announced = Set(try stream.events().map(\.id))
      #expect(!expected.isEmpty, "seed \(seed)")
      #expect(announced == expected, "seed \(seed)")
    }

    @Test("a broker that is stopped and started announces no device's death")
    func brokerRestart() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port, publishesAlerts: true)
      try nhip.start()
      try broker.waitForSubscriptions()
      let devices = try NhipProcess.registeredDevices().prefix(6)
      // Clients with a will, which the broker publishes when it shuts down.
      let clients = try devices.map { device in
        try ChildProcess(
          "/usr/bin/mosquitto_sub",
          [
            "-h", "127.0.0.1", "-p", String(broker.port), "-t", "nothing/\(device.id)",
            "--will-topic", "\(Self.prefix(device))/state", "--will-payload",
            #"{"online":false}"#, "--will-qos", "1",
          ], name: device.id, in: nhip.folder)
      }
      try EndToEnd.wait(for: "the clients") {
        devices.allSatisfy { broker.log.contains("nothing/\($0.id)") }
      }
      for device in devices {
        try broker.publish("\(Self.prefix(device))/telemetry", #"{"seq":1}"#)
      }
      try EndToEnd.wait(for: "the first readings") {
        try nhip.export().count { $0.contains("\"seq\":1,") || $0.contains("\"seq\":1}") } == 6
      }
      try broker.stop()
      try broker.start()
      try EndToEnd.wait(for: "nhip to be back") {
        nhip.log.components(separatedBy: "session live: connected").count > 2
      }
      for device in devices {
        try broker.publish("\(Self.prefix(device))/telemetry", #"{"seq":4711}"#)
      }
      try EndToEnd.wait(for: "the last readings") {
        try nhip.export().count { $0.contains("\"seq\":4711") } == devices.count
      }
      for client in clients { client.kill() }
      #expect(try nhip.terminate().code == 0)
      let marks = try nhip.export().count { $0.contains("offline_mark") }
      print("broker restart test: \(marks) wills of the dying broker arrived")
      let list = try nhip.command(
        "alerts", "list", "--store", "nhip.sqlite", "--from", "2020-01-01", "--format", "json")
      #expect(!list.output.contains("/offline"), "\(list.output)")
    }

    private static func prefix(_ device: SimulatedDevice) -> String {
      "nhip/v1/04321/\(device.kind)/\(device.id)"
    }

    private struct StoredAlert: Decodable {
      var id: String
      var state: String
      var version: Int
    }
  }
}
