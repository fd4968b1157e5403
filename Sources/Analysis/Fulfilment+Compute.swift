// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension Fulfilment {
  /// Holds one device's readings against the slots that mean it.
  ///
  /// A slot was played as long as the ends of its bulletin say (``BulletinMatch``); without one, as
  /// long as the state said that it was playing the slot's programme within the slot. Otherwise it
  /// was not played at all, if we could hear the device all the while or it said anything
  /// afterwards; if not, nobody can tell.
  ///
  /// - Parameters:
  ///   - slots: of the day and around it, for a bulletin that belongs to a neighbour is not the
  ///     day's; cancelled ones and those of other kinds count for nothing.
  ///   - isScheduled: there is a schedule, whether or not it means this device; if there is none,
  ///     the device's own events say what was requested.
  ///   - knownUntil: the end of knowledge.
  ///   - isMaintained: whether the device is worked on during a slot: what is played then all the
  ///     same is heard of, and counts for the slot as little as what is not.
  package static func compute(
    readings: ScheduleReadings, slots: [Slot], isScheduled: Bool, in period: Interval,
    observed: IntervalSet, knownUntil: Milliseconds,
    isMaintained: (Slot) -> Bool = { _ in false }
  ) -> Fulfilment {
    let bulletins = bulletins(of: slots)
    let match = BulletinMatch(slots: bulletins, ends: readings.playEnds)
    var result = Fulfilment()
    for position in bulletins.indices
    where period.contains(bulletins[position].interval.start) {
      result.add(
        outcome(
          of: position, bulletins, match, readings: readings, observed: observed,
          knownUntil: knownUntil, isMaintained: isMaintained))
    }
    for (position, end) in readings.playEnds.enumerated() where period.contains(end.at) {
      let slot = match.slot(ofEnd: position).map { bulletins[$0] }
      result.sound(end.played, end.voice == .unknown ? slot?.voice ?? .unknown : end.voice)
      guard !isScheduled, slot == nil else { continue }
      result.isByEventsAlone = true
      result.add(end.priority, requested: end.requested ?? end.played, played: end.played)
    }
    return result
  }

  /// What became of each slot, by the same rules; of cancelled ones only that they are.
  package static func outcomes(
    readings: ScheduleReadings, slots: [Slot], observed: IntervalSet, knownUntil: Milliseconds,
    isMaintained: (Slot) -> Bool = { _ in false }
  ) -> [SlotOutcome] {
    let bulletins = bulletins(of: slots)
    let match = BulletinMatch(slots: bulletins, ends: readings.playEnds)
    return bulletins.indices.map {
      outcome(
        of: $0, bulletins, match, readings: readings, observed: observed, knownUntil: knownUntil,
        isMaintained: isMaintained)
    } + slots.filter(\.isCancelled).map { SlotOutcome(slot: $0, verdict: .cancelled) }
  }

  private static func bulletins(of slots: [Slot]) -> [Slot] {
    slots.filter { $0.kind == .loudspeaker && !$0.isCancelled }
      .sorted { ($0.interval.start, $0.id) < ($1.interval.start, $1.id) }
  }

  private static func outcome(
    of position: Int, _ bulletins: [Slot], _ match: BulletinMatch, readings: ScheduleReadings,
    observed: IntervalSet, knownUntil: Milliseconds, isMaintained: (Slot) -> Bool
  ) -> SlotOutcome {
    let slot = bulletins[position]
    var outcome = SlotOutcome(slot: slot, verdict: .missed, lastAt: readings.lastAt)
    let ends = match.ends(ofSlot: position).map { readings.playEnds[$0] }
    if isMaintained(slot) {
      outcome.ends = ends
      outcome.verdict = .maintenance
      return outcome
    }
    if !ends.isEmpty {
      outcome.ends = ends
      outcome.played = min(slot.requested, ends.reduce(0) { $0 + $1.played })
      let isLate = ends.allSatisfy { $0.at > slot.interval.end + tolerance }
      let isWhole = outcome.played >= slot.requested
      outcome.verdict =
        outcome.played == 0 ? .missed : !isWhole ? .partial : isLate ? .late : .played
      return outcome
    }
    if slot.interval.end + tolerance > knownUntil {
      outcome.verdict = .pending
      return outcome
    }
    // No end of its bulletin was told.
    outcome.playing = readings.on(readings.plays) {
      slot.programme.isEmpty || $0.programme == slot.programme
    }.clipped(to: slot.interval)
    outcome.played = min(outcome.playing.duration, slot.requested)
    outcome.isObserved = observed.covers(slot.interval)
    if outcome.played > 0 {
      outcome.verdict = outcome.played >= slot.requested ? .played : .partial
    } else if !outcome.isObserved, readings.lastAt ?? .min < slot.interval.end {
      outcome.verdict = .unverifiable
    }
    return outcome
  }

  private mutating func add(_ outcome: SlotOutcome) {
    switch outcome.verdict {
    case .pending: pendingSlots += 1
    case .maintenance: maintenanceSlots += 1
    case .unverifiable: unverifiableSlots += 1
    case .cancelled: break
    case .played, .late, .partial, .missed:
      add(outcome.slot.priority, requested: outcome.slot.requested, played: outcome.played)
      // What ends tell of is summed by ends.
      if outcome.ends.isEmpty { sound(outcome.played, outcome.slot.voice) }
    }
  }
}

