// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("something else has the broker's port")
  struct BusyPortTests {
    @Test(
      "it is tried ever more seldom and said why, and a broker that comes there is found",
      arguments: [
        (speech: "HTTP/1.1 400 Bad Request\r\n\r\n", attempts: 4, word: "session live: "),
        (speech: "", attempts: 1, word: "does not answer"),
      ])
    func noBroker(speech: String, attempts: Int, word: String) throws {
      let stranger = try StrangeListener(speech: Array(speech.utf8))
      let nhip = try NhipProcess(broker: stranger.port)
      try nhip.start()
      try EndToEnd.wait(for: "\(attempts) failures of the live session: \(nhip.log)") {
        Self.failures(nhip.log).count >= attempts
      }
      let failures = Self.failures(nhip.log)
      #expect(failures.allSatisfy { $0.contains(word) })
      // What is said is bounded because the pauses grow: 250, 500, 1000, … ms.
      for (number, line) in failures.enumerated() {
        let pause = min(250 << number, 30_000)
        #expect(line.contains("trying again in at most \(pause) ms"), "\(line)")
      }
      #expect(stranger.accepted >= attempts)
      #expect(nhip.child?.isRunning == true)

      try stranger.close()
      let broker = try BrokerFixture(port: stranger.port)
      try broker.waitForSubscriptions()
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      #expect(try nhip.terminate().code == 0)
      #expect(try nhip.export().count == 1)
    }

    private static func failures(_ log: String) -> [Substring] {
      log.split(separator: "\n").filter {
        $0.contains("session live: ") && $0.contains("trying again")
      }
    }
  }
}
