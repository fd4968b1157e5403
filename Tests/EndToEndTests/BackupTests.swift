// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("a store is backed up and restored")
  struct BackupTests {
    private static let noBroker = 1
    private static let rate = "600"
    private static let ballastMegabytes = 128

    @Test("a copy made under load is a prefix of the store, and restored it takes what came later")
    func underLoad() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      let load = try ChildProcess(
        NhipProcess.executable,
        [
          "simulate", "--broker", "mqtt://127.0.0.1:\(broker.port)", "--devices",
          "registry/devices.csv", "--seed", "7", "--duration", "10s", "--rate", Self.rate,
        ], name: "load", in: nhip.folder)
      try EndToEnd.wait(for: "readings of the load") { try nhip.export().count > 500 }
      let before = try nhip.export()
      let backup = try nhip.command("backup", "--store", "nhip.sqlite", "--to", "copy.sqlite")
      #expect(backup.code == 0, "\(backup.error)")
      let copy = try nhip.export(of: "copy.sqlite")
      #expect(backup.output.contains("copy.sqlite: \(copy.count) readings, newest received "))
      let loaded = try load.outcome()
      #expect(loaded.code == 0, "\(loaded.error)")
      try EndToEnd.wait(for: "the whole load") { try nhip.export().count >= 6_000 }
      #expect(try nhip.terminate().code == 0)
      let whole = try nhip.export()
      #expect(whole.count == 6_000)
      // Order and lines are the store's, so that these say: all of it, each once, nothing else.
      #expect(Array(copy.prefix(before.count)) == before)
      #expect(Array(whole.prefix(copy.count)) == copy)
      #expect(copy.count < whole.count, "a canary: the load went on")

      for number in 70_001...70_003 {
        try broker.publish(DeliveryTests.topic, "{\"seq\":\(number)}")
      }
      let restore = try nhip.command(
        "restore", "copy.sqlite", "--store", "nhip.sqlite", "--replace")
      #expect(restore.code == 0, "\(restore.error)")
      #expect(restore.output.contains("acknowledged after the backup: not in this copy"))
      try nhip.start()
      try nhip.waitForReading("\"seq\":70003")
      #expect(try nhip.terminate().code == 0)
      let restored = try nhip.export()
      #expect(Array(restored.prefix(copy.count)) == copy)
      #expect(restored.count == copy.count + 3)
      for number in 70_001...70_003 {
        #expect(restored.count { $0.contains("\"seq\":\(number)") } == 1)
      }
      let kept = try #require(
        nhip.files().sorted().first { $0.contains(".before-restore-") })
      #expect(try nhip.export(of: kept) == whole)
    }

    /// A store with readings and enough else that copying it takes a while.
    private static func largeStore() throws -> NhipProcess {
      let nhip = try NhipProcess(broker: noBroker)
      try nhip.folder.write(
        "messages.ndjson",
        (1...50).map { number in
          """
          {"topic":"\(DeliveryTests.topic)","payload":"{\\"seq\\":\(number)}",\
          "received_at":\(1_795_132_800_000 + number * 60_000)}
          """
        }.joined(separator: "\n"))
      let replay = try nhip.command(
        "replay", "messages.ndjson", "--store", "nhip.sqlite", "--registry", "registry")
      #expect(replay.code == 0, "\(replay.error)")
      let ballast = """
        import sqlite3
        store = sqlite3.connect("nhip.sqlite")
        store.execute("CREATE TABLE ballast (bytes)")
        for _ in range(\(ballastMegabytes)):
          store.execute("INSERT INTO ballast VALUES (randomblob(1048576))")
        store.commit()
        """
      let filled = try ChildProcess.run(
        "/usr/bin/env", ["python3", "-c", ballast], in: nhip.folder)
      #expect(filled.code == 0, "\(filled.error)")
      return nhip
    }

    private static func startBackup(of nhip: NhipProcess) throws -> ChildProcess {
      let backup = try ChildProcess(
        NhipProcess.executable, ["backup", "--store", "nhip.sqlite", "--to", "copy.sqlite"],
        name: "backup", in: nhip.folder)
      try EndToEnd.wait(for: "the copy to grow: \(backup.error)") {
        nhip.sizeBytes("copy.sqlite.partial") > 8 << 20 || !backup.isRunning
      }
      return backup
    }

    @Test("a backup that is killed leaves the store as it was and no copy, and the next succeeds")
    func killed() throws {
      let nhip = try Self.largeStore()
      let backup = try Self.startBackup(of: nhip)
      backup.kill()
      #expect(nhip.files().contains("copy.sqlite.partial"), "a canary: it was killed in the middle")
      #expect(!nhip.files().contains("copy.sqlite"))
      #expect(try nhip.export().count == 50)
      let next = try nhip.command("backup", "--store", "nhip.sqlite", "--to", "copy.sqlite")
      #expect(next.code == 0, "\(next.error)")
      #expect(!nhip.files().contains { $0.hasPrefix("copy.sqlite.partial") })
      #expect(try nhip.export(of: "copy.sqlite") == nhip.export())
    }

    @Test("a backup that is asked to end says so and leaves nothing behind")
    func terminated() throws {
      let nhip = try Self.largeStore()
      let outcome = try Self.startBackup(of: nhip).terminate()
      #expect(outcome.code == 75)
      #expect(outcome.error.contains("stopped before the copy was complete"), "\(outcome.error)")
      #expect(!nhip.files().contains { $0.hasPrefix("copy.sqlite") })
    }

    @Test("in a folder copies are named by the minute, and the oldest go")
    func folder() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      try nhip.folder.write("messages.ndjson", "")
      _ = try nhip.command("replay", "messages.ndjson", "--store", "nhip.sqlite")
      try FileManager.default.createDirectory(
        atPath: nhip.folder.path("copies"), withIntermediateDirectories: false)
      let old = "copies/nhip-2020-01-01T0000.sqlite"
      for place in [old, "copies"] {
        let outcome = try nhip.command(
          "backup", "--store", "nhip.sqlite", "--to", place)
        #expect(outcome.code == 0, "\(outcome.error)")
      }
      let kept = try nhip.command(
        "backup", "--store", "nhip.sqlite", "--to", "copies", "--keep", "1", "--replace")
      #expect(kept.code == 0, "\(kept.error)")
      #expect(kept.output.contains("\(old): deleted, the newest 1 stay"), "\(kept.output)")
      let left = try FileManager.default.contentsOfDirectory(atPath: nhip.folder.path("copies"))
      #expect(left.count == 1)
      let wrong = try nhip.command(
        "backup", "--store", "nhip.sqlite", "--to", "copy.sqlite", "--keep", "1")
      #expect(wrong.code == 64)
    }

    @Test("what cannot be is said in one sentence with the code that fits it")
    func refusals() throws {
      let nhip = try NhipProcess(broker: Self.noBroker)
      try nhip.folder.write("messages.ndjson", "")
      _ = try nhip.command("replay", "messages.ndjson", "--store", "nhip.sqlite")
      func expect(
        _ code: Int32, _ sentence: String, _ arguments: String...,
        location: SourceLocation = #_sourceLocation
      ) throws {
        let outcome = try ChildProcess.run(NhipProcess.executable, arguments, in: nhip.folder)
        #expect(outcome.code == code, "\(outcome.error)", sourceLocation: location)
        #expect(outcome.error.contains(sentence), "\(outcome.error)", sourceLocation: location)
        #expect(outcome.error.split(separator: "\n").count == 1, sourceLocation: location)
        #expect(outcome.output.isEmpty, sourceLocation: location)
      }
      try expect(66, "there is no store", "backup", "--store", "none", "--to", "copy")
      try expect(73, "file already", "backup", "--store", "nhip.sqlite", "--to", "pipeline.yaml")
      try expect(
        74, "this user may write there", "backup", "--store", "nhip.sqlite", "--to", "no/copy")
      try expect(66, "there is no copy", "restore", "none", "--store", "new")
      try expect(65, "not a database", "restore", "pipeline.yaml", "--store", "new")
      let backup = try nhip.command("backup", "--store", "nhip.sqlite", "--to", "copy.sqlite")
      #expect(backup.code == 0)
      try expect(73, "store already", "restore", "copy.sqlite", "--store", "nhip.sqlite")
      let bytes = try Data(contentsOf: nhip.folder.url.appendingPathComponent("copy.sqlite"))
      try nhip.folder.write("short.sqlite", bytes: Array(bytes.dropLast(10_000)))
      try expect(65, "malformed", "restore", "short.sqlite", "--store", "new")
      #expect(!nhip.files().contains("new"))
    }

    @Test("a store that nhip run holds is not replaced")
    func held() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      try nhip.start()
      try broker.waitForSubscriptions()
      let backup = try nhip.command("backup", "--store", "nhip.sqlite", "--to", "copy.sqlite")
      #expect(backup.code == 0, "\(backup.error)")
      let restore = try nhip.command(
        "restore", "copy.sqlite", "--store", "nhip.sqlite", "--replace")
      #expect(restore.code == 75)
      #expect(restore.error.contains("another nhip is using the store"), "\(restore.error)")
      #expect(!nhip.files().contains { $0.contains("before-restore") })
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      #expect(try nhip.terminate().code == 0)
    }
  }
}

extension NhipProcess {
  /// Names in its folder.
  fileprivate func files() -> [String] {
    // A folder that cannot be listed shows in what is expected to be in it.
    (try? FileManager.default.contentsOfDirectory(atPath: folder.url.path)) ?? []
  }

  /// 0 as long as there is no such file.
  fileprivate func sizeBytes(_ name: String) -> Int {
    // Not there yet is what the caller waits for.
    let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path(name))
    return attributes?[.size] as? Int ?? 0
  }

  fileprivate func export(of store: String) throws -> [Substring] {
    let outcome = try command("export", "--store", store)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
    return outcome.output.split(separator: "\n")
  }
}
