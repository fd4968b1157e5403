// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// I. What was planned and what was reached; then a line for each kind of device.
extension DocumentBuilder {
  func summary() -> DocumentSection {
    var parts = indicators()
    if !report.devices.isEmpty { parts.append(.table(kinds())) }
    return DocumentSection(number: "I", heading: words.summarySection, parts: parts)
  }

  private func kinds() -> DocumentTable {
    var table = DocumentTable(
      name: words.kindTable,
      columns: [
        .name(words.kind, width: 24), .number(words.devicesOfKind, width: 8),
        .number(words.availability, width: 12),
        .number(words.verdictCount(.met), width: 8), .number(words.verdictCount(.missed), width: 8),
        .number(words.verdictCount(.undecided), width: 8), .number(words.outages, width: 8),
      ])
    var kinds: [String: [DeviceReport]] = [:]
    for device in report.devices { kinds[device.device.kind, default: []].append(device) }
    let ordered = kinds.values.sorted {
      let (left, right) = (words.title($0[0].kindTitle), words.title($1[0].kindTitle))
      return left != right
        ? LocalFormat.precedes(left, right) : $0[0].device.kind < $1[0].device.kind
    }
    for devices in ordered { table.append(row(words.title(devices[0].kindTitle), devices)) }
    if ordered.count > 1 {
      table.append(row(words.allKinds, report.devices), rank: .group(depth: 0))
    }
    return table
  }

  private func row(_ name: String, _ devices: [DeviceReport]) -> [Cell] {
    var times = StateTimes()
    for device in devices { times += device.times }
    let verdicts = TargetVerdict.allCases.map { verdict in
      Cell.count(devices.count { $0.targetVerdict == verdict })
    }
    return [
      .text(name), .count(Set(devices.map(\.device.number)).count), ratio(times),
    ] + verdicts + [.count(devices.reduce(0) { $0 + $1.outageCount })]
  }
}
