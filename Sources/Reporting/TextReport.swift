// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report for the terminal and for plain mail.
package enum TextReport {
  package static func render(_ report: Report) -> String {
    let words = Words(language: report.language)
    let format = LocalFormat(words: words)
    var text = "\(words.reportTitle)\n"
    text += "\(words.period): \(format.period(report.period)) (\(words.timeZone))\n"
    text += "\(words.knownUntil): \(format.instant(report.knownUntil))\n"
    text += "\(words.provisional)\n\n"
    if report.devices.isEmpty {
      text += words.noDevices + "\n\n"
    } else {
      text += availability(report, words, format) + "\n"
      text += usage(report, words, format)
    }
    return text + quality(report.quality, words, format)
  }

  private static func availability(
    _ report: Report, _ words: Words, _ format: LocalFormat
  ) -> String {
    let labels = Set(report.units.map(\.levelLabel))
    let label = labels.count == 1 ? labels.first ?? "" : ""
    var table = TextTable([
      (words.number, .right), (words.village(label), .left), (words.device, .left),
      (words.kind, .left), (words.upHours, .right), (words.downHours, .right),
      (words.maintenanceHours, .right), (words.unobservedHours, .right),
      (words.availability, .right), (words.outages, .right), (words.flapping, .right),
      (words.longestOutage, .right),
    ])
    var number = 0
    for unit in report.units {
      for (position, device) in unit.devices.enumerated() {
        number += 1
        let spent = device.availability
        table.append([
          String(number), position == 0 ? words.name(of: unit) : "", device.name,
          words.title(device.kindTitle), format.hours(spent[.up]), format.hours(spent.down),
          format.hours(spent[.maintenance]), format.hours(spent[.unobserved]),
          format.availability(spent), format.count(spent.outageCount),
          format.count(spent.shortOutageCount),
          spent.longestOutage > 0 ? format.length(spent.longestOutage) : "–",
        ])
      }
    }
    return table.render()
  }

  private static func usage(_ report: Report, _ words: Words, _ format: LocalFormat) -> String {
    var table = TextTable([
      (words.device, .left), (words.figure, .left), (words.value, .right), (words.unit, .left),
      (words.at, .left),
    ])
    for device in report.devices {
      var name = device.name
      for result in device.usage {
        table.append([
          name, words.title(result.figure.title), format.amount(result),
          words.shown(unit: result.figure.unit),
          result.at.map(format.instant) ?? "",
        ])
        name = ""
      }
      table.append([name, words.reboots, format.count(device.rebootCount), words.times, ""])
    }
    return "\(words.usage)\n\(table.render())\n"
  }

  private static func quality(
    _ quality: DataQuality, _ words: Words, _ format: LocalFormat
  ) -> String {
    var table = TextTable([(words.dataQuality, .left), ("", .right)])
    for (name, count) in words.counts(of: quality) { table.append([name, format.count(count)]) }
    return table.render()
  }
}

extension Words {
  func name(of unit: UnitReport) -> String { unit.name.isEmpty ? unknownUnit : unit.name }

  /// What the data quality part of every form lists, in its order.
  func counts(of quality: DataQuality) -> [(name: String, count: Int64)] {
    let total = quality.quarantine.reduce(0) { $0 + $1.count }
    return [
      (readings, Int64(quality.readings)), (duplicates, Int64(quality.duplicates)),
      (backlog, Int64(quality.backlog)), (wrongClock, Int64(quality.wrongClock)),
      (untimed, Int64(quality.untimed)), (outOfRange, Int64(quality.outOfRange)),
      (quarantined, total),
    ] + quality.quarantine.map { ("  \($0.reason)", $0.count) }
      + [(inbox, Int64(quality.inboxAddresses))]
  }
}
