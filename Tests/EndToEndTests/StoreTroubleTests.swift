// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("the store cannot be written")
  struct StoreTroubleTests {
    private static let noBroker = 1
    private static let nobody = 65_534

    /// The system administrator may write everywhere, so nhip is then run as nobody.
    private static let asNobody: [String] =
      geteuid() == 0
      ? [
        "/usr/bin/setpriv", "--reuid", String(nobody), "--regid", String(nobody), "--clear-groups",
      ] : []

    /// Another account may be unable to reach the executable or Swift's libraries: tried once.
    private static let mayBeRefused: Bool = {
      guard let program = asNobody.first else { return true }
      // What went wrong is not of interest: the tests that need it are skipped, visibly.
      let outcome = try? ChildProcess.run(
        program, asNobody.dropFirst() + [NhipProcess.executable, "--version"],
        in: TemporaryFolder())
      return outcome?.code == 0
    }()

    @Test(
      "a folder that may not be written is refused with the store's path",
      .enabled(if: mayBeRefused, "nobody's account cannot run what was built here"))
    func folderReadOnly() throws {
      let nhip = try NhipProcess(broker: Self.noBroker, store: "data/nhip.sqlite")
      try FileManager.default.createDirectory(
        atPath: nhip.folder.path("data"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o555])
      try Self.expectRefusal(nhip)
    }

    @Test(
      "a store that may be read but not written is refused with its path",
      .enabled(if: mayBeRefused, "nobody's account cannot run what was built here"))
    func fileReadOnly() throws {
      let nhip = try NhipProcess(broker: Self.noBroker, store: "data/nhip.sqlite")
      try FileManager.default.createDirectory(
        atPath: nhip.folder.path("data"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o777])
      try nhip.folder.write("data/nhip.sqlite", "")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o444], ofItemAtPath: nhip.folder.path("data/nhip.sqlite"))
      try Self.expectRefusal(nhip)
    }

    private static func expectRefusal(_ nhip: NhipProcess) throws {
      try nhip.start(under: asNobody)
      let outcome = try #require(try nhip.child?.outcome())
      #expect(outcome.code == 74)
      #expect(outcome.error.contains("data/nhip.sqlite"), "\(outcome.error)")
      #expect(outcome.error.contains("this user may write there"), "\(outcome.error)")
    }

    @Test(
      "a store below a file, and one that is a folder, are refused at their line",
      arguments: ["pipeline.yaml/nhip.sqlite", "devices"])
    func noPlaceForAFile(store: String) throws {
      let nhip = try NhipProcess(broker: Self.noBroker, store: store)
      let outcome = try nhip.command("run", "pipeline.yaml")
      #expect(outcome.code == 78)
      #expect(outcome.error.contains("no store can stand here"), "\(outcome.error)")
      #expect(outcome.error.contains(store), "\(outcome.error)")
    }

    @Test("a store that is no database is left as it is")
    func noDatabase() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      let letter = String(repeating: "this is a letter, not a database\n", count: 64)
      try nhip.folder.write("nhip.sqlite", letter)
      let outcome = try nhip.command("run", "pipeline.yaml")
      #expect(outcome.code == 74)
      #expect(outcome.error.contains("nhip.sqlite"), "\(outcome.error)")
      #expect(nhip.folder.text("nhip.sqlite") == letter)
    }

    /// Another program's transaction: `python3` holds it until it is killed.
    private static let holder = """
      import signal, sqlite3
      store = sqlite3.connect("nhip.sqlite", isolation_level=None)
      store.execute("BEGIN IMMEDIATE")
      print("held", flush=True)
      signal.pause()
      """

    @Test(
      "while another program writes to the store nothing is acknowledged, then all is stored once",
      arguments: [false, true])
    func busy(isKilled: Bool) throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      let holder = try ChildProcess(
        "/usr/bin/env", ["python3", "-c", Self.holder], name: "holder", in: nhip.folder)
      try EndToEnd.wait(for: "the other transaction: \(holder.error)") {
        nhip.folder.text("holder.out").contains("held")
      }
      // One alone, so that nothing behind it could hold an early acknowledgement back.
      try broker.publish(DeliveryTests.topic, #"{"seq":2}"#)
      try EndToEnd.wait(for: "word of the busy store") {
        nhip.log.contains("nothing is acknowledged until it is stored")
      }
      for number in 3...4 { try broker.publish(DeliveryTests.topic, "{\"seq\":\(number)}") }
      #expect(nhip.log.contains("wait for the other program that is using it"))
      #expect(try nhip.export().count == 1)
      #expect(nhip.child?.isRunning == true)
      // Killed now, nhip forgets them: had it acknowledged any, that one would be lost.
      if isKilled { nhip.kill() }
      holder.kill()
      if isKilled { try nhip.start() }
      try nhip.waitForReading("\"seq\":4")
      #expect(try nhip.terminate().code == 0)
      try nhip.expectOnce(1...4)
    }
  }
}

extension NhipProcess {
  /// Every sequence number is stored once, and nothing else is.
  func expectOnce(_ numbers: ClosedRange<Int>) throws {
    let lines = try export()
    #expect(lines.count == numbers.count)
    for number in numbers {
      #expect(lines.count { $0.contains("\"fields\":{\"seq\":\(number)}") } == 1, "seq \(number)")
    }
  }
}
