// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// One site of a unit: the sums of the devices that stood there while the unit had them.
package struct SiteReport: Sendable {
  /// Empty for devices whose site the registry does not know.
  package var code: String
  package var name: String
  package var deviceCount: Int
  package var outageCount: Int
  /// Summed over devices.
  package var times = StateTimes()
  /// Without what was entered after the fact; nil where that is the same.
  package var announcedTimes: StateTimes?
  package var service: ServiceTimes?

  init(code: String, name: String, devices: [DeviceReport]) {
    self.code = code
    self.name = name
    // A device that came back within the period is one device.
    deviceCount = Set(devices.map(\.device.number)).count
    outageCount = devices.reduce(0) { $0 + $1.outageCount }
    for device in devices {
      times += device.times
      guard let service = device.service else { continue }
      self.service = self.service ?? ServiceTimes()
      self.service? += service
    }
    guard devices.contains(where: { $0.announcedTimes != nil }) else { return }
    announcedTimes = devices.reduce(into: StateTimes()) { $0 += $1.announcedTimes ?? $1.times }
  }

  /// The sites of a unit's devices in Vietnamese order of their names, and the devices in the order
  /// of their sites.
  ///
  /// - Parameter names: of sites, by code.
  static func grouped(
    _ devices: [DeviceReport], names: [String: String]
  ) -> (sites: [SiteReport], devices: [DeviceReport]) {
    let bySite = Dictionary(grouping: devices, by: \.placement.site)
    var keyed: [(key: CollationKey, site: SiteReport)] = []
    for (code, devices) in bySite {
      let site = SiteReport(code: code, name: names[code] ?? "", devices: devices)
      keyed.append((CollationKey(site.shown), site))
    }
    keyed.sort { left, right in
      left.key == right.key ? left.site.code < right.site.code : left.key < right.key
    }
    let sites = keyed.map(\.site)
    return (sites, sites.flatMap { DeviceReport.ordered(bySite[$0.code] ?? []) })
  }

  /// The name people gave it, or its code.
  package var shown: String { name.isEmpty ? code : name }
}
