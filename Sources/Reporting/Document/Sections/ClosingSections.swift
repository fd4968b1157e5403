// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// IV. Incidents and alerts; VI. what was odd about the data.
extension DocumentBuilder {
  func alerts() -> DocumentSection {
    let account = report.alerts
    var parts = incidents()
    if account.count == 0 {
      parts.append(.note(words.noAlerts))
    } else {
      parts += [.table(rules(account)), .table(list(account))]
      if account.count > account.listed.count {
        parts.append(.note(words.moreAlerts(format.count(account.count - account.listed.count))))
      }
    }
    parts += anomalyFigures()
    return DocumentSection(number: "IV", heading: words.alerts, parts: parts)
  }

  /// Before the alerts that they explain; nothing where there were none.
  private func incidents() -> [DocumentSection.Part] {
    let account = report.incidents
    guard account.count > 0 else { return [] }
    let stillOpen = report.knownUntil >= report.period.end ? words.openAtEnd : words.openSoFar
    var table = DocumentTable(
      name: words.incidentTable,
      columns: [
        .word(words.from, width: 17), .word(words.to, width: 17),
        .word(words.severityHeading, width: 11), .name(words.incident, width: 30),
        .number(words.alertDeviceCount, width: 8), .text(words.probableCause, width: 24),
      ])
    for line in account.listed {
      let incident = line.incident
      table.append([
        .instant(incident.since),
        incident.resolvedAt.map { .instant($0) } ?? .text(stillOpen),
        .text(words.severity(incident.severity)), .text(words.title(incident.title)),
        .count(line.deviceCount), .text(words.namedCause(of: incident, format)),
      ])
    }
    let left = account.count - account.listed.count
    return [.table(table)]
      + (left > 0 ? [.note(words.moreIncidents(format.count(left)))] : [])
  }

  private func rules(_ account: AlertAccount) -> DocumentTable {
    var table = DocumentTable(
      name: words.ruleTable,
      columns: [
        .word(words.severityHeading, width: 13), .name(words.alert, width: 30),
        .number(words.alertCount, width: 8), .number(words.alertOpenCount, width: 8),
        .number(words.alertDeviceCount, width: 8), .number(words.alertHours, width: 11),
      ])
    for line in account.rules {
      table.append([
        .text(words.severity(line.severity)), .text(words.title(line.title)), .count(line.count),
        .count(line.openCount), .count(line.devices.count), .hours(line.duration),
      ])
    }
    return table
  }

  private func list(_ account: AlertAccount) -> DocumentTable {
    let names = report.deviceNames
    let isOver = report.knownUntil >= report.period.end
    let stillOpen = isOver ? words.openAtEnd : words.openSoFar
    var table = DocumentTable(
      name: words.alertTable,
      columns: [
        .word(words.from, width: 17), .word(words.to, width: 17),
        .word(words.severityHeading, width: 11), .name(words.device, width: 20),
        .text(words.alert, width: 30),
      ])
    for alert in account.listed {
      table.append([
        .instant(alert.since),
        alert.resolvedAt.map { .instant($0) } ?? .text(stillOpen),
        .text(words.severity(alert.severity)),
        .text(names[alert.device] ?? "\(alert.device)"),
        .text(words.title(alert.sentence)),
      ])
    }
    return table
  }

  func quality() -> DocumentSection {
    var table = DocumentTable(
      name: words.qualityTable,
      columns: [.name(words.qualityItem, width: 44), .number(words.count, width: 14)])
    for (name, count) in words.counts(of: report.quality) {
      table.append([.text(name), .count(count)])
    }
    var times = StateTimes()
    for device in report.devices { times += device.times }
    table.append([.text(words.unobservedHours), .hours(times[.unobserved])])
    return DocumentSection(number: "VI", heading: words.dataQuality, parts: [.table(table)])
  }
}
