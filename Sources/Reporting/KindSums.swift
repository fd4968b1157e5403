// SPDX-License-Identifier: Apache-2.0

import Analysis
import Storage
import Telemetry

/// The figures of all devices of one kind, summed over the stretches of a period.
///
/// Memory is bounded by devices and bars, whatever the length of the period; outages are rows of
/// their own, one for each outage.
struct KindSums {
  /// One device at one place.
  struct Slot {
    var device: Device
    var placement: Placement
  }

  let profile: Profile
  private(set) var slots: [Slot] = []
  private(set) var columns: [SumColumn] = []
  /// Below zero for what only goes with another.
  private(set) var positionOfName: [String: Int] = [:]
  private(set) var outages: [[Outage]] = []
  /// Of service.
  private(set) var failures: [[ServiceFailure]] = []
  /// Some day's failures are not kept, only how long they lasted together.
  private(set) var hasLostFailures: [Bool] = []
  private(set) var strips: [Strip] = []
  private(set) var daysAtTarget: [Int32] = []
  private(set) var daysJudged: [Int32] = []
  private var slotOfDevice: [Int64: Int32] = [:]
  /// Devices that did not stand at one place for the whole period.
  private var slotsOfMoved: [Int64: [Int32]] = [:]
  private let targetPartsPerMillion: Int64
  private let drawsStrips: Bool
  /// Of the last sheet: most days have the same devices.
  private var known: (devices: [Int64], slots: SheetSlots) = ([], SheetSlots([]))

  /// - Parameters:
  ///   - drawsStrips: else they stay empty.
  ///   - placements: where a device stood in the period, in order of time.
  init(
    profile: Profile, devices: [Device], period: Interval, targetPartsPerMillion: Int64,
    drawsStrips: Bool = true, placements: (Device) -> [Placement]
  ) {
    self.profile = profile
    self.drawsStrips = drawsStrips
    self.targetPartsPerMillion = targetPartsPerMillion
    for device in devices {
      let places = placements(device)
      let first = Int32(slots.count)
      for place in places { slots.append(Slot(device: device, placement: place)) }
      guard !places.isEmpty else { continue }
      slotOfDevice[device.number] = first
      if places.count > 1 || places[0].days != nil {
        slotsOfMoved[device.number] = Array(first..<first + Int32(places.count))
      }
    }
    outages = Array(repeating: [], count: slots.count)
    failures = Array(repeating: [], count: slots.count)
    hasLostFailures = Array(repeating: false, count: slots.count)
    strips = Array(repeating: Strip(period: period), count: slots.count)
    daysAtTarget = Array(repeating: 0, count: slots.count)
    daysJudged = daysAtTarget
  }

  /// Where a device's figures of a day go; nil if nobody asked for it.
  func slot(of device: Int64, day: Int64) -> Int? {
    guard let slot = slotOfDevice[device] else { return nil }
    guard let several = slotsOfMoved[device] else { return Int(slot) }
    return several.first { slots[Int($0)].placement.days?.contains(day) ?? true }.map { Int($0) }
  }

  // MARK: Adding

  /// - Parameter drawsBars: a bar stands for a day.
  mutating func add(_ sheet: DaySheet, day: Int64, drawsBars: Bool) {
    let slots = self.slots(of: sheet.devices, day: day)
    let byName = Dictionary(sheet.columns.map { ($0.name, $0) }) { $1 }
    for column in sheet.columns {
      guard let position = position(of: column.name) else { continue }
      let companion = companionName(of: column.name).flatMap { byName[$0] }
      columns[position].add(column, companion: companion, slots: slots)
    }
    addStates(byName, slots: slots, day: day, drawsBars: drawsBars && drawsStrips)
    for outage in sheet.outages where slots.all[outage.position] >= 0 {
      add(
        Outage(
          interval: outage.interval, accountable: outage.accountable,
          downInPeriod: outage.downInDay, cause: SheetCause.state(outage.cause),
          isMarked: outage.isMarked, isOpen: outage.isOpen),
        slot: Int(slots.all[outage.position]))
    }
    addFailures(of: sheet, failed: byName["service_failed"], slots: slots)
  }

  /// What readings gave of a stretch.
  mutating func add(_ figures: [NamedFigure], slot: Int) {
    for figure in figures {
      guard let position = position(of: figure.name) else { continue }
      let companion = companionName(of: figure.name).flatMap { name in
        figures.first { $0.name == name }?.value
      }
      columns[position].add(figure.value, companion: companion, slot: slot)
    }
  }

  /// States and outages of a stretch, where a day is judged by the target like any other.
  mutating func add(_ availability: Availability, slot: Int) {
    for outage in availability.outages { add(outage, slot: slot) }
    if drawsStrips { strips[slot].add(availability.states) }
    var times = StateTimes()
    var day = LocalTime.day(of: availability.period.start)
    for part in availability.states {
      var from = part.interval.start
      while from < part.interval.end {
        let here = LocalTime.day(of: from)
        if here != day {
          judge(times, slot: slot)
          (times, day) = (StateTimes(), here)
        }
        let end = min(part.interval.end, LocalTime.start(ofDay: here + 1))
        times[part.state] += end - from
        from = end
      }
    }
    judge(times, slot: slot)
  }

