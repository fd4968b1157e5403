// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The properties of a calendar file that are nhip's own, X-NHIP-…: those that one kind of import
/// knows.
struct OwnProperties {
  static let prefix = "X-NHIP-"

  /// Behind the prefix.
  let names: [String]
  let file: String
  let problems: ConfigurationProblems

  /// What an event says under a name, in the order of the file.
  static func values(_ name: String, of event: CalendarEvent) -> [String] {
    event.values(of: prefix + name)
  }

  func report(
    _ event: CalendarEvent, _ key: String, _ value: String?, _ problem: String,
    _ allowed: String = ""
  ) {
    problems.add(
      ConfigurationError(
        file: file, line: event.line, keyPath: key, value: value, problem: problem,
        allowed: allowed))
  }

  /// A slip in a name would else go unnoticed.
  func refuseUnknown(of event: CalendarEvent) {
    for property in event.properties where property.name.hasPrefix(Self.prefix) {
      let name = String(property.name.dropFirst(Self.prefix.count))
      guard !names.contains(name) else { continue }
      let nearest = NearestName.nearest(to: name, in: names)
      report(
        event, property.name, property.value,
        "unknown property" + (nearest.map { ", did you mean '\(Self.prefix)\($0)'?" } ?? ""),
        names.map { Self.prefix + $0 }.joined(separator: ", "))
    }
  }
}
