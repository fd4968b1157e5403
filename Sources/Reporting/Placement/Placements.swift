// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Where each device stood on each local day: a day belongs to where the device stood at its end.
///
/// A value, made once a report. A device that never moved, at a site that never did, costs two
/// look-ups.
package struct Placements: Sendable {
  let versions: RegistryVersions

  package init(registry: Registry, history: [RegistryHistoryEntry]) {
    versions = RegistryVersions(registry: registry, history: history)
  }

  /// - Throws: `StoreError`.
  package static func read(
    from store: Store, registry: Registry
  ) throws(StoreError) -> Placements {
    Placements(registry: registry, history: try store.placementHistory())
  }

  /// Ascending by days, each with all the days up to the next; one for most devices, and that one
  /// without days.
  package func placements(of device: Device, days: ClosedRange<Int64>) -> [Placement] {
    let moves = versions.moves[device.id]
    if moves == nil, versions.changedSites[device.site] == nil {
      return [placement(of: device, onDay: days.upperBound)]
    }
    let sites = moves.map { Set($0.versions.map(\.value.site)) } ?? [device.site]
    var turns: Set<Int64> = [days.lowerBound]
    func note(_ instant: Milliseconds) {
      guard instant > .min, instant < .max else { return }
      let day = LocalTime.day(of: instant)
      if days.contains(day) { turns.insert(day) }
    }
    for version in moves?.versions ?? [] { note(version.from) }
    for site in sites {
      for version in versions.changedSites[site]?.versions ?? [] { note(version.from) }
    }
    var found: [Placement] = []
    for day in turns.sorted() {
      var placement = placement(of: device, onDay: day)
      if let last = found.last {
        if last.site == placement.site, last.unit == placement.unit { continue }
        found[found.count - 1].days = (last.days?.lowerBound ?? day)...day - 1
      }
      placement.days = day...days.upperBound
      found.append(placement)
    }
    if found.count == 1 { found[0].days = nil }
    return found
  }

  /// Where the device stood at the end of one day.
  package func placement(of device: Device, onDay day: Int64) -> Placement {
    let end = Self.end(ofDay: day)
    let site = versions.site(of: device, at: end)
    let unit = versions.site(site, at: end)?.unit ?? device.commune
    return Placement(site: site, unit: versions.units[unit] == nil ? "" : unit)
  }

  /// The site as it was at the end of a day.
  package func site(_ code: String, onDay day: Int64) -> Site? {
    versions.site(code, at: Self.end(ofDay: day))
  }

  /// The last instant of a local day.
  static func end(ofDay day: Int64) -> Milliseconds { LocalTime.start(ofDay: day + 1) - 1 }
}
