// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Turns the sealed figures of one day, device by device, into a sheet for each kind.
///
/// Memory is bounded by what the sheets hold: eight bytes a device and figure.
package struct DaySheetBuilder {
  fileprivate struct Column {
    var isMillionths = false
    var values: [Int64] = []
  }

  fileprivate struct Kind {
    var devices: [Int64] = []
    var names: [String] = []
    var columns: [Column] = []
    var positionOfName: [String: Int] = [:]
    var outages: [DaySheet.Outage] = []
    var conditions: [String] = []
    var failures: [DaySheet.Failure] = []
    var withoutFailures: [Int] = []
  }

  private let day: Int64
  private var kinds: [String: Kind] = [:]

  package init(day: Int64) { self.day = day }

  /// - Parameters:
  ///   - figures: of the next device, in ascending order of numbers; figures that cannot be read
  ///     count as absent.
  ///   - duplicateCount: how many readings had the identity of one that was kept.
  package mutating func add(_ figures: SealedFigures, kind: String, duplicateCount: Int) {
    guard !figures.text.isEmpty else { return }
    var sheet = kinds.removeValue(forKey: kind) ?? Kind()
    sheet.devices.append(figures.device)
    for pair in figures.pairs {
      sheet.set(pair.name, FigureValue(text: pair.value) ?? .absent)
    }
    if duplicateCount > 0 { sheet.set("duplicates", .whole(Int64(duplicateCount))) }
    if let part = SealedIntervals.part(figures.intervals, day: day) {
      let position = sheet.devices.count - 1
      for outage in part.outages {
        sheet.outages.append(
          DaySheet.Outage(
            position: position, interval: outage.interval, accountable: outage.accountable,
            downInDay: part.down(within: outage.interval),
            cause: SheetCause.number(outage.cause), isMarked: outage.isMarked,
            isOpen: outage.isOpen))
      }
    }
    sheet.add(SealedFailures.failures(figures.failures, day: day))
    kinds[kind] = sheet
  }

  /// In the order of the kinds' names.
  package func sheets() -> [DaySheet] {
    kinds.sorted { $0.key < $1.key }.map { kind, sheet in
      let columns = zip(sheet.names, sheet.columns).map { name, column in
        let missing = sheet.devices.count - column.values.count
        return DaySheet.Column(
          name: name, isMillionths: column.isMillionths,
          values: column.values + Array(repeating: DaySheet.absent, count: missing))
      }
      return DaySheet(
        kind: kind, devices: sheet.devices, columns: columns, outages: sheet.outages,
        conditions: sheet.conditions, failures: sheet.failures,
        withoutFailures: sheet.withoutFailures)
    }
  }
}

extension DaySheetBuilder.Kind {
  /// Of the device that was added last; nil if they are not kept.
  fileprivate mutating func add(_ failures: [ServiceFailure]?) {
    let position = devices.count - 1
    let failing = failures?.map { $0.failing.map(SealedFailures.text(of:)) }
    let new = Set((failing ?? []).flatMap(\.self)).subtracting(conditions)
    guard let failures, let failing, conditions.count + new.count <= DaySheet.conditionCountMax
    else {
      withoutFailures.append(position)
      return
    }
    conditions += new.sorted()
    for (failure, texts) in zip(failures, failing) {
      self.failures.append(
        DaySheet.Failure(
          position: position, interval: failure.interval, isRestored: failure.isRestored,
          failing: texts.compactMap { conditions.firstIndex(of: $0) }))
    }
  }

  /// Of the device that was added last.
  fileprivate mutating func set(_ name: String, _ value: FigureValue) {
    let number: (value: Int64, isMillionths: Bool)
    switch value {
    case .absent: return
    case .whole(let whole): number = (whole, false)
    case .millionths(let millionths): number = (millionths, true)
    }
    let position = positionOfName[name] ?? append(name)
    columns[position].set(
      number.value, isMillionths: number.isMillionths, row: devices.count - 1)
  }

  private mutating func append(_ name: String) -> Int {
    positionOfName[name] = names.count
    names.append(name)
    columns.append(DaySheetBuilder.Column())
    return names.count - 1
  }
}

extension DaySheetBuilder.Column {
  fileprivate mutating func set(_ value: Int64, isMillionths other: Bool, row: Int) {
    // One device's value has decimals, another's has not: the column has millionths then.
    if other, !isMillionths {
      isMillionths = true
      for row in values.indices { values[row] = Self.millionths(values[row]) }
    }
    while values.count < row { values.append(DaySheet.absent) }
    let clamped = min(max(value, -DaySheet.valueMax), DaySheet.valueMax)
    values.append(isMillionths && !other ? Self.millionths(clamped) : clamped)
  }

  private static func millionths(_ value: Int64) -> Int64 {
    if value == DaySheet.absent { return value }
    let (product, isOver) = value.multipliedReportingOverflow(by: 1_000_000)
    return isOver || product.magnitude > UInt64(DaySheet.valueMax)
      ? (value < 0 ? -DaySheet.valueMax : DaySheet.valueMax) : product
  }
}
