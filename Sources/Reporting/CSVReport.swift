// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report as RFC 4180 rows, one for each device: exact integers in milliseconds and parts per
/// million under English names, then a column for every figure of use of any kind in scope.
package enum CSVReport {
  package static func render(_ report: Report) -> String {
    let figures = figureColumns(of: report)
    var text = row(
      [
        "unit_code", "unit_name", "kind", "device_number", "device_id", "device_name", "site_code",
        "site_name",
        "period_start", "period_end", "up_ms", "no_link_ms", "off_ms", "unknown_ms",
        "maintenance_ms", "unobserved_ms", "excluded_ms", "availability_ppm",
        "availability_lowest_ppm", "availability_highest_ppm", "outages", "short_outages",
        "longest_outage_ms", "reboots", "readings", "service_held_ms", "service_failed_ms",
        "service_unknown_ms", "service_availability_ppm", "service_availability_lowest_ppm",
        "service_availability_highest_ppm", "meets_target", "target_ppm", "outage_min_ms",
        "usage_start",
      ] + figures.map { "\($0.kind).\($0.name)" })
    for unit in report.units {
      let siteNames = unit.siteNames
      for device in unit.devices {
        let site = siteNames[device.placement.site] ?? device.placement.site
        let own = cells(unit, device, site: site, report.period) + judged(device, report.settings)
        // Before it days are sealed and their readings deleted.
        let start = String(report.seal.readingsGoneUntil ?? report.period.start)
        text += row(own + [start] + values(of: device, figures))
      }
    }
    return text
  }

  private static func cells(
    _ unit: UnitReport, _ device: DeviceReport, site: String, _ period: Interval
  ) -> [String] {
    let spent = device.times
    let states: [DeviceState] = [.up, .noLink, .off, .unknown, .maintenance, .unobserved, .excluded]
    let ratios = [spent.ratio, spent.ratioLowest, spent.ratioHighest]
    return [
      safe(unit.code), safe(unit.name), device.device.kind, String(device.device.number),
      safe(device.device.id), safe(device.name), safe(device.placement.site),
      safe(site), String(period.start), String(period.end),
    ] + states.map { String(spent[$0]) } + ratios.map { $0.map { String($0) } ?? "" } + [
      String(device.outageCount), String(device.shortOutageCount),
      String(device.longestOutage),
      String(device.rebootCount), String(device.readingCount),
    ]
  }

  private static func judged(_ device: DeviceReport, _ settings: UptimeSettings) -> [String] {
    let service = device.service
    let numbers = [
      service?.held, service?.failed, service?.unknown, service?.ratio, service?.ratioLowest,
      service?.ratioHighest,
    ]
    return numbers.map { $0.map { String($0) } ?? "" } + [
      device.targetVerdict?.rawValue ?? "", String(settings.targetPartsPerMillion),
      String(settings.outageMin),
    ]
  }

  private struct FigureColumn: Hashable {
    var kind: String
    var name: String
  }

  private static func figureColumns(of report: Report) -> [FigureColumn] {
    var columns: [FigureColumn] = []
    for device in report.devices {
      for result in device.usage {
        let column = FigureColumn(kind: device.device.kind, name: result.figure.name)
        if !columns.contains(column) { columns.append(column) }
      }
    }
    return columns
  }

  private static func values(of device: DeviceReport, _ columns: [FigureColumn]) -> [String] {
    columns.map { column in
      guard column.kind == device.device.kind else { return "" }
      let result = device.usage.first { $0.figure.name == column.name }
      return switch result?.amount {
      case nil: ""
      case .whole(let value): String(value)
      case .number(let value): "\(value)"
      }
    }
  }

  private static func row(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\r\n"
  }

  /// A name that starts like a formula is data, and must not be run by a spreadsheet program.
  private static func safe(_ name: String) -> String {
    guard let first = name.first, "=+-@\t\r".contains(first) else { return name }
    return "'" + name
  }

  private static func quoted(_ cell: String) -> String {
    let mustQuote = cell.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
    guard mustQuote else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
