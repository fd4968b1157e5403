// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report as RFC 4180 rows, one for each device: exact integers in milliseconds and parts per
/// million under English names, then a column for every figure of use of any kind in scope.
package enum CSVReport {
  package static func render(_ report: Report) -> String {
    let figures = figureColumns(of: report)
    var text = ReportText()
    let names =
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
      ] + figures.map { "\($0.kind).\($0.name)" }
    text.append(names.map(quoted).joined(separator: ","))
    text.append("\r\n")
    // Before it days are sealed and their readings deleted.
    let usageStart = report.seal.readingsGoneUntil ?? report.period.start
    for unit in report.units where !unit.devices.isEmpty {
      let place = "\(quoted(safe(unit.code))),\(quoted(safe(unit.name))),"
      let siteNames = unit.siteNames
      for device in unit.devices {
        text.append(place)
        let site = device.placement.site
        append(device, siteName: siteNames[site] ?? site, report.period, to: &text)
        appendJudged(device, report.settings, to: &text)
        text.append(usageStart)
        appendUsage(of: device, figures, to: &text)
        text.append("\r\n")
      }
    }
    return String(decoding: text.bytes, as: UTF8.self)
  }

  private static let states: [DeviceState] = [
    .up, .noLink, .off, .unknown, .maintenance, .unobserved, .excluded,
  ]

  /// Each cell with the comma behind it.
  private static func append(
    _ device: DeviceReport, siteName: String, _ period: Interval, to text: inout ReportText
  ) {
    cell(quoted(device.device.kind), to: &text)
    cell(device.device.number, to: &text)
    cell(quoted(safe(device.device.id)), to: &text)
    cell(quoted(safe(device.name)), to: &text)
    cell(quoted(safe(device.placement.site)), to: &text)
    cell(quoted(safe(siteName)), to: &text)
    cell(period.start, to: &text)
    cell(period.end, to: &text)
    let spent = device.times
    for state in states { cell(spent[state], to: &text) }
    cell(spent.ratio, to: &text)
    cell(spent.ratioLowest, to: &text)
    cell(spent.ratioHighest, to: &text)
    cell(Int64(device.outageCount), to: &text)
    cell(Int64(device.shortOutageCount), to: &text)
    cell(device.longestOutage, to: &text)
    cell(Int64(device.rebootCount), to: &text)
    cell(Int64(device.readingCount), to: &text)
  }

  private static func appendJudged(
    _ device: DeviceReport, _ settings: UptimeSettings, to text: inout ReportText
  ) {
    let service = device.service
    cell(service?.held, to: &text)
    cell(service?.failed, to: &text)
    cell(service?.unknown, to: &text)
    cell(service?.ratio, to: &text)
    cell(service?.ratioLowest, to: &text)
    cell(service?.ratioHighest, to: &text)
    cell(device.targetVerdict?.rawValue ?? "", to: &text)
    cell(settings.targetPartsPerMillion, to: &text)
    cell(settings.outageMin, to: &text)
  }

  private static func cell(_ value: Int64?, to text: inout ReportText) {
    if let value { text.append(value) }
    text.append(UInt8(ascii: ","))
  }

  private static func cell(_ value: String, to text: inout ReportText) {
    text.append(value)
    text.append(UInt8(ascii: ","))
  }

  private struct FigureColumn: Hashable {
    var kind: String
    var name: String
  }

  /// Devices of one kind have the same figures.
  private static func figureColumns(of report: Report) -> [FigureColumn] {
    var columns: [FigureColumn] = []
    var known: Set<String> = []
    for unit in report.units {
      for device in unit.devices where known.insert(device.device.kind).inserted {
        columns += device.usage.map {
          FigureColumn(kind: device.device.kind, name: $0.figure.name)
        }
      }
    }
    return columns
  }

  /// Each cell with the comma before it.
  private static func appendUsage(
    of device: DeviceReport, _ columns: [FigureColumn], to text: inout ReportText
  ) {
    for column in columns {
      text.append(UInt8(ascii: ","))
      guard column.kind == device.device.kind else { continue }
      switch device.usage.first(where: { $0.figure.name == column.name })?.amount {
      case nil: break
      case .whole(let value):
        if let short = Int64(exactly: value) { text.append(short) } else { text.append("\(value)") }
      case .number(let value): text.append("\(value)")
      }
    }
  }

  /// A name that starts like a formula is data, and must not be run by a spreadsheet program.
  private static func safe(_ name: String) -> String {
    guard let first = name.first, "=+-@\t\r".contains(first) else { return name }
    return "'" + name
  }

  private static func quoted(_ cell: String) -> String {
    let mustQuote = cell.utf8.contains {
      switch $0 {
      case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
      default: false
      }
    }
    guard mustQuote else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
  }
}
