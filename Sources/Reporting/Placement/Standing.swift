// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Where a device stood, as far as plans look at it: a site as it was, and the units above it.
struct Standing: Hashable, Sendable {
  /// Codes; empty where the registry does not know.
  var site: String
  var siteType: String
  var feeder: String
  var isp: String
  var commune: String
  /// From the unit of the site up to the root.
  var units: [String]
  /// False for a site that the registry does not know: it has no type, feeder and ISP at all.
  var isKnownSite: Bool
}

/// What a device's standing was until an instant.
struct FormerStanding: Hashable, Sendable {
  /// A local midnight, as a day belongs to where the device stood at its end; `.max` for the last.
  var until: Milliseconds
  var standing: Standing
}

extension Placements {
  /// Ascending, the last one for ever; one alone for a device that never moved, at a site that
  /// never did, below units that never did.
  func standings(of device: Device) -> [FormerStanding] {
    var turns: Set<Int64> = versions.unitTurns
    let moves = versions.moves[device.id]?.versions ?? []
    turns.formUnion(Self.days(of: moves.map(\.from)))
    for site in moves.isEmpty ? [device.site] : moves.map(\.value.site) {
      turns.formUnion(Self.days(of: (versions.changedSites[site]?.versions ?? []).map(\.from)))
    }
    guard !turns.isEmpty else {
      return [FormerStanding(until: .max, standing: standing(of: device, at: .max))]
    }
    let days = turns.sorted()
    var found: [FormerStanding] = []
    for day in [days[0] - 1] + days {
      let standing = standing(of: device, at: Self.end(ofDay: day))
      if found.last?.standing == standing { continue }
      if !found.isEmpty { found[found.count - 1].until = LocalTime.start(ofDay: day) }
      found.append(FormerStanding(until: .max, standing: standing))
    }
    return found
  }

  /// Whether all that ``standings(of:)`` tells is one standing, as far as a glance shows.
  func neverMoved(_ device: Device) -> Bool {
    versions.moves[device.id] == nil && versions.changedSites[device.site] == nil
      && versions.unitTurns.isEmpty
  }

  func standing(of device: Device, at instant: Milliseconds) -> Standing {
    let code = versions.site(of: device, at: instant)
    let site = versions.site(code, at: instant)
    let commune = versions.commune(of: device, at: instant)
    var units: [String] = []
    var next = site?.unit ?? commune
    // A registry with a circle of parents must not hold this up for ever.
    while !next.isEmpty, !units.contains(next) {
      units.append(next)
      next = versions.unit(next, at: instant)?.parent ?? ""
    }
    return Standing(
      site: code, siteType: site?.type ?? "", feeder: site?.feeder ?? "", isp: site?.isp ?? "",
      commune: commune, units: units, isKnownSite: site != nil)
  }

  private static func days(of instants: [Milliseconds]) -> [Int64] {
    instants.filter { $0 > .min && $0 < .max }.map(LocalTime.day(of:))
  }
}

extension RegistryVersions {
  /// The days on which any unit came to stand below another one.
  static func turns(of units: [String: Dated<Telemetry.Unit>]) -> Set<Int64> {
    var turns: Set<Int64> = []
    for unit in units.values {
      for (before, after) in zip(unit.versions, unit.versions.dropFirst())
      where before.value.parent != after.value.parent && after.from < .max {
        turns.insert(LocalTime.day(of: after.from))
      }
    }
    return turns
  }
}
