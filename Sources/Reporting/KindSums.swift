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
  private var columns: [SumColumn] = []
  private var positionOfName: [String: Int] = [:]
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
  /// Of the last sheet: most days have the same devices.
  private var known: (devices: [Int64], slots: [Int32]) = ([], [])

  /// - Parameter placements: where a device stood in the period, in order of time.
  init(
    profile: Profile, devices: [Device], period: Interval, targetPartsPerMillion: Int64,
    placements: (Device) -> [Placement]
  ) {
    self.profile = profile
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
    addStates(byName, slots: slots, day: day, drawsBars: drawsBars)
    for outage in sheet.outages where slots[outage.position] >= 0 {
      add(
        Outage(
          interval: outage.interval, accountable: outage.accountable,
          downInPeriod: outage.downInDay, cause: SheetCause.state(outage.cause),
          isMarked: outage.isMarked, isOpen: outage.isOpen),
        slot: Int(slots[outage.position]))
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
    strips[slot].add(availability.states)
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
    of sheet: DaySheet, failed: DaySheet.Column?, slots: [Int32]
  ) {
    guard !profile.service.isEmpty else { return }
    let conditions = sheet.conditions.map(SealedFailures.condition)
    for failure in sheet.failures where slots[failure.position] >= 0 {
      let failing = failure.failing.compactMap { conditions[$0] }
      add(
        [
          ServiceFailure(
            interval: failure.interval, failing: failing, isRestored: failure.isRestored)
        ], slot: Int(slots[failure.position]))
    }
    for row in sheet.withoutFailures where slots[row] >= 0 {
      // Where nothing failed, nothing is lost.
      guard let sum = failed?.values[row], sum != DaySheet.absent, sum > 0 else { continue }
      hasLostFailures[Int(slots[row])] = true
    }
  }

  /// States alone, of a day whose bars are hours.
  mutating func draw(_ states: [StateInterval], slot: Int) { strips[slot].add(states) }

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
    _ columns: [String: DaySheet.Column], slots: [Int32], day: Int64, drawsBars: Bool
  ) {
    let states = DeviceState.allCases.map { columns[FigureNames.of($0)]?.values }
    let start = LocalTime.start(ofDay: day)
    for row in slots.indices where slots[row] >= 0 {
      var times = StateTimes()
      for (state, values) in zip(DeviceState.allCases, states) {
        if let value = values?[row], value != DaySheet.absent { times[state] = value }
      }
      judge(times, slot: Int(slots[row]))
      if drawsBars { strips[Int(slots[row])].set(times, at: start) }
    }
  }

  private mutating func slots(of devices: [Int64], day: Int64) -> [Int32] {
    if slotsOfMoved.isEmpty, known.devices == devices { return known.slots }
    let found = devices.map { slot(of: $0, day: day).map { Int32($0) } ?? -1 }
    known = (devices, found)
    return found
  }

  // MARK: Figures

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

  private func column(_ name: String) -> SumColumn? {
    guard let position = positionOfName[name], position >= 0 else { return nil }
    return columns[position]
  }

  func times(_ slot: Int) -> StateTimes {
    var times = StateTimes()
    for state in DeviceState.allCases {
      times[state] = Milliseconds(column(FigureNames.of(state))?[slot] ?? 0)
    }
    return times
  }

  /// Without what was entered after the fact; nil where it is the same.
  func announcedTimes(_ slot: Int) -> StateTimes? {
    var times = times(slot)
    var isOther = false
    for state in DeviceState.allCases {
      guard let difference = column(FigureNames.announced(state))?[slot] else { continue }
      times[state] += Milliseconds(difference)
      isOther = isOther || difference != 0
    }
    return isOther ? times : nil
  }

  func service(_ slot: Int) -> ServiceTimes? {
    guard !profile.service.isEmpty else { return nil }
    let times = times(slot)
    func length(_ name: String) -> Milliseconds { Milliseconds(column(name)?[slot] ?? 0) }
    return ServiceTimes(
      held: length("service_held"), failed: length("service_failed"),
      unknown: length("service_unknown"), down: times.down, unobserved: times[.unobserved])
  }

  func usage(_ slot: Int) -> [UsageResult] {
    profile.usage.map { figure in
      let column = column(figure.name)
      let covered = self.column("\(figure.name)_covered")?[slot] ?? 0
      guard let column, let value = column[slot] else {
        return UsageResult(figure: figure, amount: nil, covered: Milliseconds(covered))
      }
      return UsageResult(
        figure: figure,
        amount: column.isMillionths ? .number(Double(value) / 1e6) : .whole(value),
        at: column.instant(slot), covered: Milliseconds(covered))
    }
  }

  /// A whole number; nil where nothing told.
  func whole(_ name: String, _ slot: Int) -> Int64? {
    column(name)?[slot].map { Int64(clamping: $0) }
  }

  /// Every whole number that was summed.
  func figures(_ slot: Int) -> NamedFigures {
    var values: [Int64?] = []
    values.reserveCapacity(columns.count)
    for column in columns {
      values.append(column.isMillionths ? nil : column[slot].map { Int64(clamping: $0) })
    }
    return NamedFigures(positionOfName: positionOfName, values: values)
  }
}
