// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// II. How long each device was up, with the sums of its units; every outage; what it looked like.
extension DocumentBuilder {
  /// Names said of units without a device; the others are counted.
  private static let namedCountMax = 10

  func availability() -> DocumentSection {
    let hasAnnounced = report.devices.contains { $0.announcedTimes != nil }
    var parts: [DocumentSection.Part] = [.table(availabilityTable(hasAnnounced: hasAnnounced))]
    if hasAnnounced { parts.append(.note(words.announcedNote)) }
    let bare = report.units.filter { $0.deviceCount == 0 }.map(\.name)
    if !bare.isEmpty {
      let named = Array(bare.prefix(Self.namedCountMax))
      parts.append(.note(words.unitsWithoutDevices(named, more: bare.count - named.count)))
    }
    parts += outages()
    parts += figures()
    return DocumentSection(number: "II", heading: words.availabilitySection, parts: parts)
  }

  private func availabilityTable(hasAnnounced: Bool) -> DocumentTable {
    var columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 16),
      .name(words.device, width: 22), .text(words.kind, width: 14),
      .number(words.upHours, width: 9), .number(words.downHours, width: 9),
      .number(words.maintenanceHours, width: 9), .number(words.unobservedHours, width: 9),
      .number(words.availability, width: 11),
    ]
    if hasAnnounced { columns.append(.number(words.announcedAvailability, width: 11)) }
    columns += [
      .word(words.meetsTarget, width: 9), .number(words.serviceAvailability, width: 11),
      .number(words.outages, width: 8), .number(words.flapping, width: 8),
      .number(words.longestOutage, width: 10),
    ]
    var table = DocumentTable(name: words.availabilityTable, columns: columns)
    var number = 0
    for unit in report.units where unit.deviceCount > 0 {
      table.append(row(of: unit, hasAnnounced), rank: .group(depth: unit.depth))
      for device in unit.devices {
        number += 1
        table.append(row(of: device, number: number, unit: unit, hasAnnounced))
      }
    }
    return table
  }

  private func row(of unit: UnitReport, _ hasAnnounced: Bool) -> [Cell] {
    var cells: [Cell] = [
      .text(""), .text(name(of: unit)), .text(words.devices(format.count(unit.deviceCount))),
      .text(""),
    ]
    cells += hours(unit.times) + [ratio(unit.times)]
    if hasAnnounced { cells.append(unit.announcedTimes.map { ratio($0) } ?? .text("")) }
    return cells + [
      .text(""), unit.service == nil ? .text("") : ratio(unit.service), .count(unit.outageCount),
      .text(""), .text(""),
    ]
  }

  private func row(
    of device: DeviceReport, number: Int, unit: UnitReport, _ hasAnnounced: Bool
  ) -> [Cell] {
    var cells: [Cell] = [
      .count(number), .repeated(name(of: unit)), .text(name(of: device)),
      .text(words.title(device.kindTitle)),
    ]
    cells += hours(device.times) + [ratio(device.times)]
    if hasAnnounced { cells.append(device.announcedTimes.map { ratio($0) } ?? .text("")) }
    let verdict = words.verdict(device.targetVerdict)
    return cells + [
      device.targetVerdict == .missed ? .strong(verdict) : .text(verdict), ratio(device.service),
      .count(device.outageCount), .count(device.shortOutageCount), .longest(device.longestOutage),
    ]
  }

  private func hours(_ times: StateTimes) -> [Cell] {
    [
      .hours(times[.up]), .hours(times.down), .hours(times[.maintenance]),
      .hours(times[.unobserved]),
    ]
  }
}
