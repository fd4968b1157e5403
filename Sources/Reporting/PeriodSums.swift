// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// What the days and stretches of a period give, kind by kind.
struct PeriodSums {
  let scope: ReportScope
  let settings: UptimeSettings
  let barLength: Milliseconds
  private(set) var kinds: [KindSums]
  private var positionOfKind: [String: Int] = [:]

  init(
    scope: ReportScope, period: Interval, settings: UptimeSettings, drawsStrips: Bool = true
  ) {
    self.scope = scope
    self.settings = settings
    barLength = Strip(period: period).barLength
    let byKind = Dictionary(grouping: scope.devices) { $0.kind }
    kinds = byKind.sorted { $0.key < $1.key }.compactMap { kind, devices in
      scope.profiles[kind].map { profile in
        KindSums(
          profile: profile, devices: devices, period: period,
          targetPartsPerMillion: settings.targetPartsPerMillion, drawsStrips: drawsStrips,
          placements: scope.placements)
      }
    }
    for position in kinds.indices { positionOfKind[kinds[position].profile.kind] = position }
  }

  /// Adds a whole sealed day.
  mutating func add(_ sheet: DaySheet, day: Int64) {
    guard let position = positionOfKind[sheet.kind] else { return }
    kinds[position].add(sheet, day: day, drawsBars: barLength == LocalTime.dayLength)
  }

  /// Draws the hours of a sealed day; its figures were added from its sheets.
  mutating func draw(_ parts: [(device: Device, part: Availability.Part)]) {
    for (device, part) in parts {
      let day = LocalTime.day(of: part.interval.start)
      guard let position = positionOfKind[device.kind],
        let slot = kinds[position].slot(of: device.number, day: day)
      else { continue }
      kinds[position].draw(part.states, slot: slot)
    }
  }

  /// Adds a piece of a sealed day whose readings are gone: its states and outages.
  mutating func add(
    _ parts: [(device: Device, part: Availability.Part)], interval: Interval
  ) {
    for (device, part) in parts {
      guard let position = positionOfKind[device.kind],
        let slot = kinds[position].slot(
          of: device.number, day: LocalTime.day(of: interval.start))
      else { continue }
      let availability = Availability.joined(
        [part], period: interval, outageMin: settings.outageMin)
      kinds[position].add(availability, slot: slot)
      kinds[position].add(
        DeviceState.allCases.map { NamedFigure(FigureNames.of($0), availability.times[$0]) },
        slot: slot)
    }
  }

  /// Adds a stretch that was read.
  ///
  /// - Parameter schedules: of each local day that the stretch meets.
  mutating func add(
    _ accounts: Accounts, of devices: [Device], interval: Interval, knownUntil: Milliseconds,
    observed: IntervalSet, schedules: [Int64: Schedule] = [:]
  ) {
    for device in devices {
      guard let position = positionOfKind[device.kind], let account = accounts[device.number]
      else { continue }
      let terms = scope.terms(
        of: device, profile: kinds[position].profile, settings: settings)
      for part in placed(interval, device, kinds[position]) {
        let piece = FigurePiece(
          account, terms: terms, period: part.interval, knownUntil: knownUntil,
          observed: observed)
        let duplicates = account.duplicates(in: part.interval, distinct: piece.readingCount)
        kinds[position].add(piece.availability, slot: part.slot)
        kinds[position].add(piece.failures, slot: part.slot)
        kinds[position].add(piece.figures + [duplicates], slot: part.slot)
        for (day, schedule) in schedules {
          guard let here = SealedDay.interval(ofDay: day).intersection(part.interval) else {
            continue
          }
          let scheduled = schedule.ofDay(day, device).figures(
            of: account.readings, profile: kinds[position].profile, plan: terms.plan, in: here,
            observed: observed, knownUntil: knownUntil)
          kinds[position].add(scheduled, slot: part.slot)
        }
      }
    }
  }

  /// The pieces of a stretch by where the device stood.
  private func placed(
    _ interval: Interval, _ device: Device, _ kind: KindSums
  ) -> [(interval: Interval, slot: Int)] {
    let last = LocalTime.day(of: max(interval.start, interval.end - 1))
    var result: [(interval: Interval, slot: Int)] = []
    var day = LocalTime.day(of: interval.start)
    while day <= last {
      // It may have stood where nobody asked for it.
      guard let slot = kind.slot(of: device.number, day: day) else {
        day += 1
        continue
      }
      let end = min(last, kind.slots[slot].placement.days?.upperBound ?? last)
      let part = Interval(
        start: max(interval.start, LocalTime.start(ofDay: day)),
        end: min(interval.end, LocalTime.start(ofDay: end + 1)))
      result.append((part, slot))
      day = end + 1
    }
    return result
  }
}
