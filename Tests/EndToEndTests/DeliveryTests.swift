// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("messages arrive")
  struct DeliveryTests {
    static let topic = "nhip/v1/04321/wifi-ap/ap-ubnd-1/telemetry"

    @Test("a published reading is exported after a polite end, an unknown device is in the inbox")
    func registeredAndUnregistered() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(Self.topic, #"{"seq":4711,"clients":14}"#)
      try broker.publish("nhip/v1/04321/wifi-ap/ap-moi-1/telemetry", #"{"seq":1,"clients":3}"#)
      try EndToEnd.wait(for: "the new device in the inbox") {
        try nhip.command("devices", "list", "--store", "nhip.sqlite").output.contains("ap-moi-1")
      }
      let ended = try nhip.terminate()
      #expect(ended.code == 0, "\(ended.error)")
      let lines = try nhip.export()
      #expect(lines.count == 1)
      #expect(lines.first?.contains("\"topic\":\"\(Self.topic)\"") == true)
      #expect(lines.first?.contains("\"seq\":4711") == true)
      #expect(lines.first?.contains("\"clients\":14") == true)
      let list = try nhip.command("devices", "list", "--store", "nhip.sqlite").output
      #expect(list.contains("inbox\t04321/wifi-ap/ap-moi-1\t1 messages kept, 0 dropped"))
    }

    @Test("what is published while nhip is away arrives when it comes back, once")
    func awayForAWhile() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      #expect(try nhip.terminate().code == 0)
      try broker.publish(Self.topic, #"{"seq":1,"clients":14}"#)
      try broker.publish(Self.topic, #"{"seq":2,"clients":14}"#)
      try nhip.start()
      try nhip.waitForReading("\"seq\":2")
      #expect(try nhip.terminate().code == 0)
      #expect(try nhip.export().count == 2)
    }

    @Test("a broker that is not there yet is waited for")
    func brokerComesLater() throws {
      let broker = try BrokerFixture(isStarted: false)
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try EndToEnd.wait(for: "word of the failed connection") {
        nhip.log.contains("trying again")
      }
      #expect(nhip.child?.isRunning == true)
      try broker.start()
      try broker.waitForSubscriptions()
      try broker.publish(Self.topic, #"{"seq":5}"#)
      try nhip.waitForReading("\"seq\":5")
      #expect(try nhip.terminate().code == 0)
    }

    @Test("a broker that goes away and comes back is found again, and nothing is lost")
    func brokerRestarts() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(Self.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      try broker.stop()
      try EndToEnd.wait(for: "word of the lost connection") {
        nhip.log.contains("trying again")
      }
      try broker.start()
      try broker.publish(Self.topic, #"{"seq":2}"#)
      try nhip.waitForReading("\"seq\":2")
      #expect(nhip.log.contains("the broker kept session"))
      #expect(try nhip.terminate().code == 0)
      #expect(try nhip.export().count == 2)
    }
  }
}
