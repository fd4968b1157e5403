// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("the command line says what is wrong")
  struct CommandLineTests {
    /// Nothing listens there, and nothing needs to.
    private static let noBroker = 1

    @Test("a good pipeline is said to be good")
    func good() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      let outcome = try nhip.command("check", "pipeline.yaml")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(
        outcome.output.contains(
          "pipeline.yaml: good; 5 kinds, 70 devices, 0 targets, 2 sessions"))
    }

    @Test("a bad pipeline ends with 78, and every error stands at its line and column")
    func badConfiguration() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      let good = nhip.folder.text("pipeline.yaml")
      let bad = good.replacingOccurrences(of: "target: 99.5", with: "target: 105")
        .replacingOccurrences(of: "receive_maximum: 10000", with: "receive_maximum: many")
      try nhip.folder.write("pipeline.yaml", bad)
      for command in ["check", "run"] {
        let outcome = try nhip.command(command, "pipeline.yaml")
        #expect(outcome.code == 78)
        #expect(outcome.error.contains("pipeline.yaml:3:20"), "\(outcome.error)")
        #expect(outcome.error.contains("pipeline.yaml:12:50"), "\(outcome.error)")
      }
    }

    @Test("text that is no YAML ends with 78 and a place")
    func noYAML() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      try nhip.folder.write("pipeline.yaml", "source: { broker: [\n")
      let outcome = try nhip.command("check", "pipeline.yaml")
      #expect(outcome.code == 78)
      #expect(outcome.error.contains("pipeline.yaml:2:"), "\(outcome.error)")
    }

    @Test("an unknown command ends with 64")
    func unknownCommand() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      let outcome = try nhip.command("fly")
      #expect(outcome.code == 64)
      #expect(outcome.output.isEmpty)
      #expect(outcome.error.contains("fly"))
    }

    @Test("a second nhip on the same store ends with 75 and says so")
    func secondOnTheSameStore() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      let second = try nhip.command("run", "pipeline.yaml")
      #expect(second.code == 75)
      #expect(second.error.contains("another nhip is using the store"), "\(second.error)")
      #expect(second.error.contains("nhip.sqlite"))
      #expect(nhip.child?.isRunning == true)
      #expect(try nhip.terminate().code == 0)
    }

    @Test("a store in a folder that does not exist is refused with its path")
    func storeFolderMissing() throws {
      let nhip = try NhipProcess(broker: Self.noBroker, store: "missing/nhip.sqlite")
      let outcome = try nhip.command("run", "pipeline.yaml")
      #expect(outcome.code == 78)
      #expect(outcome.error.contains("no store can stand here"), "\(outcome.error)")
      #expect(outcome.error.contains("missing/nhip.sqlite"), "\(outcome.error)")
    }

    @Test("reading a store that does not exist ends with 66 and creates nothing")
    func noStore() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      let outcome = try nhip.command("export", "--store", "nowhere.sqlite")
      #expect(outcome.code == 66)
      #expect(outcome.error.contains("there is no store (nowhere.sqlite)"), "\(outcome.error)")
      #expect(!FileManager.default.fileExists(atPath: nhip.folder.path("nowhere.sqlite")))
    }
  }
}
