// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// A report for the terminal and for plain mail, without additions.
package enum TextReport {
  package static func render(_ report: Report) -> String { render(ReportDocument(report)) }
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
      + [(inbox, quality.inboxMessages)]
      + (quality.undatedThrough.map { [(undated($0), quality.undatedMessages)] } ?? [])
  }
}
