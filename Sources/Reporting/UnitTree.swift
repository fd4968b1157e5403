// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The units of a report from the uppermost down, with what stands in each and the sums of it.
struct UnitTree {
  /// Preorder, as in the hierarchy of the scope; what stands in no known unit stands last.
  private(set) var reports: [UnitReport] = []

  init(scope: ReportScope, devices: [String: [DeviceReport]]) {
    let nodes = scope.hierarchy.nodes
    var positionOfNode: [Int: Int] = [:]
    var children: [[Int]] = []
    for (index, node) in nodes.enumerated() where scope.isInside[index] {
      let above = node.parent.flatMap { positionOfNode[$0] }
      let position = reports.count
      positionOfNode[index] = position
      children.append([])
      if let above { children[above].append(position) }
      let unit = node.unit
      var report = UnitReport(
        code: unit.code, name: unit.name, level: unit.level, levelLabel: unit.levelLabel,
        areaClass: unit.areaClass, parent: unit.parent,
        depth: above.map { reports[$0].depth + 1 } ?? 0, validTo: unit.validTo,
        siteCount: scope.siteCounts[unit.code] ?? 0)
      report.devices = DeviceReport.ordered(devices[unit.code] ?? [])
      report.add(report.devices)
      reports.append(report)
    }
    // Whatever is below a unit stands behind it, and is summed before it.
    for position in reports.indices.reversed() {
      for child in children[position] { reports[position].add(reports[child]) }
    }
    for stood in Self.moved(devices) {
      countOnce(stood.compactMap { scope.hierarchy.position(of: $0) }, nodes, positionOfNode)
    }
  }

  /// The units of each device that stood in several, as often as it did.
  private static func moved(_ devices: [String: [DeviceReport]]) -> [[String]] {
    var units: [Int64: [String]] = [:]
    for (unit, reports) in devices {
      for report in reports where report.placement.days != nil {
        units[report.device.number, default: []].append(unit)
      }
    }
    return units.values.map { Set($0).sorted() }.filter { $0.count > 1 }
  }

  /// A device that moved within a unit is one device of it, not one for each place.
  private mutating func countOnce(
    _ stood: [Int], _ nodes: [UnitHierarchy.Node], _ positionOfNode: [Int: Int]
  ) {
    var counts: [Int: Int] = [:]
    for start in stood {
      var next: Int? = start
      while let node = next {
        counts[node, default: 0] += 1
        next = nodes[node].parent
      }
    }
    for (node, count) in counts {
      if let position = positionOfNode[node] { reports[position].deviceCount -= count - 1 }
    }
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