  /// Failures of service of a stretch.
  mutating func add(_ failures: [ServiceFailure], slot: Int) {
    for failure in failures {
      let last = self.failures[slot].popLast()
      self.failures[slot] += ServiceFailure.joined([last, failure].compactMap(\.self))
    }
  }

  private mutating func addFailures(
    of sheet: DaySheet, failed: DaySheet.Column?, slots: SheetSlots
  ) {
    guard !profile.service.isEmpty else { return }
    let conditions = sheet.conditions.map(SealedFailures.condition)
    for failure in sheet.failures where slots.all[failure.position] >= 0 {
      let failing = failure.failing.compactMap { conditions[$0] }
      add(
        [
          ServiceFailure(
            interval: failure.interval, failing: failing, isRestored: failure.isRestored)
        ], slot: Int(slots.all[failure.position]))
    }
    for row in sheet.withoutFailures where slots.all[row] >= 0 {
      // Where nothing failed, nothing is lost.
      guard let sum = failed?.values[row], sum != DaySheet.absent, sum > 0 else { continue }
      hasLostFailures[Int(slots.all[row])] = true
    }
  }

  /// States alone, of a day whose bars are hours.
  mutating func draw(_ states: [StateInterval], slot: Int) {
    if drawsStrips { strips[slot].add(states) }
  }

  /// One silence that reaches over several stretches is one outage: what is known later is known
  /// better.
  private mutating func add(_ outage: Outage, slot: Int) {
    guard let last = outages[slot].last, outage.interval.start < last.interval.end else {
      outages[slot].append(outage)
      return
    }
    var whole = outage
    whole.interval.start = min(last.interval.start, outage.interval.start)
    whole.interval.end = max(last.interval.end, outage.interval.end)
    whole.accountable = max(last.accountable, outage.accountable)
    whole.downInPeriod += last.downInPeriod
    whole.isMarked = last.isMarked || outage.isMarked
    outages[slot][outages[slot].count - 1] = whole
  }

  private mutating func judge(_ times: StateTimes, slot: Int) {
    guard let ratio = times.ratio else { return }
    daysJudged[slot] += 1
    if ratio >= targetPartsPerMillion { daysAtTarget[slot] += 1 }
  }

  private mutating func addStates(
    _ columns: [String: DaySheet.Column], slots: SheetSlots, day: Int64, drawsBars: Bool
  ) {
    // Of most days most states are nobody's.
    let told = DeviceState.allCases.compactMap { state in
      columns[FigureNames.of(state)].map { (state: state, values: $0.values) }
    }.filter { $0.values.contains { $0 != 0 } }
    let up = told.first { $0.state == .up }?.values ?? []
    // Taken out, so that nothing looks at each row whether they are shared.
    var (atTarget, judged) = (daysAtTarget, daysJudged)
    (daysAtTarget, daysJudged) = ([], [])
    let start = LocalTime.start(ofDay: day)
    for (row, slot) in slots.all.enumerated() where slot >= 0 {
      let slot = Int(slot)
      var times = StateTimes()
      if row < up.count, up[row] == LocalTime.dayLength {
        times[.up] = LocalTime.dayLength
        judged[slot] += 1
        atTarget[slot] += 1
      } else {
        for column in told where column.values[row] != DaySheet.absent {
          times[column.state] = column.values[row]
        }
        if let ratio = times.ratio {
          judged[slot] += 1
          if ratio >= targetPartsPerMillion { atTarget[slot] += 1 }
        }
      }
      if drawsBars { strips[slot].set(times, at: start) }
    }
    (daysAtTarget, daysJudged) = (atTarget, judged)
  }

  private mutating func slots(of devices: [Int64], day: Int64) -> SheetSlots {
    if slotsOfMoved.isEmpty, known.devices == devices { return known.slots }
    let found = SheetSlots(devices.map { slot(of: $0, day: day).map { Int32($0) } ?? -1 })
    known = (devices, found)
    return found
  }

  // MARK: Columns

  /// The position of a figure's column, made when first met; nil for what only goes with another.
  private mutating func position(of name: String) -> Int? {
    if let position = positionOfName[name] { return position < 0 ? nil : position }
    guard let rule = FigureNames.rule(of: name, profile: profile) else {
      positionOfName[name] = -1
      return nil
    }
    positionOfName[name] = columns.count
    columns.append(SumColumn(name: name, rule: rule, slotCount: slots.count))
    return columns.count - 1
  }

  private func companionName(of name: String) -> String? {
    switch FigureNames.rule(of: name, profile: profile) {
    case .maximum: "\(name)_at"
    case .mean: "\(name)_covered"
    case .sum, nil: nil
    }
  }
}
