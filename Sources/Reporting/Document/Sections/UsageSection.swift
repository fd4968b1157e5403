// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// III. What was used: broadcasting and meetings by the schedule, then every figure of each kind.
extension DocumentBuilder {
  /// A chart of more bars than these is a wall.
  private static let barCountMax = 40

  func usage() -> DocumentSection {
    var parts: [DocumentSection.Part] = []
    if let table = broadcasts() { parts.append(.table(table)) }
    if let note = eventOnlyNote { parts.append(.note(note)) }
    if let table = conferences() { parts.append(.table(table)) }
    for kind in kindsOfUsage() {
      parts.append(.table(usageTable(of: kind)))
      if let chart = chart(of: kind) { parts.append(chart) }
    }
    if parts.isEmpty { parts.append(.note(words.noUsage)) }
    return DocumentSection(number: "III", heading: words.usageSection, parts: parts)
  }

  private struct UsedKind {
    var kind: String
    var title: String
    var figures: [UsageFigure]
    /// Greatest values of which somebody knows when: the others need no column for it.
    var timed: Set<String>
  }

  private func kindsOfUsage() -> [UsedKind] {
    var kinds: [String: UsedKind] = [:]
    for device in report.devices where kinds[device.device.kind] == nil {
      kinds[device.device.kind] = UsedKind(
        kind: device.device.kind, title: words.title(device.kindTitle),
        figures: device.usage.map(\.figure), timed: [])
    }
    for device in report.devices {
      for result in device.usage where result.at != nil {
        kinds[device.device.kind]?.timed.insert(result.figure.name)
      }
    }
    return kinds.values.sorted {
      $0.title != $1.title ? LocalFormat.precedes($0.title, $1.title) : $0.kind < $1.kind
    }
  }

  private func usageTable(of kind: UsedKind) -> DocumentTable {
    var columns: [DocumentTable.Column] = [
      .number(words.number, width: 5), .text(unitHeading, width: 16),
      .name(words.device, width: 22),
    ]
    for figure in kind.figures {
      columns.append(.number(heading(of: figure), width: 13))
      if kind.timed.contains(figure.name) { columns.append(.word(words.at, width: 17)) }
    }
    columns.append(.number(words.reboots, width: 9))
    var table = DocumentTable(name: kind.title, columns: columns)
    var number = 0
    for unit in report.units {
      let sums = unit.usage.filter { $0.kind == kind.kind }.map(\.result)
      // A unit whose devices are of other kinds has nothing to say here.
      guard isKind(kind.kind, in: unit) || !sums.isEmpty else { continue }
      table.append(
        [.text(""), .text(name(of: unit)), .text("")]
          + kind.figures.flatMap { figure in
            let sum = sums.first { $0.figure.name == figure.name }
            return cells(sum, isTimed: kind.timed.contains(figure.name), isSum: true)
          } + [.text("")], rank: .group(depth: unit.depth))
      for device in unit.devices where device.device.kind == kind.kind {
        number += 1
        table.append(
          [.count(number), .repeated(name(of: unit)), .text(name(of: device))]
            + kind.figures.flatMap { figure in
              let result = device.usage.first { $0.figure.name == figure.name }
              return cells(result, isTimed: kind.timed.contains(figure.name), isSum: false)
            } + [.count(device.rebootCount)])
      }
    }
    return table
  }

  private func isKind(_ kind: String, in unit: UnitReport) -> Bool {
    unit.devices.contains { $0.device.kind == kind }
  }

  private func heading(of figure: UsageFigure) -> String {
    let unit = words.shown(unit: figure.unit)
    let title = words.title(figure.title)
    return unit.isEmpty ? title : "\(title) (\(unit))"
  }

  /// - Parameter isSum: what cannot be added over devices stays empty, which is not "not known".
  private func cells(_ result: UsageResult?, isTimed: Bool, isSum: Bool) -> [Cell] {
    var cells = [isSum && result == nil ? Cell.text("") : amount(result)]
    if isTimed {
      cells.append(result?.at.map { .instant($0) } ?? .text(""))
    }
    return cells
  }

  private func amount(_ result: UsageResult?) -> Cell {
    guard let result, let amount = result.amount else { return .absent }
    if case .whole(let value) = amount, result.figure.divisor == 1 {
      return .count(Int64(clamping: value))
    }
    return result.shown.map { .number($0, decimals: 2) } ?? .absent
  }

  /// The kind's first figure that can be added, of the devices that stand directly in each unit.
  private func chart(of kind: UsedKind) -> DocumentSection.Part? {
    let additive = kind.figures.first { $0.formula != .mean && $0.formula != .maximum }
    guard let figure = additive else { return nil }
    var bars: [DocumentFigure.BarLine] = []
    for unit in report.units where isKind(kind.kind, in: unit) {
      // What stands directly in it: a commune beside its villages would hold their sum.
      let sum = unit.devices.filter { $0.device.kind == kind.kind }
        .compactMap { $0.usage.first { $0.figure.name == figure.name }?.shown }.reduce(0, +)
      guard sum > 0 else { continue }
      bars.append(
        DocumentFigure.BarLine(
          name: name(of: unit), value: sum, shown: format.number(sum)))
    }
    guard bars.count > 1 else { return nil }
    let isCut = bars.count > Self.barCountMax
    if isCut {
      bars = Array(
        bars.enumerated().sorted { ($1.element.value, $0.offset) < ($0.element.value, $1.offset) }
          .prefix(Self.barCountMax).map(\.element))
    }
    return .figure(
      DocumentFigure(
        title: words.usageByUnit("\(kind.title), \(words.title(figure.title))"),
        description: isCut ? words.unitsOfMost(Self.barCountMax) : "",
        content: .bars(bars, unit: words.shown(unit: figure.unit))))
  }
}
