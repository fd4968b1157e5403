// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// II. How long each device was up, with the sums of its units; every outage; what it looked like.
extension DocumentBuilder {
  /// Names said of units without a device; the others are counted.
  private static let namedCountMax = 10

  /// A column of the table that not every report needs.
  private struct Extras {
    var hasAnnounced: Bool
    /// Some unit has devices at several sites.
    var hasSites: Bool
  }

  func availability() -> DocumentSection {
    let hasAnnounced = report.devices.contains { $0.announcedTimes != nil }
    let hasSites = report.units.contains(where: \.hasSeveralSites)
    var parts: [DocumentSection.Part] = [
      .table(availabilityTable(Extras(hasAnnounced: hasAnnounced, hasSites: hasSites)))
    ]
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

  /// A unit with several sites has their names beside its devices, and a row for the sums of each
  /// site at which more than one device stands; of a single device they would say the same twice.
  private func availabilityTable(_ extras: Extras) -> DocumentTable {
    var columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 14),
    ]
    if extras.hasSites { columns.append(.text(words.site, width: 18)) }
    columns += [
      .name(words.device, width: 22), .text(words.kind, width: 13),
      .number(words.upHours, width: 9), .number(words.downHours, width: 8),
      .number(words.maintenanceHours, width: 8), .number(words.unobservedHours, width: 8),
      .number(words.availability, width: 11),
    ]
    if extras.hasAnnounced { columns.append(.number(words.announcedAvailability, width: 11)) }
    columns += [
      .word(words.meetsTarget, width: 9), .number(words.serviceAvailability, width: 11),
      .number(words.outages, width: 8), .number(words.flapping, width: 8),
      .number(words.longestOutage, width: 10),
    ]
    var table = DocumentTable(name: words.availabilityTable, columns: columns)
    var number = 0
    for unit in report.units where unit.deviceCount > 0 {
      table.append(row(of: unit, extras), rank: .group(depth: unit.depth))
      let sites = Dictionary(uniqueKeysWithValues: unit.sites.map { ($0.code, $0) })
      var site: SiteReport?
      for device in unit.devices {
        var isNamed = false
        if site?.code != device.placement.site {
          site = sites[device.placement.site]
          if let site, unit.hasSeveralSites, site.deviceCount > 1 {
            table.append(row(of: site, in: unit, extras), rank: .group(depth: unit.depth + 1))
          } else {
            isNamed = true
          }
        }
        number += 1
        table.append(
          row(
            of: device, number: number, unit: unit, site: site, isNamed: isNamed, extras))
      }
    }
    return table
  }

  private func row(of unit: UnitReport, _ extras: Extras) -> [Cell] {
    var cells: [Cell] = [.text(""), .text(name(of: unit))]
    if extras.hasSites { cells.append(.text("")) }
    cells += [.text(words.devices(format.count(unit.deviceCount))), .text("")]
    cells += hours(unit.times) + [ratio(unit.times)]
    if extras.hasAnnounced { cells.append(unit.announcedTimes.map { ratio($0) } ?? .text("")) }
    return cells + [
      .text(""), unit.service == nil ? .text("") : ratio(unit.service), .count(unit.outageCount),
      .text(""), .text(""),
    ]
  }

  private func row(of site: SiteReport, in unit: UnitReport, _ extras: Extras) -> [Cell] {
    var cells: [Cell] = [
      .text(""), .repeated(name(of: unit)), .text(site.shown),
      .text(words.devices(format.count(site.deviceCount))), .text(""),
    ]
    cells += hours(site.times) + [ratio(site.times)]
    if extras.hasAnnounced { cells.append(site.announcedTimes.map { ratio($0) } ?? .text("")) }
    return cells + [
      .text(""), site.service == nil ? .text("") : ratio(site.service), .count(site.outageCount),
      .text(""), .text(""),
    ]
  }

  /// - Parameter isNamed: the first of a site that has no row of its own.
  private func row(
    of device: DeviceReport, number: Int, unit: UnitReport, site: SiteReport?, isNamed: Bool,
    _ extras: Extras
  ) -> [Cell] {
    var cells: [Cell] = [.count(number), .repeated(name(of: unit))]
    if extras.hasSites {
      let name = site?.shown ?? device.placement.site
      cells.append(isNamed ? .text(name) : .repeated(name))
    }
    cells += [.text(name(of: device)), .text(words.title(device.kindTitle))]
    cells += hours(device.times) + [ratio(device.times)]
    if extras.hasAnnounced { cells.append(device.announcedTimes.map { ratio($0) } ?? .text("")) }
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
