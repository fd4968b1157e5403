// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Which devices failed, when, why and for how long: each outage with the machine's cause and what
/// people recorded of it.
extension DocumentBuilder {
  /// What people read from paper: the longest of each device stand in so many rows, all others are
  /// summed in a row a device. With these some ten pages at most.
  static let printedCountMax = 120
  /// Devices that have a row on paper, those with the longest outages, where even one row for each
  /// would be a book.
  static let printedDeviceCountMax = 1_000
  /// What a spreadsheet gets; beyond that JSON has all of them.
  static let outageCountMax = 100_000

  /// What is listed of one device, the longest first.
  private struct Failing {
    var unit: UnitReport
    var device: DeviceReport
    var outages: [Outage]
  }

  func outages() -> [DocumentSection.Part] {
    let shortest = report.settings.outageMin
    let failing = report.units.flatMap { unit in
      unit.devices.compactMap { device in
        let outages = device.outages.filter { $0.accountable >= shortest }
          .sorted { ($1.downInPeriod, $0.interval.start) < ($0.downInPeriod, $1.interval.start) }
        return outages.isEmpty ? nil : Failing(unit: unit, device: device, outages: outages)
      }
    }
    let flapping = DocumentSection.Part.note(words.flappingLeftOut(format.seconds(shortest)))
    guard !failing.isEmpty else { return [.note(words.noOutage), flapping] }
    let count = failing.reduce(0) { $0 + $1.outages.count }
    var table = list(of: failing, countMax: Self.outageCountMax)
    var notes: [DocumentSection.Part] = []
    if count > Self.printedCountMax {
      let printed = Self.longest(failing)
      table.printedRows = list(
        of: printed, countMax: Self.printedCountMax, sumsRest: true
      ).rows
      notes.append(.note(words.outagesPrinted(all: format.count(count))))
      if printed.count < failing.count {
        notes.append(
          .note(
            words.outagesOfDevices(
              format.count(printed.count), of: format.count(failing.count))))
      }
    }
    if table.rows.count < count {
      notes.append(.note(words.outagesCut(format.count(table.rows.count), format.count(count))))
    }
    return [.table(table)] + notes + [flapping]
  }

  /// - Parameter sumsRest: a row for what is not listed of a device.
  private func list(
    of failing: [Failing], countMax: Int, sumsRest: Bool = false
  ) -> DocumentTable {
    let depth = Self.depth(of: failing.map(\.outages.count), countMax: countMax)
    var table = DocumentTable(
      name: words.outageTable,
      columns: [
        .number(words.number, width: 5), .text(unitHeading, width: 16),
        .name(words.device, width: 22), .text(words.kind, width: 14),
        .word(words.from, width: 17), .word(words.to, width: 17),
        .number(words.outageLength, width: 10), .text(words.machineCause, width: 20),
        .text(words.recordedCause, width: 20),
      ])
    var number = 0
    for entry in failing {
      for outage in entry.outages.prefix(depth) {
        number += 1
        table.append(row(of: outage, entry.device, entry.unit, number: number))
      }
      let rest = entry.outages.dropFirst(depth)
      if sumsRest, !rest.isEmpty { table.append(sum(of: rest, entry.device, entry.unit)) }
    }
    return table
  }

  /// In one row: how many, how long together, and how many of each cause.
  private func sum(
    of rest: ArraySlice<Outage>, _ device: DeviceReport, _ unit: UnitReport
  ) -> [Cell] {
    let causes = DeviceState.allCases.compactMap { state -> String? in
      let count = rest.count { $0.cause == state }
      return count > 0 ? "\(words.state(state)): \(format.count(count))" : nil
    }
    return [
      .text(""), .text(name(of: unit)), .text(name(of: device)),
      .text(words.title(device.kindTitle)), .text(words.shorterOutages(format.count(rest.count))),
      .text(""), .length(rest.reduce(0) { $0 + $1.downInPeriod }),
      .text(causes.joined(separator: ", ")), .text(""),
    ]
  }

  /// In their own order, those that failed longest if they are too many.
  private static func longest(_ failing: [Failing]) -> [Failing] {
    guard failing.count > printedDeviceCountMax else { return failing }
    let chosen = failing.indices.sorted { left, right in
      let (a, b) = (failing[left].outages[0], failing[right].outages[0])
      return a.downInPeriod != b.downInPeriod ? a.downInPeriod > b.downInPeriod : left < right
    }.prefix(printedDeviceCountMax)
    return chosen.sorted().map { failing[$0] }
  }

  private func row(
    of outage: Outage, _ device: DeviceReport, _ unit: UnitReport, number: Int
  ) -> [Cell] {
    let recorded = report.recordedCauses[device.device.number]?.of(outage.interval)
    return [
      .count(number), .text(name(of: unit)), .text(name(of: device)),
      .text(words.title(device.kindTitle)), .instant(outage.interval.start),
      outage.isOpen ? .text(words.notHeardAgain) : .instant(outage.interval.end),
      .length(outage.downInPeriod), .text(words.state(outage.cause)),
      .text(recorded.map(words.recorded)),
    ]
  }

  /// How many outages of each device fit, so that no device pushes another out; at least one.
  private static func depth(of counts: [Int], countMax: Int) -> Int {
    guard counts.reduce(0, +) > countMax else { return .max }
    var (fits, exceeds) = (1, counts.max() ?? 1)
    while fits + 1 < exceeds {
      let depth = fits + (exceeds - fits) / 2
      let sum = counts.reduce(0) { $0 + min($1, depth) }
      if sum <= countMax { fits = depth } else { exceeds = depth }
    }
    return fits
  }
}
