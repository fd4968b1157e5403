// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

extension ReportDocument {
  package init(_ report: Report, letterhead: Letterhead = Letterhead()) {
    self = DocumentBuilder(report: report).document(letterhead)
  }
}

/// Turns a report into its document, a section at a time.
struct DocumentBuilder {
  /// More devices than these are drawn by unit: a strip each would be a book nobody turns through.
  static let drawnCountMax = 300

  let report: Report
  let words: Words
  let format: LocalFormat

  init(report: Report) {
    self.report = report
    words = Words(language: report.language)
    format = LocalFormat(words: words)
  }

  func document(_ letterhead: Letterhead) -> ReportDocument {
    var sections = [summary()]
    if report.devices.isEmpty {
      sections.append(
        DocumentSection(
          number: "II", heading: words.availabilitySection, parts: [.note(words.noDevices)]))
      sections.append(
        DocumentSection(number: "III", heading: words.usageSection, parts: [.note(words.noUsage)]))
    } else {
      sections += [availability(), usage()]
    }
    sections += [alerts(), ranking(), quality()]
    if let changes = report.changes { sections.append(revisions(changes)) }
    return ReportDocument(
      language: report.language, letterhead: letterhead, title: words.reportTitle,
      head: words.head(of: report, format).map { .init(name: $0.name, value: $0.value) },
      notes: [words.sealing(report.seal)] + [words.kept(of: report)].compactMap(\.self),
      sections: sections, provenance: words.provenance(of: report), knownUntil: report.knownUntil)
  }

  // MARK: What several sections share

  /// The heading of the column of units: what people there call the lowest ones.
  var unitHeading: String {
    let labels = Set(report.units.filter { !$0.devices.isEmpty }.map(\.levelLabel))
    return words.village(labels.count == 1 ? labels.first ?? "" : "")
  }

  /// A device that moved within the period stands in several units, for some days in each.
  func name(of device: DeviceReport) -> String {
    guard let days = device.placement.days else { return device.name }
    let first = LocalTime.date(ofDay: days.lowerBound)
    let last = LocalTime.date(ofDay: days.upperBound)
    return "\(device.name) (\(first)–\(last))"
  }

  /// A unit that ended within the period says so: what stood in it stands elsewhere now.
  func name(of unit: UnitReport) -> String {
    let name = words.name(of: unit)
    guard let end = unit.validTo, end <= report.period.end else { return name }
    return "\(name) (\(words.until) \(format.day(end - 1)))"
  }

  func ratio(_ times: StateTimes?) -> Cell {
    .percent(times?.ratio, times?.ratioLowest, times?.ratioHighest)
  }

  func ratio(_ service: ServiceTimes?) -> Cell {
    .percent(service?.ratio, service?.ratioLowest, service?.ratioHighest)
  }

  /// Positions of the units below each unit and itself, in the preorder of `report.units`.
  func subtree(of position: Int) -> Range<Int> {
    var end = position + 1
    while end < report.units.count, report.units[end].depth > report.units[position].depth {
      end += 1
    }
    return position..<end
  }
}
