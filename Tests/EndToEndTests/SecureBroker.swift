// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A mosquitto exactly as `deploy/` ships it: TLS, a password for everybody, and an access list;
/// only port, folders and account are filled in.
final class SecureBroker {
  let port: Int
  let folder: TemporaryFolder
  private var process: ChildProcess?

  init() throws {
    folder = try TemporaryFolder()
    port = try BrokerFixture.freePort()
    let deploy = EndToEnd.repository.appendingPathComponent("deploy")
    let devices = EndToEnd.repository.appendingPathComponent(
      "pipelines/commune/registry/devices.csv")
    try Self.makeCertificates(in: folder)
    try run(deploy.appendingPathComponent("make-passwords").path, [devices.path, folder.url.path])
    try FileManager.default.copyItem(
      at: deploy.appendingPathComponent("mosquitto/nhip.acl"),
      to: folder.url.appendingPathComponent("nhip.acl"))
    let template = deploy.appendingPathComponent("mosquitto/nhip.conf")
    let configuration = try String(contentsOf: template, encoding: .utf8)
      .replacingOccurrences(of: "@PORT@", with: String(port))
      .replacingOccurrences(of: "@CONFIGURATION@", with: folder.url.path)
      .replacingOccurrences(of: "@DATA@", with: folder.url.path)
      .replacingOccurrences(of: "@USER@", with: NSUserName())
    try folder.write("broker.conf", configuration)
    try start()
  }

  var authority: String { folder.path("ca.crt") }
  var log: String { folder.text("mosquitto.log") }
  var nhipPassword: String { folder.text("nhip-password") }

  /// What its users have to know, user by user.
  func password(of user: String) -> String? {
    folder.text("clear-passwords").split(separator: "\n")
      .first { $0.hasPrefix("\(user):") }.map { String($0.dropFirst(user.utf8.count + 1)) }
  }

  /// Publishes over TLS as `user`.
  func publish(as user: String, _ topic: String, _ payload: String) throws
    -> ChildProcess.Outcome
  {
    guard let password = password(of: user) else {
      throw EndToEnd.Impatience(description: "\(user) has no password")
    }
    return try publish(topic, payload, with: ["--cafile", authority, "-u", user, "-P", password])
  }

  /// Publishes as MQTT 5, in which a broker can say that it refuses.
  func publish(_ topic: String, _ payload: String, with arguments: [String]) throws
    -> ChildProcess.Outcome
  {
    try ChildProcess.run(
      "/usr/bin/mosquitto_pub",
      ["-V", "5", "-h", "127.0.0.1", "-p", String(port), "-q", "1", "-t", topic, "-m", payload]
        + arguments, in: folder)
  }

  /// The `source` of a pipeline at this broker.
  func source(authority: String? = nil, passwordFile: String) -> String {
    """
    broker: mqtts://127.0.0.1:\(port)
    tls: { ca: "\(authority ?? self.authority)" }
    credentials: { username: nhip, password_file: "\(passwordFile)" }
    """
  }

  /// `ca.crt` and a broker's certificate signed by it.
  static func makeCertificates(in folder: TemporaryFolder) throws {
    let tool = EndToEnd.repository.appendingPathComponent("deploy/make-certificates").path
    let outcome = try ChildProcess.run(tool, [folder.url.path], in: folder)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }

  private func run(_ tool: String, _ arguments: [String]) throws {
    let outcome = try ChildProcess.run(tool, arguments, in: folder)
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
  }

  private func start() throws {
    let child = try ChildProcess(
      "/usr/sbin/mosquitto", ["-c", folder.path("broker.conf")], name: "broker", in: folder)
    process = child
    try EndToEnd.wait(for: "mosquitto on port \(port): \(log)") {
      BrokerFixture.isListening(port) || !child.isRunning
    }
    guard child.isRunning else {
      throw EndToEnd.Impatience(description: "mosquitto ended: \(child.error) \(log)")
    }
  }
}
