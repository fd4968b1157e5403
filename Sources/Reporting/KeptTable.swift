// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The list of what was sealed of days whose readings are gone, a row for each day and device, for
/// the text and the page alike.
struct KeptTable {
  struct Column {
    var heading: String
    var isNumber: Bool
  }

  let columns: [Column]
  let rows: [[String]]

  init(_ kept: KeptFigures, of report: Report, _ words: Words, _ format: LocalFormat) {
    columns = [
      Column(heading: words.day, isNumber: false), Column(heading: words.device, isNumber: false),
      Column(heading: words.upHours, isNumber: true),
      Column(heading: words.downHours, isNumber: true),
      Column(heading: words.maintenanceHours, isNumber: true),
      Column(heading: words.unobservedHours, isNumber: true),
      Column(heading: words.outages, isNumber: true),
      Column(heading: words.flapping, isNumber: true),
      Column(heading: words.longestOutage, isNumber: true),
      Column(heading: words.readings, isNumber: true),
      Column(heading: words.usage, isNumber: false),
    ]
    let devices = Dictionary(report.devices.map { ($0.device.number, $0) }) { _, last in last }
    rows = kept.lines.compactMap { line in
      devices[line.device].map { Self.row(line, of: $0, words, format) }
    }
  }

  private static func row(
    _ line: KeptFigures.Line, of device: DeviceReport, _ words: Words, _ format: LocalFormat
  ) -> [String] {
    func count(_ name: String) -> String { line.whole(name).map { format.count($0) } ?? "–" }
    func hours(_ name: String) -> String { line.whole(name).map(format.hours) ?? "–" }
    let longest = line.whole("longest_outage") ?? 0
    var usage = line.usage(device.usage.map(\.figure)).map { result in
      let unit = result.amount == nil ? "" : " \(words.shown(unit: result.figure.unit))"
      return "\(words.title(result.figure.title)): \(format.amount(result))\(unit)"
    }
    usage.append("\(words.reboots): \(count("reboots"))")
    return [
      LocalTime.date(ofDay: line.day), device.name, hours("up"), format.hours(line.down),
      hours("maintenance"), hours("unobserved"), count("outages"), count("short_outages"),
      longest > 0 ? format.length(longest) : "–", count("readings"),
      usage.joined(separator: "; "),
    ]
  }
}
