// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The units of a report from the uppermost down, with what stands in each and the sums of it.
struct UnitTree {
  /// Preorder, in Vietnamese order of names; devices of no known unit stand last.
  private(set) var reports: [UnitReport] = []
  private var devices: [String: [DeviceReport]]
  private let children: [String: [Telemetry.Unit]]
  private let siteCounts: [String: Int]

  init(scope: ReportScope, devices: [String: [DeviceReport]]) {
    self.devices = devices
    siteCounts = scope.siteCounts
    let units = scope.unitsInScope
    let codes = Set(units.map(\.code))
    children = Dictionary(grouping: units) { codes.contains($0.parent) ? $0.parent : "" }
      .mapValues { $0.sorted(by: Self.precedes) }
    var seen: Set<String> = []
    for root in children[""] ?? [] { append(root, depth: 0, seen: &seen) }
    // A circle of parents has no uppermost unit; what stands in it is shown all the same.
    for unit in units.sorted(by: Self.precedes) where !seen.contains(unit.code) {
      append(unit, depth: 0, seen: &seen)
    }
    let rest = self.devices.values.flatMap(\.self)
    guard !rest.isEmpty else { return }
    var unknown = UnitReport(code: "")
    unknown.add(rest)
    unknown.devices = rest.sorted(by: DeviceReport.precedes)
    reports.append(unknown)
  }

  private static func precedes(_ left: Telemetry.Unit, _ right: Telemetry.Unit) -> Bool {
    left.name != right.name
      ? LocalFormat.precedes(left.name, right.name) : left.code < right.code
  }

  /// - Returns: the sums of the unit, by which its parent's grow.
  @discardableResult
  private mutating func append(
    _ unit: Telemetry.Unit, depth: Int, seen: inout Set<String>
  ) -> UnitReport {
    seen.insert(unit.code)
    var report = UnitReport(
      code: unit.code, name: unit.name, level: unit.level, levelLabel: unit.levelLabel,
      areaClass: unit.areaClass, parent: unit.parent, depth: depth,
      siteCount: siteCounts[unit.code] ?? 0)
    let own = (devices.removeValue(forKey: unit.code) ?? []).sorted(by: DeviceReport.precedes)
    report.devices = own
    report.add(own)
    let position = reports.count
    reports.append(report)
    for child in children[unit.code] ?? [] where !seen.contains(child.code) {
      report.add(append(child, depth: depth + 1, seen: &seen))
    }
    reports[position] = report
    return report
  }
}

extension UnitReport {
  fileprivate mutating func add(_ devices: [DeviceReport]) {
    // A device that stood at two places of one unit is one device.
    deviceCount += Set(devices.map(\.device.number)).count
    for device in devices {
      add(times: device.times, announced: device.announcedTimes, service: device.service)
      outageCount += device.outageCount
      for result in device.usage { add(result, kind: device.device.kind) }
    }
  }

  fileprivate mutating func add(_ child: UnitReport) {
    siteCount += child.siteCount
    deviceCount += child.deviceCount
    outageCount += child.outageCount
    add(times: child.times, announced: child.announcedTimes, service: child.service)
    for usage in child.usage { add(usage.result, kind: usage.kind) }
  }

  private mutating func add(
    times other: StateTimes, announced: StateTimes?, service: ServiceTimes?
  ) {
    if announcedTimes != nil || announced != nil {
      announcedTimes = announcedTimes ?? times
      announcedTimes? += announced ?? other
    }
    times += other
    if let service {
      self.service = self.service ?? ServiceTimes()
      self.service? += service
    }
  }

  private mutating func add(_ result: UsageResult, kind: String) {
    guard result.figure.formula != .mean else { return }
    guard
      let position = usage.firstIndex(where: {
        $0.kind == kind && $0.result.figure.name == result.figure.name
      })
    else {
      usage.append(UnitUsage(kind: kind, result: result))
      return
    }
    usage[position].result.add(result)
  }
}

extension UsageResult {
  /// The sum with another device's figure, or the greater of the two.
  fileprivate mutating func add(_ other: UsageResult) {
    covered += other.covered
    guard let left = amount, let right = other.amount else {
      if amount == nil { (amount, at) = (other.amount, other.at) }
      return
    }
    if figure.formula == .maximum {
      if right.double > left.double { (amount, at) = (other.amount, other.at) }
      return
    }
    if case .whole(let left) = left, case .whole(let right) = right {
      amount = .whole(left + right)
    } else {
      amount = .number(left.double + right.double)
    }
  }
}
