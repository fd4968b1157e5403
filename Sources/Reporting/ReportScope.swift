// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Which devices a report is about, where each of them stood, and the units and profiles they need.
struct ReportScope {
  /// In the order of their numbers; those that were retired before the period are none of it.
  let devices: [Device]
  let profiles: [String: Profile]
  /// Of the unit asked for: its name, or its code if it has none.
  let unitName: String?
  let plans: ServicePlans
  let unitPaths: UnitPaths
  /// Units as they are at the end of the period.
  let hierarchy: UnitHierarchy
  /// For each position of the hierarchy, whether the report is about it.
  let isInside: [Bool]
  /// Sites that are in force at the end of the period, by unit: with a device or without.
  let siteCounts: [String: Int]
  /// Of the sites of its devices, by code, as they are called at the end of the period.
  let siteNames: [String: String]
  /// Where each device stood in the period, as far as the report is about it.
  private let placesOfDevice: [Int64: [Placement]]

  /// - Parameters:
  ///   - placements: nil means that nothing ever moved.
  ///   - unit: code of a unit: devices while they stood in it and below it; nil means all.
  ///   - kind: nil means all kinds.
  init(
    registry: Registry, profiles: [Profile], plans: ServicePlans = ServicePlans(),
    placements: Placements? = nil, period: Interval, unit: String?, kind: String?
  ) {
    self.plans = plans
    self.profiles = Dictionary(profiles.map { ($0.kind, $0) }) { _, last in last }
    let placements = placements ?? Placements(registry: registry, history: [])
    unitPaths = UnitPaths(placements)
    let days = period.localDays
    let byNumber = Dictionary(registry.devices.map { ($0.number, $0) }) { _, last in last }
    let registered = byNumber.values.filter { $0.retiredAt ?? .max > period.start }
      .sorted { $0.number < $1.number }
    let stood = registered.map { placements.placements(of: $0, days: days) }
    let hierarchy = placements.hierarchy(
      days: days, occupied: stood.reduce(into: []) { $0.formUnion($1.map(\.unit)) })
    let isInside = hierarchy.inside(unit)
    self.hierarchy = hierarchy
    self.isInside = isInside
    var devices: [Device] = []
    var placesOfDevice: [Int64: [Placement]] = [:]
    placesOfDevice.reserveCapacity(registered.count)
    for (device, stood) in zip(registered, stood) where kind == nil || device.kind == kind {
      let here = stood.filter { hierarchy.position(of: $0.unit).map { isInside[$0] } ?? false }
      guard !here.isEmpty else { continue }
      devices.append(device)
      placesOfDevice[device.number] = here
    }
    self.devices = devices
    self.placesOfDevice = placesOfDevice
    unitName = unit.map { code in
      let name = hierarchy.position(of: code).map { hierarchy.nodes[$0].unit.name } ?? ""
      return name.isEmpty ? placements.versions.units[code]?.name ?? code : name
    }
    siteCounts = placements.siteCounts(onDay: days.upperBound)
    let sites = Set(placesOfDevice.values.joined().map(\.site))
    siteNames = sites.reduce(into: [:]) { names, code in
      names[code] = placements.site(code, onDay: days.upperBound)?.name
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
  func placements(of device: Device) -> [Placement] { placesOfDevice[device.number] ?? [] }

  var kindOfDevice: [Int64: String] {
    Dictionary(devices.map { ($0.number, $0.kind) }) { _, last in last }
  }
}

extension Interval {
  /// The local days that it touches; of an empty one the day it stands in.
  package var localDays: ClosedRange<Int64> {
    LocalTime.day(of: start)...LocalTime.day(of: max(start, end - 1))
  }
}

extension Placements {
  /// How many sites each unit has at the end of a day.
  func siteCounts(onDay day: Int64) -> [String: Int] {
    let end = Self.end(ofDay: day)
    return versions.sites.reduce(into: [:]) { counts, entry in
      guard entry.value.validFrom ?? .min <= end, entry.value.validTo ?? .max > end,
        let site = versions.site(entry.key, at: end)
      else { return }
      counts[site.unit, default: 0] += 1
    }
  }
}
