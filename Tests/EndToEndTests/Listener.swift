// SPDX-License-Identifier: Apache-2.0

import Foundation

extension EndToEnd {
  /// What a consumer sees: `mosquitto_sub` on one filter, from before the test's first message.
  final class Listener {
    struct Event: Decodable {
      struct Body: Decodable {
        var alert: String
        var version: Int
        var rule: String
      }
      var id: String
      var type: String
      var subject: String
      var data: Body
      var alert: String { data.alert }
      var version: Int { data.version }
      var rule: String { data.rule }
    }

    private let folder: TemporaryFolder
    private let process: ChildProcess

    convenience init(_ broker: BrokerFixture, filter: String) throws {
      try self.init(port: broker.port, filter: filter, with: [])
    }

    /// Of a secured broker, as one of its users.
    convenience init(_ broker: SecureBroker, as user: String, filter: String) throws {
      try self.init(
        port: broker.port, filter: filter,
        with: ["--cafile", broker.authority, "-u", user, "-P", broker.password(of: user) ?? ""])
    }

    private init(port: Int, filter: String, with arguments: [String]) throws {
      folder = try TemporaryFolder()
      // A line at a time, for what it says of itself it would keep in its buffer.
      process = try ChildProcess(
        "/usr/bin/stdbuf",
        [
          "-oL", "/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", String(port), "-V", "5",
          "-q", "1", "-d", "-F", "%t\t%p", "-t", filter,
        ] + arguments, name: "sub", in: folder)
      try EndToEnd.wait(for: "the listener on \(filter)") {
        folder.text("sub.out").contains("Subscribed (mid:")
      }
    }

    /// What it says of itself (`-d`) has no tab in it.
    private var lines: [Substring] {
      folder.text("sub.out").split(separator: "\n").filter { $0.contains("\t") }
    }

    func topics() -> [String] {
      lines.map { String($0.prefix { $0 != "\t" }) }
    }

    func payloads() -> [String] {
      lines.map { String($0.drop { $0 != "\t" }.dropFirst()) }
    }

    func events() throws -> [Event] {
      try payloads().filter { !$0.isEmpty }.map {
        try JSONDecoder().decode(Event.self, from: Data($0.utf8))
      }
    }

    func wait(for count: Int) throws {
      try EndToEnd.wait(for: "\(count) messages; so far \(payloads())") { lines.count >= count }
    }
  }
}
