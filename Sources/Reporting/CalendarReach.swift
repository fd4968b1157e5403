// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Finds the entries of calendars that are about a device, without asking each of them.
///
/// Every entry stands under the values of its narrowest list; of what stands under the device's own
/// values, the whole scope is looked at.
struct CalendarReach {
  private enum Key: Hashable {
    case device(String), site(String), unit(String), feeder(String), isp(String)
    case siteType(String), kind(String), everything
  }

  private let entries: [CalendarEntry]
  private let sites: [String: Site]
  private let parents: [String: String]
  private var positions: [Key: [Int]] = [:]

  init(entries: [CalendarEntry], registry: Registry) {
    self.entries = entries
    sites = Dictionary(registry.sites.map { ($0.code, $0) }) { _, last in last }
    parents = Dictionary(registry.units.map { ($0.code, $0.parent) }) { _, last in last }
    for (position, entry) in entries.enumerated() {
      for key in Self.keys(of: entry.scope) { positions[key, default: []].append(position) }
    }
  }

  private static func keys(of scope: CalendarScope) -> [Key] {
    if !scope.devices.isEmpty { return scope.devices.map(Key.device) }
    if !scope.sites.isEmpty { return scope.sites.map(Key.site) }
    if !scope.units.isEmpty { return scope.units.map(Key.unit) }
    if !scope.feeders.isEmpty { return scope.feeders.map(Key.feeder) }
    if !scope.isps.isEmpty { return scope.isps.map(Key.isp) }
    if !scope.siteTypes.isEmpty { return scope.siteTypes.map(Key.siteType) }
    if !scope.kinds.isEmpty { return scope.kinds.map(Key.kind) }
    return [.everything]
  }

  /// Positions of the entries that are about a device, ascending.
  func entries(for device: Device) -> [Int] {
    let site = sites[device.site]
    let units = units(of: device)
    var keys: [Key] = [
      .device(device.id), .site(device.site), .kind(device.kind), .everything,
    ]
    keys += units.map(Key.unit)
    if let site { keys += [.feeder(site.feeder), .isp(site.isp), .siteType(site.type)] }
    let candidates = Set(keys.flatMap { positions[$0] ?? [] })
    return candidates.filter { entries[$0].scope.holds(device, site: site, units: units) }.sorted()
  }

  /// The unit that a device stands in, and those above it.
  private func units(of device: Device) -> [String] {
    var units: [String] = []
    var next = sites[device.site]?.unit ?? device.commune
    // A registry with a circle of parents must not hold this up for ever.
    while !next.isEmpty, !units.contains(next) {
      units.append(next)
      next = parents[next] ?? ""
    }
    return units
  }
}

extension CalendarScope {
  func holds(_ device: Device, site: Site?, units path: [String]) -> Bool {
    func holds(_ list: [String], _ value: String?) -> Bool {
      list.isEmpty || (value.map { list.contains($0) } ?? false)
    }
    return holds(devices, device.id) && holds(sites, device.site) && holds(kinds, device.kind)
      && (units.isEmpty || units.contains { path.contains($0) })
      && holds(feeders, site?.feeder) && holds(isps, site?.isp) && holds(siteTypes, site?.type)
  }
}
