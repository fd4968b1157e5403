// SPDX-License-Identifier: Apache-2.0

import FleetSimulator
import Foundation

/// A mosquitto of our own on a free loopback port, with the limits of `deploy/mosquitto` but
/// without TLS and passwords. It keeps sessions over a restart.
final class BrokerFixture {
  let port: Int
  private let folder: TemporaryFolder
  private var process: ChildProcess?

  /// - Parameters:
  ///   - isStarted: false leaves it to `start()`.
  ///   - port: a free one if nil.
  init(isStarted: Bool = true, port: Int? = nil) throws {
    folder = try TemporaryFolder()
    self.port = try port ?? Self.freePort()
    try folder.write(
      "mosquitto.conf",
      """
      user root
      listener \(self.port) 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location \(folder.url.path)/
      max_queued_messages 0
      max_queued_bytes 2147483648
      max_inflight_messages 0
      max_packet_size 131072
      set_tcp_nodelay true
      log_dest stderr
      log_type error
      log_type warning
      log_type notice
      log_type subscribe
      """)
    if isStarted { try start() }
  }

  var address: BrokerAddress { BrokerAddress(host: "127.0.0.1", port: port) }
  /// Everything it said, over all of its starts.
  var log: String { folder.text("mosquitto.err") }

  func start() throws {
    let child = try ChildProcess(
      "/usr/sbin/mosquitto", ["-c", folder.path("mosquitto.conf")], name: "mosquitto", in: folder)
    process = child
    try EndToEnd.wait(for: "mosquitto on port \(port): \(log)") {
      Self.isListening(port) || !child.isRunning
    }
    guard child.isRunning else { throw EndToEnd.Impatience(description: "mosquitto ended: \(log)") }
  }

  /// It saves its sessions, and ends.
  func stop() throws {
    _ = try process?.terminate()
    process = nil
  }

  /// Both sessions of a pipeline have all of their subscriptions.
  func waitForSubscriptions() throws {
    try EndToEnd.wait(for: "nhip's subscriptions") {
      let log = log
      return ["telemetry", "state", "event", "backlog"].allSatisfy { log.contains("+/\($0)") }
    }
  }

  /// Returns when the broker has accepted the message (QoS 1).
  func publish(_ topic: String, _ payload: String, isRetained: Bool = false) throws {
    let outcome = try ChildProcess.run(
      "/usr/bin/mosquitto_pub",
      ["-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-m", payload]
        + (isRetained ? ["-r"] : []),
      in: folder)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }

  /// Any bytes as payload, and topics of any length that MQTT allows.
  func publish(_ topic: String, bytes: [UInt8], isRetained: Bool = false) throws {
    try folder.write("payload", bytes: bytes)
    let payload = bytes.isEmpty ? ["-n"] : ["-f", folder.path("payload")]
    let outcome = try ChildProcess.run(
      "/usr/bin/mosquitto_pub",
      ["-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic] + payload
        + (isRetained ? ["-r"] : []),
      in: folder)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }

  static func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: UInt16(port))
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    } == 0
  }

  static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  /// Lets the kernel choose a port, and gives it back for the broker to take.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 ? unsafe getsockname(descriptor, $0, &size) : -1
      }
    }
    guard code == 0 else { throw EndToEnd.Impatience(description: "no free loopback port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
