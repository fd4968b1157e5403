// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Takes the events of a calendar file into the schedule of a commune: all or nothing.
///
/// What an event no longer says is withdrawn: slots that an earlier import made of the same UID and
/// that are not over for longer than ``pastKept``.
struct ScheduleImport {
  /// A rule may go back for years; what was over before is left out.
  static let pastKept: Milliseconds = 31 * LocalTime.dayLength

  let order: ScheduleOrder
  let store: Store

  /// - Returns: what to tell the operator.
  /// - Throws: `ConfigurationErrors` for the file, `ControlFailure` for the command, `StoreError`.
  func run(_ events: [CalendarEvent], by actor: String, at now: Milliseconds) throws -> String {
    guard let kind = Slot.Kind(rawValue: order.kind) else {
      let known = Slot.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ControlFailure(.refused, "there is no kind of slot '\(order.kind)'; known: \(known)")
    }
    let communes = try store.registry().units.filter { $0.level == "commune" }
    guard communes.contains(where: { $0.code == order.commune }) else {
      throw ControlFailure(.refused, "there is no commune '\(order.commune)' in the registry")
    }
    let problems = ConfigurationProblems()
    let reader = EventSlots(order: order, kind: kind, problems: problems)
    let all = events.flatMap { reader.slots(of: $0) }
    try problems.throwIfAny()
    let oldest = now - Self.pastKept
    let slots = all.filter { $0.interval.end > oldest }
    let known = Dictionary(
      try store.slots(overlapping: Interval(start: oldest, end: .max))
        .filter { $0.commune == order.commune }.map { ($0.id, $0) }
    ) { $1 }
    let changes = Self.changes(slots, events: events, known: known)
    if !order.isDryRun {
      try store.enterSlots(
        changes.map { id, slot in
          SlotMessage(
            commune: order.commune, id: id, slot: slot, receivedAt: now, enteredBy: actor)
        })
    }
    return Self.text(
      changes, known: known, sameCount: slots.count - changes.count { $0.slot != nil },
      leftOut: all.count - slots.count, isDryRun: order.isDryRun)
  }

  /// What is not as it is known; a slot that is nil is withdrawn.
  private static func changes(
    _ slots: [Slot], events: [CalendarEvent], known: [String: Slot]
  ) -> [(id: String, slot: Slot?)] {
    var changes: [(id: String, slot: Slot?)] = []
    for slot in slots {
      // What never was need not be cancelled.
      let isSame = known[slot.id].map(slot.saysTheSame) ?? slot.isCancelled
      if !isSame { changes.append((slot.id, slot)) }
    }
    let wanted = Set(slots.map(\.id))
    let bases = Set(events.map { EventSlots.base(of: $0.uid) })
    let suffixSize = EventSlots.suffix(of: 0).utf8.count
    for slot in known.values.sorted(by: { $0.id < $1.id })
    where !slot.isCancelled && !wanted.contains(slot.id) {
      let isOfEvent =
        bases.contains(String(slot.id.dropLast(suffixSize)))
        && slot.id.hasSuffix(EventSlots.suffix(of: slot.interval.start))
      if isOfEvent { changes.append((slot.id, nil)) }
    }
    return changes
  }

  private static func text(
    _ changes: [(id: String, slot: Slot?)], known: [String: Slot], sameCount: Int, leftOut: Int,
    isDryRun: Bool
  ) -> String {
    let withdrawn = changes.count { $0.slot?.isCancelled ?? true }
    let new = changes.count { known[$0.id] == nil }
    var text =
      "\(new) slots new, \(changes.count - withdrawn - new) changed, \(withdrawn) withdrawn, "
      + "\(sameCount) as they were"
    if leftOut > 0 { text += ", \(leftOut) left out that were over more than 31 days ago" }
    return text + (isDryRun ? "; none taken (--dry-run)" : "")
  }
}
