// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// What became of a device's entry, for people: when, who, and field by field before → after.
package enum RegistryHistoryText {
  private static let instants: Set<String> = [
    "commissionedAt", "retiredAt", "simExpiresOn", "certificateExpiresOn",
  ]

  /// Oldest first: a line for each change, and below it an indented one for each field.
  package static func render(device id: String, store: Store) throws -> String {
    let entries = try store.registryHistory(device: id)
    guard !entries.isEmpty else { throw DeviceRefusal.unknownDevice(id) }
    return try entries.flatMap(lines).joined(separator: "\n")
  }

  private static func lines(_ entry: RegistryHistoryEntry) throws -> [String] {
    let verb = entry.change.before == nil ? "registered" : "changed"
    let note = entry.note.map { "\t\($0)" } ?? ""
    let (before, after) = (try fields(entry.change.before), try fields(entry.change.after))
    let names = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    return ["\(LocalTime.text(entry.at))\t\(entry.actor)\t\(verb)\(note)"]
      + names.map { name in
        "  \(column(name)): \(before[name] ?? "–") → \(after[name] ?? "–")"
      }
  }

  /// Empty values are left out: they say no more than absent ones.
  private static func fields(_ json: String?) throws -> [String: String] {
    guard let json else { return [:] }
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    return object.compactMapValues { value in
      let text = "\(value)"
      return text.isEmpty ? nil : text
    }.reduce(into: [:]) { result, field in
      let instant = instants.contains(field.key) ? Milliseconds(field.value) : nil
      result[field.key] = instant.map(LocalTime.text) ?? field.value
    }
  }

  /// `retiredAt` is `retired_at` in files and in the store.
  private static func column(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
