// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// Reads what the pictures of a report's gravest anomalies need: the readings of at most
/// ``AnomalyPicture/countMax`` devices. Sealed days are read device by device; what is not sealed
/// lies in blocks of many devices, which are read once, and not more of them than a report can wait
/// for.
struct AnomalyPictures {
  /// So many readings that are not sealed are read through; where there are more, a picture learns
  /// from fewer days, and what is not sealed is drawn without or not at all.
  static let hotReadingCountMax: Int64 = 20_000_000
  private static let learningDays = [AnomalyPicture.learningDaysMax, 7, 3, 1, 0]

  private let store: Store
  private let sealedDays: [SealedDay]
  private let gone: Int64

  init(store: Store) throws(StoreError) {
    self.store = store
    sealedDays = try store.sealedDays()
    gone = try store.readingsGoneBeforeDay()
  }

  /// - Parameters:
  ///   - alerts: those of the report.
  ///   - end: of what the report knows.
  func read(
    _ alerts: [Alert], scope: ReportScope, until end: Milliseconds, language: Language
  ) throws -> [AnomalyPicture] {
    let kinds = scope.kindOfDevice
    let all = alerts.compactMap { alert in
      PicturedAlert(
        alert, profile: kinds[alert.device].flatMap { scope.profiles[$0] }, until: end)
    }
    let chosen = PicturedAlert.gravest(all)
    guard !chosen.isEmpty, let days = try learningDays(of: chosen) else { return [] }
    // Drawn whole or not at all: a report that is printed again must not change a little.
    let drawable = chosen.filter { LocalTime.day(of: $0.needed(learningDays: days).start) >= gone }
    var series = drawable.map {
      WatchedSeries(
        device: $0.alert.device, metric: $0.metric, interval: $0.needed(learningDays: days))
    }
    try readSealed(&series)
    try readHot(&series)
    let devices = Dictionary(scope.devices.map { ($0.number, $0) }) { first, _ in first }
    return zip(drawable, series).compactMap { pictured, series in
      guard let device = devices[pictured.alert.device], let profile = scope.profiles[device.kind]
      else { return nil }
      let others = all.filter {
        $0.alert.device == pictured.alert.device && $0.metric.name == pictured.metric.name
          && $0.alert.id != pictured.alert.id
      }
      return pictured.picture(
        series.points, others: others, plan: scope.plans.plan(of: device, profile: profile),
        gapMax: profile.offlineAfter, language: language)
    }
  }

  /// From here on readings are not sealed.
  private var hotFrom: Milliseconds {
    sealedDays.last.map { LocalTime.start(ofDay: $0.day + 1) } ?? .min
  }

  private func hotInterval(_ needed: [Interval]) -> Interval? {
    let start = needed.map(\.start).min() ?? 0
    let end = needed.map(\.end).max() ?? 0
    return max(start, hotFrom) < end ? Interval(start: max(start, hotFrom), end: end) : nil
  }

  /// Nil if even without learning too much would have to be read.
  private func learningDays(of chosen: [PicturedAlert]) throws(StoreError) -> Int? {
    for days in Self.learningDays {
      guard let hot = hotInterval(chosen.map { $0.needed(learningDays: days) }) else { return days }
      let count = try store.readingCount(eventTimeFrom: hot.start, to: hot.end)
      if count <= Self.hotReadingCountMax { return days }
    }
    return nil
  }

  private func readSealed(_ series: inout [WatchedSeries]) throws(StoreError) {
    for day in sealedDays where day.day >= gone {
      for index in series.indices
      where series[index].interval.intersection(day.interval) != nil {
        guard let block = try store.sealedBlock(of: day, device: series[index].device) else {
          continue
        }
        // Readings around the day stand in the days around it.
        let rows = block.readings.eventTime.indices.filter {
          day.interval.contains(block.readings.eventTime[$0])
        }
        guard let first = rows.first, let last = rows.last else { continue }
        series[index].add(block.readings, rows: first..<last + 1)
      }
    }
  }

  private func readHot(_ series: inout [WatchedSeries]) throws {
    guard let hot = hotInterval(series.map(\.interval)) else { return }
    let devices = Set(series.map(\.device))
    try store.forEachBlockRows(eventTimeFrom: hot.start, to: hot.end, afterBlock: 0) {
      _, columns, rows in
      guard rows.contains(where: { devices.contains(columns.device[$0]) }) else { return }
      for index in series.indices { series[index].addHot(columns, rows: rows, from: hot.start) }
    }
  }
}

extension Report {
  /// Of alerts as its ``AlertAccount`` counts them: nothing that nhip came to know after it was
  /// sealed.
  func pictures(
    of alerts: [Alert], from store: Store, scope: ReportScope
  ) throws -> [AnomalyPicture] {
    let sealedAt = seal.isWhole ? seal.sealedAt ?? .max : .max
    let told = alerts.filter { $0.firedAt <= sealedAt && $0.since >= period.start }
    guard !told.isEmpty else { return [] }
    return try AnomalyPictures(store: store).read(
      told, scope: scope, until: min(period.end, knownUntil), language: language)
  }
}

extension WatchedSeries {
  /// Late readings of sealed days stand in hot blocks as well, until the days are revised.
  fileprivate mutating func addHot(
    _ block: ReadingColumns, rows: Range<Int>, from start: Milliseconds
  ) {
    for row in rows where block.device[row] == device && block.eventTime[row] >= start {
      add(block, rows: row..<row + 1)
    }
  }
}
