// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report for the terminal and for plain mail.
package enum TextReport {
  package static func render(_ report: Report) -> String {
    let words = Words(language: report.language)
    let format = LocalFormat(words: words)
    var text = "\(words.reportTitle)\n"
    for (name, value) in words.head(of: report, format) { text += "\(name): \(value)\n" }
    text += "\(words.sealing(report.seal))\n"
    if let note = words.kept(of: report) { text += "\(note)\n" }
    text += "\n"
    if report.devices.isEmpty {
      text += words.noDevices + "\n\n"
    } else {
      text += availability(report, words, format) + "\n"
      text += usage(report, words, format)
    }
    text += alerts(report, words, format) + "\n"
    return text + quality(report.quality, words, format) + "\n" + signatures(words)
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
      (words.availability, .right), (words.meetsTarget, .left),
      (words.serviceAvailability, .right), (words.outages, .right), (words.flapping, .right),
      (words.longestOutage, .right),
    ])
    var number = 0
    for unit in report.units {
      for (position, device) in unit.devices.enumerated() {
        number += 1
        let spent = device.times
        table.append([
          String(number), position == 0 ? words.name(of: unit) : "", device.name,
          words.title(device.kindTitle), format.hours(spent[.up]), format.hours(spent.down),
          format.hours(spent[.maintenance]), format.hours(spent[.unobserved]),
          format.availability(spent), words.verdict(device.targetVerdict),
          format.service(device.service), format.count(device.outageCount),
          format.count(device.shortOutageCount), format.longestOutage(device.longestOutage),
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

  /// The left column is as wide as a hand needs to sign.
  private static func signatures(_ words: Words) -> String {
    func line(_ left: String, _ right: String) -> String {
      let width = 44
      let start = String(repeating: " ", count: 4) + left
      return start + String(repeating: " ", count: max(1, width - start.count)) + right + "\n"
    }
    var text = "\n" + line("", words.dateLine)
    text += line(words.preparedBy, words.headOfUnit)
    return text + line(words.signHere, words.signAndSealHere)
      + String(repeating: "\n", count: 4)
  }
}

extension Words {
  /// What the head of the text and of the page say, in their order.
  func head(of report: Report, _ format: LocalFormat) -> [(name: String, value: String)] {
    var lines = [
      (period, "\(format.period(report.period)) (\(timeZone))"),
      (knownUntil, format.instant(report.knownUntil)),
      (target, "\(format.exactPercent(report.settings.targetPartsPerMillion)) %"),
      (flappingBelow, "\(format.seconds(report.settings.outageMin)) \(shown(unit: "s"))"),
    ]
    if let name = report.unitName { lines.insert((reportUnit, name), at: 0) }
    let counts = TargetVerdict.allCases.map { "\(verdict($0)) \(report.deviceCount($0))" }
    if !report.devices.isEmpty { lines.append((targetSummary, counts.joined(separator: ", "))) }
    return lines
  }

  func name(of unit: UnitReport) -> String { unit.name.isEmpty ? unknownUnit : unit.name }

  /// What the data quality part of every form lists, in its order.
  func counts(of quality: DataQuality) -> [(name: String, count: Int64)] {
    let total = quality.quarantine.reduce(0) { $0 + $1.count }
    let own = Int64(quality.ownClockWrong)
    return [
      (readings, Int64(quality.readings)), (duplicates, Int64(quality.duplicates)),
      (backlog, Int64(quality.backlog)), (wrongClock, Int64(quality.wrongClock)),
    ] + (own > 0 ? [(ownClockWrong, own)] : []) + [
      (untimed, Int64(quality.untimed)), (outOfRange, Int64(quality.outOfRange)),
      (quarantined, total),
    ] + quality.quarantine.map { ("  \($0.reason)", $0.count) }
      + [(inbox, Int64(quality.inboxAddresses))]
  }
}
