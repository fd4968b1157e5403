// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Tests of the real executable against a real broker. One after the other, because each of them
/// times its deadlines against a machine that it has for itself.
@Suite("end to end", .serialized)
enum EndToEnd {
  /// How long a condition may take on a machine that is busy with other things.
  static let patience: TimeInterval = 60
  private static let pollMicroseconds: UInt32 = 10_000

  struct Impatience: Error, CustomStringConvertible {
    let description: String
  }

  /// Looks until the condition holds.
  static func wait(
    for what: String, patience: TimeInterval = patience, _ condition: () throws -> Bool
  ) throws {
    let deadline = Date().addingTimeInterval(patience)
    while try !condition() {
      guard Date() < deadline else {
        throw Impatience(description: "waited \(Int(patience)) s in vain for \(what)")
      }
      usleep(pollMicroseconds)
    }
  }

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
