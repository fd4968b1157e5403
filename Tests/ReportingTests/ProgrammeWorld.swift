// SPDX-License-Identifier: Apache-2.0

import Telemetry

@testable import Reporting

/// A province of two communes with villages 1…5 (three in the first), for the targets and the
/// ranking; devices are added by tests.
struct ProgrammeWorld {
  static let days = PlacementTests.november
  static let period = Interval(
    start: LocalTime.start(ofDay: days.lowerBound),
    end: LocalTime.start(ofDay: days.upperBound + 1))

  var registry = Registry(
    units: [
      Unit(code: "01", name: "Tỉnh", level: "province"),
      Unit(code: "00001", name: "Xã A", level: "commune", parent: "01"),
      Unit(code: "00002", name: "Xã B", level: "commune", parent: "01"),
    ]
      + (1...5).map {
        Unit(
          code: "v\($0)", name: "Thôn \($0)", level: "village", areaClass: $0 > 3 ? "III" : "I",
          parent: $0 > 3 ? "00002" : "00001")
      })
  var devices: [DeviceFacts] = []
  var scope: String?

  mutating func add(
    _ kind: String, in unit: String, at siteType: String = "house",
    _ change: (inout DeviceFacts) -> Void = { _ in }
  ) {
    let number = Int64(devices.count + 1)
    var facts = DeviceFacts(
      device: Device(
        number: number, id: "\(kind)-\(number)", kind: kind, name: "", site: "", commune: ""),
      unit: unit, siteType: siteType)
    change(&facts)
    devices.append(facts)
  }

  var facts: ProgrammeFacts {
    let tree = Placements(registry: registry, history: []).hierarchy(days: Self.days, occupied: [])
    return ProgrammeFacts(
      period: Self.period, knownUntil: Self.period.end, tree: tree, scope: scope,
      devices: devices, systems: registry.systems)
  }

  static func indicator(
    _ formula: Indicator.Formula, plan: Int64 = 1_000_000, unit: String = "%",
    level: String = "commune", _ change: (inout Indicator.Parameters) -> Void = { _ in }
  ) -> Indicator {
    var parameters = Indicator.Parameters()
    change(&parameters)
    return Indicator(
      name: "it", titleVi: "", titleEn: "", plan: plan, unit: unit, level: level,
      formula: formula, parameters: parameters)
  }
}
