// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Which devices a report is about, with the units and profiles they need.
struct ReportScope {
  private(set) var devices: [Device]
  let profiles: [String: Profile]
  /// By code; of several dated entries the one in force at the end of the period.
  let units: [String: Telemetry.Unit]
  /// Of the unit asked for: its name, or its code if it has none.
  let unitName: String?
  let plans: ServicePlans
  let places: UnitPaths
  /// Sites that are in force, by unit: with a device or without.
  let siteCounts: [String: Int]
  /// The unit asked for and all below it; every unit if none was asked for.
  private(set) var unitsInScope: [Telemetry.Unit] = []
  private let unitOfSite: [String: String]

  /// - Parameters:
  ///   - unit: code of a unit: devices in it and below it; nil means all.
  ///   - kind: nil means all kinds.
  init(
    registry: Registry, profiles: [Profile], plans: ServicePlans = ServicePlans(),
    period: Interval, unit: String?, kind: String?
  ) {
    self.plans = plans
    places = UnitPaths(registry)
    func isInForce(_ from: Milliseconds?, _ to: Milliseconds?) -> Bool {
      (from ?? .min) < period.end && period.end <= to ?? .max
    }
    var units: [String: Telemetry.Unit] = [:]
    for entry in registry.units
    where units[entry.code] == nil || isInForce(entry.validFrom, entry.validTo) {
      units[entry.code] = entry
    }
    var sites: [String: String] = [:]
    for entry in registry.sites
    where sites[entry.code] == nil || isInForce(entry.validFrom, entry.validTo) {
      sites[entry.code] = entry.unit
    }
    self.units = units
    unitName = unit.map { code in
      let name = units[code]?.name ?? ""
      return name.isEmpty ? code : name
    }
    unitOfSite = sites
    siteCounts = registry.sites.reduce(into: [:]) { counts, site in
      if isInForce(site.validFrom, site.validTo) { counts[site.unit, default: 0] += 1 }
    }
    self.profiles = Dictionary(profiles.map { ($0.kind, $0) }) { _, last in last }
    let byNumber = Dictionary(registry.devices.map { ($0.number, $0) }) { _, last in last }
    devices = byNumber.values.sorted { $0.number < $1.number }
    devices = devices.filter { device in
      (kind == nil || device.kind == kind)
        && (unit.map { isUnit(unitOfSite[device.site] ?? device.commune, within: $0) } ?? true)
    }
    unitsInScope = units.values.filter { entry in
      isInForce(entry.validFrom, entry.validTo)
        && (unit.map { isUnit(entry.code, within: $0) } ?? true)
    }
  }

  func terms(
    of device: Device, profile: Profile, settings: UptimeSettings,
    schedule: ScheduleOfDay = ScheduleOfDay()
  ) -> DeviceTerms {
    DeviceTerms(
      device: device, profile: profile, plan: plans.plan(of: device, profile: profile),
      settings: settings, schedule: schedule)
  }

  /// Where a device stood in the period, in order of time.
  func placements(of device: Device) -> [Placement] {
    [Placement(site: device.site, unit: unit(of: device)?.code ?? "")]
  }

  var kindOfDevice: [Int64: String] {
    Dictionary(devices.map { ($0.number, $0.kind) }) { _, last in last }
  }

  func unit(of device: Device) -> Telemetry.Unit? { unitOfSite[device.site].flatMap { units[$0] } }

  private func isUnit(_ unit: String, within code: String) -> Bool {
    var current = unit
    // A registry with a circle of parents must not hold a report up for ever.
    for _ in 0...units.count {
      if current == code { return true }
      guard let parent = units[current]?.parent, !parent.isEmpty else { return false }
      current = parent
    }
    return false
  }
}
