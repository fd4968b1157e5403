// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation

/// The built executable in a folder with a pipeline, the repository's profiles and the registry
/// of its example commune.
final class NhipProcess {
  let folder: TemporaryFolder
  let storePath: String
  private(set) var child: ChildProcess?

  /// The executable stands beside the test bundle that runs.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("nhip").path

  convenience init(
    broker port: Int, store: String = "nhip.sqlite", publishesAlerts: Bool = false,
    receiveMaximum: Int = 10_000
  ) throws {
    try self.init(
      source: "broker: mqtt://127.0.0.1:\(port)", store: store, publishesAlerts: publishesAlerts,
      receiveMaximum: receiveMaximum)
  }

  /// - Parameters:
  ///   - source: the lines of `source` before the sessions, without indentation.
  ///   - publishesAlerts: whether alerts go out by MQTT.
  init(
    source: String, store: String = "nhip.sqlite", publishesAlerts: Bool = false,
    receiveMaximum: Int = 10_000
  ) throws {
    folder = try TemporaryFolder()
    storePath = store
    let sourceLines = source.split(separator: "\n").joined(separator: "\n  ")
    let files = FileManager.default
    try files.copyItem(
      at: EndToEnd.repository.appendingPathComponent("devices"),
      to: folder.url.appendingPathComponent("devices"))
    try files.copyItem(
      at: EndToEnd.repository.appendingPathComponent("pipelines/commune/registry"),
      to: folder.url.appendingPathComponent("registry"))
    try folder.write(
      "pipeline.yaml",
      """
      source:
        \(sourceLines)
        receive_maximum: \(receiveMaximum)
        session_expiry: 7d
        sessions:
          - { name: live, channels: [telemetry, state, event], communes: ["*"] }
          - { name: backlog, channels: [backlog], communes: ["*"] }
      devices: devices
      registry: registry
      store: \(store)
      retention: { raw: 400d, quarantine: 30d, inbox: 30d, alerts: 400d }
      uptime: { outage_min: 60s, lateness: 7d, target: 99.5 }
      alerts: { mqtt: \(publishesAlerts) }
      """)
  }

  var log: String { folder.text("nhip.err") }

  /// - Parameter wrapper: a program, with its arguments, that becomes nhip.
  func start(under wrapper: [String] = []) throws {
    let command = wrapper + [Self.executable, "run", "pipeline.yaml"]
    child = try ChildProcess(command[0], Array(command.dropFirst()), name: "nhip", in: folder)
  }

  /// SIGKILL in the middle of whatever it does.
  func kill() {
    child?.kill()
    child = nil
  }

  func terminate() throws -> ChildProcess.Outcome {
    guard let child else { throw EndToEnd.Impatience(description: "nhip was not started") }
    defer { self.child = nil }
    return try child.terminate()
  }

  /// Another nhip beside the one that may be running.
  func command(_ arguments: String...) throws -> ChildProcess.Outcome {
    try ChildProcess.run(Self.executable, arguments, in: folder)
  }

  func export() throws -> [Substring] {
    let outcome = try command("export", "--store", storePath)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
    return outcome.output.split(separator: "\n")
  }

  /// Until a reading with this text in its line is on disk.
  func waitForReading(_ text: String) throws {
    try EndToEnd.wait(for: "a reading with \(text); the log says: \(log)") {
      let outcome = try command("export", "--store", storePath)
      return outcome.output.contains(text)
    }
  }

  /// The registered devices that the simulator can play.
  static func registeredDevices() throws -> [SimulatedDevice] {
    let file = EndToEnd.repository.appendingPathComponent("pipelines/commune/registry/devices.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    return lines.compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard SimulatedKind(rawValue: fields[1]) != nil else { return nil }
      return SimulatedDevice(
        id: fields[0], kind: fields[1], commune: "04321", village: "", site: fields[3], feeder: "")
    }
  }
}
