// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("bad input comes through the broker")
  struct BadInputTests {
    /// Where a message must end, and nowhere else.
    enum Fate: Hashable {
      case quarantined(String)
      case inbox(String)
      /// A reading with these flags.
      case flagged([String])
      /// No filter of ours covers its topic, so the broker keeps it to itself.
      case notDelivered
    }

    struct Poison {
      var topic = DeliveryTests.topic
      var payload: [UInt8]
      var fate: Fate

      init(_ payload: String, _ fate: Fate) { self.init(bytes: Array(payload.utf8), fate) }

      init(bytes: [UInt8], _ fate: Fate) {
        payload = bytes
        self.fate = fate
      }

      /// The payload is good; what is wrong is where it came from.
      init(topic: String, _ fate: Fate) {
        self.init("{}", fate)
        self.topic = topic
      }
    }

    private static let stateTopic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/state"
    private static let payloadSizeMax = 65_536
    /// The most that MQTT allows for a topic.
    private static let topicSizeMax = 65_535

    static let poison: [Poison] = [
      Poison(#"{"seq":900,"clients":14"#, .quarantined("payload-not-json")),
      Poison("", .quarantined("payload-empty")),
      Poison("[1,2]", .quarantined("payload-not-object")),
      Poison(#"{"clients":NaN}"#, .quarantined("payload-not-json")),
      Poison(#"{"clients":{"a":1}}"#, .quarantined("field-wrong-type")),
      Poison(#"{"wan":{"up":"maybe"}}"#, .quarantined("field-wrong-type")),
      Poison(#"{"clients":"many"}"#, .quarantined("field-wrong-type")),
      Poison(#"{"ts":"yesterday"}"#, .quarantined("ts-not-a-time")),
      Poison(
        bytes: Array(#"{"fw":""#.utf8) + [0xC3, 0x28, 0xFF] + Array(#""}"#.utf8),
        .quarantined("payload-not-utf8")),
      Poison(bytes: [0x00, 0x01, 0x02], .quarantined("payload-not-json")),
      Poison(
        #"{"x":""# + String(repeating: "x", count: 71_680) + #""}"#,
        .quarantined("payload-too-large")),
      Poison(
        String(repeating: "[", count: payloadSizeMax), .quarantined("payload-not-json")),
      Poison(topic: "nhip/v1/04321/toaster/t-1/telemetry", .quarantined("kind-unknown")),
      Poison(topic: "nhip/v1/4321/wifi-ap/ap-ubnd-1/telemetry", .quarantined("topic-bad-commune")),
      Poison(topic: "nhip/v1/0432x/wifi-ap/ap-ubnd-1/telemetry", .quarantined("topic-bad-commune")),
      Poison(topic: "nhip/v1/04321/wifi-ap/ap ubnd/telemetry", .quarantined("topic-bad-device")),
      Poison(topic: "nhip/v1/04321/alert/a-1/telemetry", .quarantined("topic-reserved")),
      Poison(topic: longestTopic, .quarantined("topic-bad-device")),
      Poison(topic: "nhip/v1/04321/kiosk/ap-ubnd-1/telemetry", .inbox("04321/kiosk/ap-ubnd-1")),
      Poison(topic: "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry/more", .notDelivered),
      Poison(topic: "nhip/v1/04321/wifi-ap/ap-ubnd-1/gossip", .notDelivered),
      Poison(#"{"seq":901,"clients":513}"#, .flagged(["untimed", "out_of_range"])),
      Poison(#"{"seq":902,"ts":1}"#, .flagged(["clock_wrong"])),
      Poison(#"{"seq":903,"ts":"2090-01-01T00:00:00Z"}"#, .flagged(["clock_wrong"])),
    ]

    private static let longestTopic: String = {
      let (head, tail) = ("nhip/v1/04321/wifi-ap/", "/telemetry")
      let size = topicSizeMax - head.utf8.count - tail.utf8.count
      return head + String(repeating: "x", count: size) + tail
    }()

    @Test("every bad message is counted once where it belongs, and the good ones are stored")
    func everything() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      // Both wait at the broker when nhip subscribes.
      try broker.publish(Self.stateTopic, #"{"online":false,"ts":1}"#, isRetained: true)
      try broker.publish(
        "nhip/v1/04321/wifi-ap/ap-hcc-1/state", "online!", isRetained: true)
      try nhip.start()
      try broker.waitForSubscriptions()
      for (number, poison) in Self.poison.enumerated() {
        try broker.publish(DeliveryTests.topic, "{\"seq\":\(number)}")
        try broker.publish(poison.topic, bytes: poison.payload)
      }
      try broker.publish(DeliveryTests.topic, "{\"seq\":\(Self.poison.count)}")
      try nhip.waitForReading("\"seq\":\(Self.poison.count)}")
      #expect(nhip.child?.isRunning == true)
      #expect(try nhip.terminate().code == 0)

      let quality = try nhip.quality()
      var expected: [String: Int] = ["payload-not-json": 1]  // The retained one.
      for case .quarantined(let reason) in Self.poison.map(\.fate) {
        expected[reason, default: 0] += 1
      }
      #expect(quality.quarantine == expected)
      #expect(quality.inboxMessages == 1)
      let list = try nhip.command("devices", "list", "--store", "nhip.sqlite").output
      #expect(list.contains("inbox\t04321/kiosk/ap-ubnd-1\t1 messages kept, 0 dropped"))
      try Self.checkReadings(try nhip.export())
    }

    private static func checkReadings(_ lines: [Substring]) throws {
      let flagged = poison.compactMap { poison -> [String]? in
        if case .flagged(let flags) = poison.fate { flags } else { nil }
      }
      for number in 0...poison.count {
        #expect(lines.count { $0.contains("\"fields\":{\"seq\":\(number)}") } == 1, "seq \(number)")
      }
      for flags in Set(flagged) {
        let text = "\"flags\":[\(flags.map { "\"\($0)\"" }.joined(separator: ","))]"
        let wanted = flagged.count { $0 == flags }
        #expect(lines.count { $0.contains(text) } == wanted, "\(flags)")
      }
      // The retained will has no time of its own: it is kept as a mark, and tells no heartbeat.
      let marks = lines.filter { $0.contains("\"flags\":[\"retained\",\"offline_mark\"]") }
      #expect(marks.count == 1)
      #expect(lines.count == poison.count + 1 + flagged.count + 1)
    }

    @Test("a retained online:false at subscribe invents no death")
    func retainedDeath() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try broker.publish(Self.stateTopic, #"{"online":false,"ts":1}"#, isRetained: true)
      try nhip.start()
      try nhip.waitForReading("offline_mark")
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      #expect(try nhip.terminate().code == 0)
      let device = try #require(try nhip.report().device("ap-ubnd-1"))
      let availability = try #require(device["availability"] as? [String: Any])
      #expect((availability["outage_list"] as? [Any])?.isEmpty == true)
      #expect(availability["down_ms"] as? Int == 0)
      #expect(device["readings"] as? Int == 1)
    }
  }
}
