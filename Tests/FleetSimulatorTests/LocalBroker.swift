// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import FleetSimulator

/// A real mosquitto of our own on a free loopback port, stopped by its process id.
final class LocalBroker {
  let port: Int
  private let process = Process()
  private let folder: URL

  init() throws {
    port = try Self.freePort()
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fleet-broker-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = """
      listener \(port) 127.0.0.1
      allow_anonymous true
      max_queued_messages 100000
      """
    let file = folder.appendingPathComponent("mosquitto.conf")
    try configuration.write(to: file, atomically: true, encoding: .utf8)
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    process.arguments = ["-c", file.path]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try waitUntilListening()
  }

  var address: BrokerAddress { BrokerAddress(host: "127.0.0.1", port: port) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// Starts a subscriber that writes every message below `topic` into a file, one a line.
  func record(_ topic: String, into name: String, format: String) throws -> Process {
    try Data().write(to: URL(fileURLWithPath: path(name)))
    let subscriber = Process()
    subscriber.executableURL = URL(fileURLWithPath: "/usr/bin/mosquitto_sub")
    subscriber.arguments = [
      "-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-F", format,
    ]
    subscriber.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
    try subscriber.run()
    return subscriber
  }

  func text(of name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  func stop() {
    Self.kill(process)
    // The folder lies in the temporary folder; leaving it behind would do no harm.
    try? FileManager.default.removeItem(at: folder)
  }

  /// SIGKILL, because a child of a worker thread inherits its mask, in which SIGTERM is blocked.
  static func kill(_ child: Process) {
    Foundation.kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
  }

  private func waitUntilListening() throws {
    let deadline = Date().addingTimeInterval(20)
    while Date() < deadline, process.isRunning {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = Self.loopback(port: UInt16(port))
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let code = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe connect(descriptor, $0, size)
        }
      }
      if code == 0 { return }
      usleep(10_000)
    }
    throw FleetFailure("mosquitto does not listen on \(port)", advice: "is it installed?")
  }

  private static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  /// Lets the kernel choose a port, and gives it back for the broker to take.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 ? unsafe getsockname(descriptor, $0, &size) : -1
      }
    }
    guard code == 0 else {
      throw FleetFailure("no free loopback port", advice: "see `ss -ltn`")
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
