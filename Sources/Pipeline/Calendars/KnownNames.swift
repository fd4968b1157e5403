// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Every name that the scope of an entry may use, so that a slip is found when it is entered and
/// not when the maintenance did not count.
struct KnownNames {
  /// A list of a scope, and how files and the command line call it.
  struct Field: Sendable {
    let list: WritableKeyPath<CalendarScope, [String]> & Sendable
    /// Behind `X-NHIP-`.
    let property: String
    /// What people call one of it.
    let word: String
  }

  static let fields = [
    Field(list: \.units, property: "UNIT", word: "unit"),
    Field(list: \.sites, property: "SITE", word: "site"),
    Field(list: \.devices, property: "DEVICE", word: "device"),
    Field(list: \.kinds, property: "KIND", word: "kind"),
    Field(list: \.feeders, property: "FEEDER", word: "feeder"),
    Field(list: \.isps, property: "ISP", word: "ISP"),
    Field(list: \.siteTypes, property: "SITE-TYPE", word: "site type"),
  ]

  private let known: [String: Set<String>]

  init(registry: Registry, profiles: [Profile]) {
    known = [
      "UNIT": Set(registry.units.map(\.code)), "SITE": Set(registry.sites.map(\.code)),
      "DEVICE": Set(registry.devices.map(\.id)),
      "KIND": Set(registry.devices.map(\.kind)).union(profiles.map(\.kind)),
      "FEEDER": Set(registry.sites.map(\.feeder)).subtracting([""]),
      "ISP": Set(registry.sites.map(\.isp)).subtracting([""]),
      "SITE-TYPE": Set(registry.sites.map(\.type)).subtracting([""]),
    ]
  }

  /// One sentence on a name that nothing has; nil if it is known.
  func problem(_ name: String, _ field: Field) -> String? {
    let names = known[field.property] ?? []
    if names.contains(name) { return nil }
    let nearest = NearestName.nearest(to: name, in: names.sorted())
    return "no \(field.word) is called '\(name)'"
      + (nearest.map { ", did you mean '\($0)'?" } ?? "")
  }
}
