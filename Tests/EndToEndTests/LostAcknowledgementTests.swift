// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry
import Testing

extension EndToEnd {
  @Suite("acknowledgements are lost")
  struct LostAcknowledgementTests {
    @Test(
      "what is on disk and comes again is counted once, after a lost connection and after a kill",
      arguments: [false, true])
    func committedButNotAcknowledged(isKilled: Bool) throws {
      let broker = try BrokerFixture()
      let link = try LossyLink(to: broker.port)
      defer { link.close() }
      let nhip = try NhipProcess(broker: link.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(DeliveryTests.topic, #"{"seq":1001}"#)
      try nhip.waitForReading("\"seq\":1001")

      link.goDeaf()
      // What goes to the quarantine or to the inbox comes again like anything else.
      try broker.publish(DeliveryTests.topic, #"{"seq":"#)
      try broker.publish("nhip/v1/04321/toaster/t-1/telemetry", "{}")
      try broker.publish("nhip/v1/04321/wifi-ap/ap-moi-1/telemetry", #"{"seq":1}"#)
      for number in 1_002...1_006 {
        try broker.publish(DeliveryTests.topic, "{\"seq\":\(number)}")
      }
      try nhip.waitForReading("\"seq\":1006")
      if isKilled { nhip.kill() }
      link.cut()
      if isKilled { try nhip.start() }
      try EndToEnd.wait(for: "the session to be resumed") {
        nhip.log.contains("session live: connected, the broker kept session")
      }

      try broker.publish(DeliveryTests.topic, #"{"seq":1007}"#)
      try nhip.waitForReading("\"seq\":1007")
      let ended = try nhip.terminate()
      #expect(ended.code == 0)
      // The broker may also repeat 1001, if its acknowledgement was not yet on the wire.
      #expect(
        ended.error.contains("redelivered: 8,") || ended.error.contains("redelivered: 9,"),
        "\(ended.error)")
      let lines = try nhip.export()
      #expect(lines.count == 7)
      for number in 1_001...1_007 {
        #expect(lines.count { $0.contains("\"seq\":\(number)") } == 1)
      }
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      let report = try nhip.command(
        "report", "--store", "nhip.sqlite", "--period", "day", "--of",
        LocalTime.isoDate(ofDay: LocalTime.day(of: now)), "--format", "json", "--devices-dir",
        "devices")
      for reason in ["payload-not-json", "kind-unknown"] {
        let line = report.output.components(separatedBy: reason).first?.suffix(80) ?? ""
        #expect(report.output.contains(reason), "\(report)")
        #expect(line.contains("\"count\" : 1,"), "\(reason): \(line)")
      }
      let inbox = try nhip.command("devices", "list", "--store", "nhip.sqlite").output
      #expect(inbox.contains("ap-moi-1\t1 messages kept, 0 dropped"))
    }
  }
}
