// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Every message at a broker, one a line, from the moment it is made until it is released.
final class BrokerRecording {
  private let folder: TemporaryFolder
  private let subscriber: ChildProcess

  /// - Parameter format: of `mosquitto_sub -F`.
  init(at broker: BrokerFixture, format: String) throws {
    folder = try TemporaryFolder()
    let child = try ChildProcess(
      "/usr/bin/mosquitto_sub",
      [
        "-h", "127.0.0.1", "-p", String(broker.port), "-i", "recording", "-q", "1", "-t", "nhip/#",
        "-F", format,
      ],
      name: "messages", in: folder)
    subscriber = child
    try EndToEnd.wait(for: "the recording's subscription: \(child.error)") {
      broker.log.contains("recording 1 nhip/#") || !child.isRunning
    }
    guard child.isRunning else { throw EndToEnd.Impatience(description: child.error) }
  }

  var lines: [Substring] { folder.text("messages.out").split(separator: "\n") }

  /// Everything so far, once this many messages have this in their line.
  func lines(_ count: Int, with text: String) throws -> [Substring] {
    try EndToEnd.wait(for: "\(count) messages with \(text)") {
      lines.count { $0.contains(text) } >= count
    }
    return lines
  }
}
