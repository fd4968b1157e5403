// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Reads a period of a store and sums what its days and stretches give, kind by kind.
struct PeriodReading {
  let store: Store
  let scope: ReportScope
  let period: Interval
  let observed: IntervalSet
  private(set) var sums: PeriodSums
  private(set) var cover = SealCover()
  /// The end of knowledge. What was sealed is judged by what was known at its time.
  private(set) var knownUntil: Milliseconds
  private let parts: PeriodParts
  private let sealedDays: [SealedDay]
  private let gone: Int64
  private let drawsStrips: Bool
  private var lastReceivedAt: Milliseconds?

  init(
    store: Store, scope: ReportScope, period: Interval, settings: UptimeSettings,
    drawsStrips: Bool
  ) throws(StoreError) {
    self.drawsStrips = drawsStrips
    self.store = store
    self.scope = scope
    self.period = period
    observed = IntervalSet(try store.observed(from: 0, to: .max))
    sealedDays = try store.sealedDays()
    gone = try store.readingsGoneBeforeDay()
    parts = PeriodParts(period: period, days: sealedDays, gone: gone)
    knownUntil = observed.intervals.last?.end ?? period.start
    sums = PeriodSums(
      scope: scope, period: period, settings: settings, drawsStrips: drawsStrips)
  }

  /// The sealed days that the whole period lies in; nil if some of it is not sealed.
  var sealedWhole: [SealedDay]? {
    guard cover.isWhole else { return nil }
    return sealedDays.filter { $0.interval.intersection(period) != nil }
  }

  /// - Parameter progress: told how far it has come, 0 to 1.
  mutating func read(progress: (Double) -> Void) throws {
    let days = Double(max(1, parts.sealed.count))
    let share = parts.readings.isEmpty ? 1.0 : 0.5
    for (position, day) in parts.sealed.enumerated() {
      progress(Double(position) / days * share)
      try read(day)
    }
    for (day, interval) in parts.kept { sums.add(try self.parts(of: day), interval: interval) }
    for (position, interval) in parts.readings.enumerated() {
      let count = Double(parts.readings.count)
      try read(interval) { progress(share + (1 - share) * (Double(position) + $0) / count) }
    }
    let whole = SealedPeriod(sealedDays, period: period)
    cover = whole.cover(
      in: period, lateReadings: try countLate(sealedUntil: whole.hotFrom))
    if period.duration > 0, let first = parts.sealed.first?.day, first < gone {
      cover.readingsGoneUntil = min(period.end, LocalTime.start(ofDay: gone))
    }
    if observed.isEmpty { knownUntil = lastReceivedAt ?? period.start }
    if whole.isWhole, let through = cover.through {
      knownUntil = known(ofSealed: through)
    }
  }

  /// The end of knowledge of what is sealed through a day, whatever was observed since: a report
  /// that is printed again must not change.
  private func known(ofSealed day: Int64) -> Milliseconds {
    let end = LocalTime.start(ofDay: day + 1)
    let limit = end + DayFigures.knowledgeAfter
    if let last = sealedDays.last(where: { $0.day == day }), !last.isFinal {
      return min(limit, max(end, last.sealedAt))
    }
    guard let heard = observed.intervals.last(where: { $0.start < limit }) else {
      return min(knownUntil, limit)
    }
    return min(heard.end, limit)
  }

  /// A whole sealed day, from its sheets; from its figures where an older nhip made none.
  private mutating func read(_ day: SealedDay) throws {
    for sheet in try sheets(of: day) { sums.add(sheet, day: day.day) }
    guard drawsStrips, sums.barLength < LocalTime.dayLength else { return }
    sums.draw(try parts(of: day))
  }

  private func parts(of day: SealedDay) throws -> [(device: Device, part: Availability.Part)] {
    let figures = try store.sealedFigures(of: day)
    return scope.devices.compactMap { device in
      figures[device.number].flatMap { SealedIntervals.part($0.intervals, day: day.day) }
        .map { (device, $0) }
    }
  }

  private func sheets(of day: SealedDay) throws -> [DaySheet] {
    if let sheets = try store.daySheets(of: day) { return sheets }
    var builder = DaySheetBuilder(day: day.day)
    let kindOfDevice = scope.kindOfDevice
    for (device, figures) in try store.sealedFigures(of: day).sorted(by: { $0.key < $1.key }) {
      guard let kind = kindOfDevice[device] else { continue }
      builder.add(figures, kind: kind, duplicateCount: 0)
    }
    return builder.sheets()
  }

  /// So many readings of a stretch are in memory at once: some 400 MB. Blocks hold the readings of
  /// many devices, so each further part of the devices reads them anew.
  private static let readingCountMax: Int64 = 4_000_000

  /// A stretch, from readings, a part of the devices at a time.
  private mutating func read(_ interval: Interval, progress: (Double) -> Void) throws {
    let window = Report.window(around: interval)
    let count = try store.readingCount(eventTimeFrom: window.start, to: window.end)
    let partCount = Int(max(1, count / Self.readingCountMax + 1))
    let size = max(1, (scope.devices.count + partCount - 1) / partCount)
    let total = scope.devices.count
    var schedules: [Int64: Schedule] = [:]
    let days = LocalTime.day(of: interval.start)...LocalTime.day(of: interval.end - 1)
    for day in days {
      schedules[day] = try Schedule.read(ofDay: day, from: store, places: scope.unitPaths)
    }
    for first in stride(from: 0, to: total, by: size) {
      let devices = Array(scope.devices[first..<min(first + size, total)])
      try read(interval, of: devices, schedules: schedules) {
        progress(min(1, (Double(first) + $0 * Double(size)) / Double(total)))
      }
    }
  }

  private mutating func read(
    _ interval: Interval, of devices: [Device], schedules: [Int64: Schedule],
    progress: (Double) -> Void
  ) throws {
    let (accounts, known) = try Accounts.read(
      from: store, devices: devices, profiles: scope.profiles, period: interval,
      days: sealedDays, gone: gone, observed: observed, progress: progress)
    lastReceivedAt = [lastReceivedAt, accounts.lastReceivedAt].compactMap(\.self).max()
    sums.add(
      accounts, of: devices, interval: interval, knownUntil: known, observed: observed,
      schedules: schedules)
  }

  /// Readings that came for sealed days since they were sealed; a revision will take them up.
  private func countLate(sealedUntil: Milliseconds?) throws -> Int {
    guard let sealedUntil, period.start < sealedUntil else { return 0 }
    let late = Interval(start: period.start, end: min(period.end, sealedUntil))
    let wanted = Set(scope.devices.map(\.number))
    var count = 0
    try store.forEachBlock(
      eventTimeFrom: late.start, to: late.end, afterBlock: try store.scannedBlock()
    ) { _, block in
      count += block.eventTime.indices.count {
        late.contains(block.eventTime[$0]) && wanted.contains(block.device[$0])
      }
    }
    return count
  }
}
