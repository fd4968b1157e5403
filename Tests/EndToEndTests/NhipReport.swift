// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What `nhip report --format json` says of the hour around now.
struct NhipReport {
  let document: [String: Any]

  /// Of the first device with this id; nil if there is none.
  func device(_ id: String) -> [String: Any]? {
    let units = document["units"] as? [[String: Any]] ?? []
    return units.flatMap { $0["devices"] as? [[String: Any]] ?? [] }
      .first { $0["id"] as? String == id }
  }

  struct Quality {
    /// Messages by reason.
    var quarantine: [String: Int]
    var inboxMessages: Int
  }

  func quality() throws -> Quality {
    guard let part = document["data_quality"] as? [String: Any],
      let entries = part["quarantine"] as? [[String: Any]],
      let messages = part["inbox_messages"] as? Int
    else { throw EndToEnd.Impatience(description: "a report without data quality: \(document)") }
    var counts: [String: Int] = [:]
    for entry in entries {
      guard let reason = entry["reason"] as? String, let count = entry["count"] as? Int else {
        throw EndToEnd.Impatience(description: "an entry without reason or count: \(entry)")
      }
      counts[reason, default: 0] += count
    }
    return Quality(quarantine: counts, inboxMessages: messages)
  }
}

extension NhipProcess {
  func report() throws -> NhipReport {
    let now = Date()
    func text(_ offset: TimeInterval) -> String {
      now.addingTimeInterval(offset).ISO8601Format()
    }
    let outcome = try command(
      "report", "--store", storePath, "--from", text(-1_800), "--to", text(1_800),
      "--format", "json")
    guard outcome.code == 0 else { throw EndToEnd.Impatience(description: outcome.error) }
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    guard let document = object as? [String: Any] else {
      throw EndToEnd.Impatience(description: "a report that is no object")
    }
    return NhipReport(document: document)
  }

  func quality() throws -> NhipReport.Quality { try report().quality() }
}