/// Which told end of a bulletin belongs to which slot: at most one slot an end; a bulletin that was
/// interrupted has several ends.
///
/// An end belongs to a slot of its programme (or, if there is none, of no named programme) that it
/// is no further from than `Fulfilment.tolerance`: to the one in which most of it sounded, then to
/// the one whose end is nearest, then to the earlier. What is left belongs to the newest slot of
/// its programme that was over by then, if that was within `Fulfilment.lateMax` and no other end
/// is that slot's.
struct BulletinMatch {
  private let slotOfEnd: [Int?]
  private let endsOfSlot: [[Int]]

  /// - Parameter slots: in order of start and id.
  init(slots: [Slot], ends: [ScheduleReadings.PlayEnd]) {
    var slotOfEnd: [Int?] = Array(repeating: nil, count: ends.count)
    var endsOfSlot: [[Int]] = Array(repeating: [], count: slots.count)
    for (position, end) in ends.enumerated() {
      guard let slot = Self.near(end, slots) else { continue }
      slotOfEnd[position] = slot
      endsOfSlot[slot].append(position)
    }
    for (position, end) in ends.enumerated() where slotOfEnd[position] == nil {
      guard let slot = Self.before(end, slots), endsOfSlot[slot].isEmpty else { continue }
      slotOfEnd[position] = slot
      endsOfSlot[slot].append(position)
    }
    self.slotOfEnd = slotOfEnd
    self.endsOfSlot = endsOfSlot
  }

  func slot(ofEnd position: Int) -> Int? { slotOfEnd[position] }
  func ends(ofSlot position: Int) -> [Int] { endsOfSlot[position] }

  private static func near(_ end: ScheduleReadings.PlayEnd, _ slots: [Slot]) -> Int? {
    func best(_ isMeant: (Slot) -> Bool) -> Int? {
      var best: (position: Int, overlap: Milliseconds, distance: Milliseconds)?
      for (position, slot) in slots.enumerated() where isMeant(slot) && isNear(end, slot) {
        let overlap = overlap(end.span, slot.interval)
        let distance = abs(end.at - slot.interval.end)
        // Of equals the first stays, which starts the earliest.
        let isBetter = best.map { (overlap, -distance) > ($0.overlap, -$0.distance) } ?? true
        if isBetter { best = (position, overlap, distance) }
      }
      return best?.position
    }
    let named = end.programme.isEmpty ? nil : best { $0.programme == end.programme }
    return named ?? best { $0.programme.isEmpty }
  }

  private static func isNear(_ end: ScheduleReadings.PlayEnd, _ slot: Slot) -> Bool {
    let tolerance = Fulfilment.tolerance
    return slot.interval.start - tolerance <= end.at && end.at <= slot.interval.end + tolerance
  }

  private static func before(_ end: ScheduleReadings.PlayEnd, _ slots: [Slot]) -> Int? {
    var newest: Int?
    for (position, slot) in slots.enumerated()
    where !end.programme.isEmpty && slot.programme == end.programme {
      let lateness = end.at - slot.interval.end
      guard lateness > Fulfilment.tolerance, lateness <= Fulfilment.lateMax else { continue }
      if newest.map({ slots[$0].interval.end <= slot.interval.end }) ?? true { newest = position }
    }
    return newest
  }

  private static func overlap(_ left: Interval, _ right: Interval) -> Milliseconds {
    max(0, min(left.end, right.end) - max(left.start, right.start))
  }
}
