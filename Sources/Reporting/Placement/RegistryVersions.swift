// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// Units, sites and the sites of devices as they were at any time: what the registry holds now,
/// and what its history says it was before.
///
/// A changed entry holds from its `valid_from`, if the change moved that forward or set it in the
/// future, else from the moment at which the change was made. What the history does not say (an
/// entry of an older format that lacks a field) is as it is now. Entries that never changed are not
/// copied.
struct RegistryVersions: Sendable {
  let units: [String: Telemetry.Unit]
  let sites: [String: Site]
  private(set) var changedUnits: [String: Dated<Telemetry.Unit>] = [:]
  private(set) var changedSites: [String: Dated<Site>] = [:]
  /// By the device's id.
  private(set) var moves: [String: Dated<Place>] = [:]
  /// Local days on which any unit came to stand below another one.
  private(set) var unitTurns: Set<Int64> = []

  /// Codes of a device's site and commune.
  struct Place: Hashable, Sendable {
    var site: String
    var commune: String
  }

  init(registry: Registry, history: [RegistryHistoryEntry]) {
    units = Self.latest(registry.units) { ($0.code, $0.validFrom) }
    sites = Self.latest(registry.sites) { ($0.code, $0.validFrom) }
    let decoder = JSONDecoder()
    for entry in history {
      guard let change = Change(entry, decoder) else { continue }
      switch entry.change.entity {
      case .unit: addUnit(change)
      case .site: addSite(change)
      case .device: addMove(change)
      case .system: continue
      }
    }
    for (code, unit) in units { changedUnits[code]?.correctLatest(unit) }
    for (code, site) in sites { changedSites[code]?.correctLatest(site) }
    unitTurns = Self.turns(of: changedUnits)
    guard !moves.isEmpty else { return }
    for device in registry.devices {
      moves[device.id]?.correctLatest(Place(site: device.site, commune: device.commune))
    }
  }

  func unit(_ code: String, at instant: Milliseconds) -> Telemetry.Unit? {
    changedUnits[code]?.value(at: instant) ?? units[code]
  }

  func site(_ code: String, at instant: Milliseconds) -> Site? {
    changedSites[code]?.value(at: instant) ?? sites[code]
  }

  func site(of device: Device, at instant: Milliseconds) -> String {
    moves[device.id]?.value(at: instant).site ?? device.site
  }

  func commune(of device: Device, at instant: Milliseconds) -> String {
    guard let place = moves[device.id]?.value(at: instant), !place.commune.isEmpty else {
      return device.commune
    }
    return place.commune
  }

  /// The earliest date that any version of the unit gives as its beginning.
  func begin(ofUnit code: String) -> Milliseconds? {
    guard let changed = changedUnits[code] else { return units[code]?.validFrom }
    var first = Milliseconds.max
    for version in changed.versions { first = min(first, version.value.validFrom ?? .min) }
    return first == .min ? nil : first
  }

  /// The store has one entry a code; of several that are given the one that begins last counts.
  private static func latest<Entry>(
    _ entries: [Entry], _ key: (Entry) -> (code: String, from: Milliseconds?)
  ) -> [String: Entry] {
    var latest: [String: Entry] = [:]
    latest.reserveCapacity(entries.count)
    for entry in entries {
      let (code, from) = key(entry)
      if let known = latest[code], key(known).from ?? .min > from ?? .min { continue }
      latest[code] = entry
    }
    return latest
  }

  private mutating func addUnit(_ change: Change) {
    guard let now = units[change.key] else { return }
    var dated = changedUnits[change.key] ?? Dated(change.before.unit(else: now))
    dated.set(change.after.unit(else: now), from: change.from)
    changedUnits[change.key] = dated
  }

  private mutating func addSite(_ change: Change) {
    guard let now = sites[change.key] else { return }
    var dated = changedSites[change.key] ?? Dated(change.before.site(else: now))
    dated.set(change.after.site(else: now), from: change.from)
    changedSites[change.key] = dated
  }

  private mutating func addMove(_ change: Change) {
    guard let before = change.before.site, let after = change.after.site, before != after else {
      return
    }
    // An entry without a commune tells nothing of it.
    let communes = (change.before.commune ?? "", change.after.commune ?? "")
    var dated = moves[change.key] ?? Dated(Place(site: before, commune: communes.0))
    dated.set(Place(site: after, commune: communes.1), from: change.from)
    moves[change.key] = dated
  }
}

/// One entry of the history, as far as it can be read.
private struct Change {
  let key: String
  let before: Fields
  let after: Fields
  /// When it holds from.
  let from: Milliseconds

  init?(_ entry: RegistryHistoryEntry, _ decoder: JSONDecoder) {
    guard let before = Fields(entry.change.before, decoder),
      let after = Fields(entry.change.after, decoder)
    else { return nil }
    (key, self.before, self.after) = (entry.change.key, before, after)
    let valid = after.validFrom ?? .min
    from = valid > before.validFrom ?? .min || valid > entry.at ? valid : entry.at
  }

  /// The fields of units, sites and devices that say where something stands and what it is called.
  struct Fields: Decodable {
    var name, level, levelLabel, areaClass, parent: String?
    var type, unit, feeder, isp: String?
    var site, commune: String?
    var validFrom, validTo: Milliseconds?

    init?(_ json: String?, _ decoder: JSONDecoder) {
      guard let json else { return nil }
      // A row that cannot be read tells nothing; what is in force now stands in for it.
      guard let fields = try? decoder.decode(Fields.self, from: Data(json.utf8)) else { return nil }
      self = fields
    }

    func unit(else now: Telemetry.Unit) -> Telemetry.Unit {
      Telemetry.Unit(
        code: now.code, name: name ?? now.name, level: level ?? now.level,
        levelLabel: levelLabel ?? now.levelLabel, areaClass: areaClass ?? now.areaClass,
        parent: parent ?? now.parent, validFrom: validFrom, validTo: validTo)
    }

    func site(else now: Site) -> Site {
      var site = now
      (site.name, site.type, site.unit) = (name ?? now.name, type ?? now.type, unit ?? now.unit)
      (site.feeder, site.isp) = (feeder ?? now.feeder, isp ?? now.isp)
      (site.validFrom, site.validTo) = (validFrom, validTo)
      return site
    }
  }
}
