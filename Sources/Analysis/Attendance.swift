// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How one endpoint attended the meetings of one local day. A meeting belongs to the local day it
/// starts in, so that the numbers can be added over days and endpoints.
package struct Attendance: Hashable, Sendable {
  /// In the call at most ``lateAfter`` behind the start, and for at least half of the meeting.
  package internal(set) var onTime: Int64 = 0
  /// In the call later, or for less than half of it.
  package internal(set) var late: Int64 = 0
  /// Never in the call.
  package internal(set) var absent: Int64 = 0
  /// Nobody could hear the endpoint, and it said nothing afterwards; or the meeting is not over
  /// yet, as far as we know.
  package internal(set) var unverifiable: Int64 = 0
  package internal(set) var pending: Int64 = 0
  /// Whole or in part in maintenance of the endpoint.
  package internal(set) var maintenance: Int64 = 0

  /// Who joins within this is on time.
  package static let lateAfter: Milliseconds = 5 * 60_000

  package init() {}

  /// Meetings of which somebody can tell how they were attended.
  package var meetings: Int64 { onTime + late + absent }

  /// Everything that is not 0, under its name.
  package var figures: [(String, Int64)] {
    [
      ("meetings", meetings), ("meetings_on_time", onTime), ("meetings_late", late),
      ("meetings_absent", absent), ("meetings_unverifiable", unverifiable),
      ("meetings_pending", pending), ("meetings_maintenance", maintenance),
    ].filter { $0.1 != 0 }
  }

  /// - Parameters:
  ///   - slots: those that mean the endpoint; cancelled ones, those of other kinds and of other
  ///     days count for nothing.
  ///   - lateAfter: who joins within this is on time.
  ///   - knownUntil: the end of knowledge.
  ///   - isMaintained: whether the endpoint is worked on during a meeting.
  package static func compute(
    readings: ScheduleReadings, slots: [Slot], in period: Interval, observed: IntervalSet,
    knownUntil: Milliseconds, lateAfter: Milliseconds = lateAfter,
    isMaintained: (Slot) -> Bool = { _ in false }
  ) -> Attendance {
    var result = Attendance()
    let outcomes = outcomes(
      readings: readings, slots: slots, observed: observed, knownUntil: knownUntil,
      lateAfter: lateAfter, isMaintained: isMaintained)
    for outcome in outcomes where period.contains(outcome.slot.interval.start) {
      switch outcome.verdict {
      case .pending: result.pending += 1
      case .onTime: result.onTime += 1
      case .late: result.late += 1
      case .absent: result.absent += 1
      case .unverifiable: result.unverifiable += 1
      case .maintenance: result.maintenance += 1
      case .cancelled: break
      }
    }
    return result
  }

  /// How each meeting was attended, by the same rules; of cancelled ones only that they are.
  package static func outcomes(
    readings: ScheduleReadings, slots: [Slot], observed: IntervalSet, knownUntil: Milliseconds,
    lateAfter: Milliseconds = lateAfter, isMaintained: (Slot) -> Bool = { _ in false }
  ) -> [AttendanceOutcome] {
    let inCall = readings.on(readings.calls)
    return slots.filter { $0.kind == .videoEndpoint }.map { slot in
      var outcome = AttendanceOutcome(slot: slot, verdict: .cancelled, lastAt: readings.lastAt)
      guard !slot.isCancelled else { return outcome }
      outcome.attended = inCall.clipped(to: slot.interval)
      outcome.isObserved = observed.covers(slot.interval)
      if isMaintained(slot) {
        outcome.verdict = .maintenance
      } else if slot.interval.end > knownUntil {
        outcome.verdict = .pending
      } else if let joined = outcome.attended.intervals.first?.start {
        let isWhole = outcome.attended.duration * 2 >= slot.interval.duration
        let isOnTime = isWhole && joined <= slot.interval.start + lateAfter
        outcome.verdict = isOnTime ? .onTime : .late
      } else {
        let isKnown = outcome.isObserved || readings.lastAt ?? .min >= slot.interval.end
        outcome.verdict = isKnown ? .absent : .unverifiable
      }
      return outcome
    }
  }
}
