// SPDX-License-Identifier: Apache-2.0

import Foundation
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
        ended.error.contains("redelivered: 5,") || ended.error.contains("redelivered: 6,"),
        "\(ended.error)")
      let lines = try nhip.export()
      #expect(lines.count == 7)
      for number in 1_001...1_007 {
        #expect(lines.count { $0.contains("\"seq\":\(number)") } == 1)
      }
    }
  }
}
