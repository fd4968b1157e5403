// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension EndToEnd {
  @Suite("the disk fails nhip while it runs")
  struct FullDiskTests {
    private static let mayMount = SmallDisk.isPossible
    private static let diskSizeBytes = 4 * 1_048_576

    /// What else happens while the disk is full. A broker breaks the connection by itself when it
    /// lasts: nhip then waits for the disk and sends nothing, not even a sign of life.
    enum Meanwhile: CaseIterable { case nothing, killed, disconnected }

    @Test(
      "with a full disk nothing is acknowledged, and once there is room all is stored once",
      .enabled(if: mayMount, "no disk can be mounted here: not root, or a container"),
      arguments: Meanwhile.allCases)
    func full(meanwhile: Meanwhile) throws {
      let broker = try BrokerFixture()
      let link = try LossyLink(to: broker.port)
      defer { link.close() }
      let disk = try SmallDisk(sizeBytes: Self.diskSizeBytes)
      let nhip = try NhipProcess(broker: link.port, store: disk.path("nhip.sqlite"))
      try nhip.start()
      try broker.waitForSubscriptions()
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")

      try disk.fill()
      // One alone, so that nothing behind it could hold an early acknowledgement back.
      try broker.publish(DeliveryTests.topic, #"{"seq":2}"#)
      try EndToEnd.wait(for: "word of the full disk: \(nhip.log)") {
        nhip.log.contains("nothing is acknowledged until it is stored")
      }
      for number in 3...4 { try broker.publish(DeliveryTests.topic, "{\"seq\":\(number)}") }
      #expect(nhip.log.contains("free some space on its disk"), "\(nhip.log)")
      #expect(try nhip.export().count == 1)
      #expect(nhip.child?.isRunning == true)
      // Killed now, nhip forgets them: had it acknowledged any, that one would be lost.
      if meanwhile == .killed { nhip.kill() }
      if meanwhile == .disconnected { link.cut() }
      try disk.makeRoom()
      if meanwhile == .killed { try nhip.start() }
      try nhip.waitForReading("\"seq\":4")
      #expect(try nhip.terminate().code == 0)
      try nhip.expectOnce(1...4)
    }

    @Test(
      "a disk that is full at the start ends nhip with 75, to be tried again later",
      .enabled(if: mayMount, "no disk can be mounted here: not root, or a container"))
    func fullAtStart() throws {
      let disk = try SmallDisk(sizeBytes: Self.diskSizeBytes)
      let nhip = try NhipProcess(broker: 1, store: disk.path("nhip.sqlite"))
      try disk.fill()
      let outcome = try nhip.command("run", "pipeline.yaml")
      #expect(outcome.code == 75)
      #expect(outcome.error.contains(disk.path("nhip.sqlite")), "\(outcome.error)")
      #expect(outcome.error.contains("free some space on its disk"), "\(outcome.error)")
    }

    @Test("a write that fails otherwise ends nhip with 74, and the next one recovers everything")
    func failedWrite() throws {
      let broker = try BrokerFixture()
      let nhip = try NhipProcess(broker: broker.port)
      // A file size limit fails the write (EFBIG); the signal that comes with it is not the test.
      try nhip.start(under: ["/usr/bin/env", "--ignore-signal=XFSZ"])
      try broker.waitForSubscriptions()
      try broker.publish(DeliveryTests.topic, #"{"seq":1}"#)
      try nhip.waitForReading("\"seq\":1")
      let child = try #require(nhip.child)
      let log = nhip.folder.path("nhip.sqlite-wal")
      let size = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
      let limited = try ChildProcess.run(
        "/usr/bin/prlimit",
        ["--pid", String(child.identifier), "--fsize=\(try #require(size)):unlimited"],
        in: nhip.folder)
      #expect(limited.code == 0, "\(limited.error)")
      try broker.publish(DeliveryTests.topic, #"{"seq":2}"#)
      let outcome = try child.outcome()
      #expect(outcome.code == 74)
      #expect(outcome.error.contains("start nhip again to recover"), "\(outcome.error)")

      try nhip.start()
      try nhip.waitForReading("\"seq\":2")
      #expect(try nhip.terminate().code == 0)
      try nhip.expectOnce(1...2)
    }
  }
}

/// A disk in memory, mounted for one test.
final class SmallDisk {
  private let folder: TemporaryFolder
  private static let stepBytes = 4_096

  /// Only the system administrator may mount, and not in every container: tried once.
  static let isPossible: Bool = {
    guard geteuid() == 0 else { return false }
    // What went wrong is not of interest: the tests that need a disk are skipped, visibly.
    return (try? SmallDisk(sizeBytes: 1_048_576)) != nil
  }()

  init(sizeBytes: Int) throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: mountPoint, withIntermediateDirectories: false)
    let outcome = try ChildProcess.run(
      "/usr/bin/mount",
      ["-t", "tmpfs", "-o", "size=\(sizeBytes)", "nhip-test", mountPoint], in: folder)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }

  deinit {
    // Lazily: a child that a failed test left behind may still hold a file open.
    do {
      _ = try ChildProcess.run("/usr/bin/umount", ["--lazy", mountPoint], in: folder)
    } catch { Issue.record("the small disk stays mounted: \(error)") }
  }

  private var mountPoint: String { folder.path("disk") }

  func path(_ name: String) -> String { "\(mountPoint)/\(name)" }

  /// Until not another page fits.
  func fill() throws {
    let descriptor = unsafe open(path("filler"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    let page = [UInt8](repeating: 0, count: Self.stepBytes)
    while unsafe write(descriptor, page, page.count) > 0 {}
    guard errno == ENOSPC else { throw CocoaError(.fileWriteUnknown) }
  }

  func makeRoom() throws { try FileManager.default.removeItem(atPath: path("filler")) }
}
