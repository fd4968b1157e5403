// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Which devices failed, when, why and for how long: each outage with the machine's cause and what
/// people recorded of it.
extension DocumentBuilder {
  /// A list longer than this is no longer read; it says so, and programs get all of it.
  static let outageCountMax = 1_000

  func outages() -> [DocumentSection.Part] {
    let shortest = report.settings.outageMin
    let all = report.units.flatMap { unit in
      unit.devices.map { device in
        let outages = device.outages.filter { $0.accountable >= shortest }
          .sorted { ($1.downInPeriod, $0.interval.start) < ($0.downInPeriod, $1.interval.start) }
        return (unit: unit, device: device, outages: outages)
      }
    }
    let count = all.reduce(0) { $0 + $1.outages.count }
    let depth = Self.depth(of: all.map(\.outages.count))
    var table = DocumentTable(
      name: words.outageTable,
      columns: [
        .number(words.number, width: 5), .text(unitHeading, width: 16),
        .name(words.device, width: 22), .text(words.kind, width: 14),
        .word(words.from, width: 17), .word(words.to, width: 17),
        .number(words.outageLength, width: 10), .text(words.machineCause, width: 16),
        .text(words.recordedCause, width: 24),
      ])
    for entry in all {
      for outage in entry.outages.prefix(depth) where table.rows.count < Self.outageCountMax {
        table.append(row(of: outage, entry.device, entry.unit, number: table.rows.count + 1))
      }
    }
    guard count > 0 else {
      return [.note(words.noOutage), .note(words.flappingLeftOut(format.seconds(shortest)))]
    }
    var parts: [DocumentSection.Part] = [.table(table)]
    if table.rows.count < count {
      parts.append(
        .note(words.outagesCut(format.count(table.rows.count), format.count(count))))
    }
    return parts + [.note(words.flappingLeftOut(format.seconds(shortest)))]
  }

  private func row(
    of outage: Outage, _ device: DeviceReport, _ unit: UnitReport, number: Int
  ) -> [Cell] {
    let recorded = report.recordedCauses[device.device.number]?.of(outage.interval)
    return [
      .count(number), .text(name(of: unit)), .text(name(of: device)),
      .text(words.title(device.kindTitle)), .instant(outage.interval.start),
      outage.isOpen ? .text(words.notHeardAgain) : .instant(outage.interval.end),
      .length(outage.downInPeriod), .text(words.state(outage.cause)),
      .text(recorded.map(words.recorded)),
    ]
  }

  /// How many outages of each device fit, so that no device pushes another out.
  private static func depth(of counts: [Int]) -> Int {
    guard counts.reduce(0, +) > outageCountMax else { return .max }
    var depth = 1
    while counts.reduce(0, { $0 + min($1, depth + 1) }) <= outageCountMax { depth += 1 }
    return depth
  }
}
