// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("the broker is secured as deploy/ ships it")
  struct SecureBrokerTests {
    private static let device = "ap-ubnd-1"
    private static let otherTopic = "nhip/v1/04321/wifi-ap/ap-ubnd-2/telemetry"

    @Test("a device's own reading is stored; what it says for another, or unnamed, is refused")
    func accessList() throws {
      let broker = try SecureBroker()
      let nhip = try NhipProcess(
        source: broker.source(passwordFile: broker.folder.path("nhip-password")))
      try nhip.start()
      try Self.waitForSession(nhip)
      let forged = try broker.publish(as: Self.device, Self.otherTopic, #"{"seq":1}"#)
      let alert = try broker.publish(as: Self.device, "nhip/v1/04321/alert/forged", "{}")
      let slot = try broker.publish(as: Self.device, "nhip/v1/04321/schedule/forged", "{}")
      let unnamed = try broker.publish(
        DeliveryTests.topic, #"{"seq":2}"#, with: ["--cafile", broker.authority])
      let stolen = try broker.publish(
        DeliveryTests.topic, #"{"seq":3}"#,
        with: ["--cafile", broker.authority, "-u", Self.device, "-P", "guessed"])
      let plain = try broker.publish(DeliveryTests.topic, #"{"seq":4}"#, with: [])
      for refused in [forged, alert, slot] {
        #expect("\(refused.output)\(refused.error)".contains("Not authorized"), "\(refused)")
      }
      for refused in [unnamed, stolen, plain] { #expect(refused.code != 0, "\(refused)") }
      let own = try broker.publish(as: Self.device, DeliveryTests.topic, #"{"seq":5}"#)
      #expect(own.code == 0, "\(own.error)")
      try nhip.waitForReading("\"seq\":5")
      let ended = try nhip.terminate()
      #expect(ended.code == 0)
      #expect(ended.error.contains("messages: 1, readings: 1,"), "\(ended.error)")
      #expect(try nhip.export().count == 1)
    }

    @Test("the scheduler says what should play")
    func schedule() throws {
      let broker = try SecureBroker()
      let nhip = try NhipProcess(
        source: broker.source(passwordFile: broker.folder.path("nhip-password")))
      try nhip.start()
      try Self.waitForSession(nhip)
      let published = try broker.publish(
        as: "scheduler", "nhip/v1/04321/schedule/BT-05", #"{"start":1795107600,"dur_s":900}"#)
      #expect(published.code == 0, "\(published.error)")
      try EndToEnd.wait(for: "the slot; the log says: \(nhip.log)") {
        try nhip.command(
          "schedule", "list", "--store", "nhip.sqlite", "--from", "2026-11-20", "--to",
          "2026-11-20"
        ).output.contains("\tBT-05\t")
      }
      #expect(try nhip.terminate().code == 0)
    }

    @Test("the scheduler hears alerts and nhip's state, a device hears nothing")
    func alerts() throws {
      let broker = try SecureBroker()
      let scheduler = try Listener(broker, as: "scheduler", filter: "nhip/v1/+/alert-event")
      let node = try Listener(broker, as: "scheduler", filter: "nhip/v1/node/+/state")
      let nhip = try NhipProcess(
        source: broker.source(passwordFile: broker.folder.path("nhip-password")),
        publishesAlerts: true)
      try nhip.start()
      try Self.waitForSession(nhip)
      let device = try Listener(broker, as: Self.device, filter: "nhip/v1/+/alert-event")
      try node.wait(for: 1)
      let state = "nhip/v1/04321/wifi-ap/ap-ubnd-1/state"
      _ = try broker.publish(as: Self.device, state, #"{"online":false}"#)
      try scheduler.wait(for: 1)
      #expect(try scheduler.events()[0].rule == "wifi-ap/offline")
      #expect(try nhip.terminate().code == 0)
      try EndToEnd.wait(for: "nhip's good-bye") {
        node.payloads().last?.contains("stopped") == true
      }
      #expect(device.payloads().isEmpty)
    }

    @Test("a wrong password is said, retried and never shown; the corrected file is read anew")
    func wrongPassword() throws {
      let broker = try SecureBroker()
      let secret = "not-the-password-\(UUID().uuidString)"
      try broker.folder.write("password-of-nhip", "\(secret)\n")
      let nhip = try NhipProcess(
        source: broker.source(passwordFile: broker.folder.path("password-of-nhip")))
      try nhip.start()
      try EndToEnd.wait(for: "two refusals: \(nhip.log)") {
        nhip.log.contains("trying again in at most 500 ms")
      }
      #expect(nhip.log.contains("check user name, password and the broker's access list"))
      #expect(nhip.child?.isRunning == true)

      let published = try broker.publish(as: Self.device, DeliveryTests.topic, #"{"seq":1}"#)
      #expect(published.code == 0)
      try broker.folder.write("password-of-nhip", broker.nhipPassword)
      try Self.waitForSession(nhip)
      // What was published before the first session began is no message of that session.
      _ = try broker.publish(as: Self.device, DeliveryTests.topic, #"{"seq":2}"#)
      try nhip.waitForReading("\"seq\":2")
      let ended = try nhip.terminate()
      #expect(ended.code == 0)
      #expect(!ended.error.contains(secret))
      #expect(!ended.error.contains(broker.nhipPassword.trimmingCharacters(in: .newlines)))
      #expect(try nhip.export().count == 1)
    }

    @Test("a broker whose certificate the CA did not sign gets nothing, encrypted or plain")
    func foreignAuthority() throws {
      let broker = try SecureBroker()
      let foreign = try TemporaryFolder()
      try SecureBroker.makeCertificates(in: foreign)
      let nhip = try NhipProcess(
        source: broker.source(
          authority: foreign.path("ca.crt"),
          passwordFile: broker.folder.path("nhip-password")))
      try nhip.start()
      try EndToEnd.wait(for: "two refusals: \(nhip.log)") {
        nhip.log.contains("trying again in at most 500 ms")
      }
      #expect(nhip.log.contains("check that the CA in 'tls' signed the broker's certificate"))
      #expect(nhip.child?.isRunning == true)
      #expect(!nhip.log.contains("connected, the broker"))
      // The broker names whoever gets as far as a CONNECT, right password or not.
      #expect(!broker.log.contains(" as nhip-"), "\(broker.log)")
      #expect(try nhip.terminate().code == 0)
      #expect(try nhip.export().isEmpty)
    }

    /// Until the broker has confirmed what the live session asks for.
    private static func waitForSession(_ nhip: NhipProcess) throws {
      try EndToEnd.wait(for: "nhip's session; the log says: \(nhip.log)") {
        nhip.log.contains("session live: subscribed")
      }
    }
  }
}
