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
  private var positions: [Key: [Int]] = [:]

  init(entries: [CalendarEntry]) {
    self.entries = entries
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

  /// Positions of the entries that are about a device while it stood somewhere, ascending.
  func entries(for device: Device, at standing: Standing) -> [Int] {
    var keys: [Key] = [
      .device(device.id), .site(standing.site), .kind(device.kind), .everything,
    ]
    keys += standing.units.map(Key.unit)
    if standing.isKnownSite {
      keys += [.feeder(standing.feeder), .isp(standing.isp), .siteType(standing.siteType)]
    }
    let candidates = Set(keys.flatMap { positions[$0] ?? [] })
    return candidates.filter { entries[$0].scope.holds(device, at: standing) }.sorted()
  }
}

extension CalendarScope {
  func holds(_ device: Device, at standing: Standing) -> Bool {
    func holds(_ list: [String], _ value: String) -> Bool {
      list.isEmpty || list.contains(value)
    }
    func holds(_ list: [String], ofSite value: String) -> Bool {
      list.isEmpty || standing.isKnownSite && list.contains(value)
    }
    return holds(devices, device.id) && holds(sites, standing.site) && holds(kinds, device.kind)
      && (units.isEmpty || units.contains { standing.units.contains($0) })
      && holds(feeders, ofSite: standing.feeder) && holds(isps, ofSite: standing.isp)
      && holds(siteTypes, ofSite: standing.siteType)
  }
}
