// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation
import Glibc
import Telemetry

/// A mosquitto on a free loopback port, configured as `deploy/` ships it.
final class DemoBroker {
  private static let executable = "/usr/sbin/mosquitto"
  private static let startPatience: Milliseconds = 10_000
  private let process = Process()
  private let folder: DemoFolder
  let port: Int

  init(folder: DemoFolder) throws {
    self.folder = folder
    port = try Self.freePort()
    let root = folder.root.path
    try DemoFolder.runTool("deploy/make-certificates", [root])
    try DemoFolder.runTool("deploy/make-passwords", [DemoFolder.devices, root])
    try FileManager.default.copyItem(
      atPath: "deploy/mosquitto/nhip.acl", toPath: folder.path("nhip.acl"))
    let template = try String(contentsOfFile: "deploy/mosquitto/nhip.conf", encoding: .utf8)
    let text =
      template
      .replacingOccurrences(of: "@PORT@", with: String(port))
      .replacingOccurrences(of: "@CONFIGURATION@", with: root)
      .replacingOccurrences(of: "@DATA@", with: root)
      .replacingOccurrences(of: "@USER@", with: NSUserName())
    try text.write(toFile: folder.path("broker.conf"), atomically: false, encoding: .utf8)
    // The broker dies with us, whatever ends us: nothing outlives a demonstration.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = [
      "--pdeathsig", "KILL", Self.executable, "-c", folder.path("broker.conf"),
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try waitUntilListening()
  }

  var address: BrokerAddress {
    BrokerAddress(host: "127.0.0.1", port: port, caPath: folder.path("ca.crt"))
  }

  /// What `pipelines/commune/pipeline.yaml` asks the environment for.
  func exportEnvironment(store: String) {
    unsafe setenv("NHIP_BROKER", "mqtts://127.0.0.1:\(port)", 1)
    unsafe setenv("NHIP_CA", folder.path("ca.crt"), 1)
    unsafe setenv("NHIP_PASSWORD_FILE", folder.path("nhip-password"), 1)
    unsafe setenv("NHIP_STORE", store, 1)
  }

  /// One line that a person can paste into another terminal.
  func example(registry: Registry) -> String {
    guard let device = registry.devices.first(where: { $0.kind == "wifi-ap" }) else { return "" }
    let topic = Topic.path(
      commune: device.commune, kind: device.kind, device: device.id, channel: .telemetry)
    return """
      Publish as \(device.id) yourself, in another terminal, in this folder:
        mosquitto_pub -h 127.0.0.1 -p \(port) --cafile \(folder.path("ca.crt")) -q 1 \
      -u \(device.id) \
      -P "$(grep '^\(device.id):' \(folder.path("clear-passwords")) | cut -d : -f 2)" \
      -t \(topic) -f devices/wifi-ap/samples/good-telemetry.json
      """
  }

  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  private func waitUntilListening() throws {
    let deadline = Nhip.wallClock() + Self.startPatience
    while Nhip.wallClock() < deadline, process.isRunning {
      if Self.canConnect(port) { return }
      usleep(20_000)
    }
    stop()
    let log = try? String(contentsOfFile: folder.path("mosquitto.log"), encoding: .utf8)
    // Without a log the broker did not even start; the sentence says where to look.
    throw DemoFailure(what: "mosquitto did not start: \(log ?? "run it by hand to see why")")
  }

  private static func withSocket<Result>(
    port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func canConnect(_ port: Int) -> Bool {
    unsafe withSocket(port: port) { unsafe connect($0, $1, $2) == 0 }
  }

  /// The system picks one; nothing else takes it in the moment until mosquitto does.
  private static func freePort() throws -> Int {
    let port = unsafe withSocket(port: 0) { descriptor, address, size -> Int in
      var size = size
      guard unsafe bind(descriptor, address, size) == 0,
        unsafe getsockname(descriptor, address, &size) == 0
      else { return 0 }
      return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        unsafe Int(UInt16(bigEndian: $0.pointee.sin_port))
      }
    }
    guard port > 0 else { throw DemoFailure(what: "no free port on 127.0.0.1") }
    return port
  }
}
