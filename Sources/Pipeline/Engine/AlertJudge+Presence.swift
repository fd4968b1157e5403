// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry

/// Who is silent, who is gone, who is back.
extension AlertJudge {
  mutating func noteHeard(
    _ position: Int, at time: Milliseconds, receivedAt: Milliseconds, _ plan: AlertPlan,
    _ gaps: ObservationGaps
  ) {
    let last = heardAt[position]
    guard time > last else { return }
    // A silence that began and ended between two ticks was an outage all the same.
    if !isOffline[position], time > silenceDueAt[position] {
      judgeSilence(position, until: time, knownAt: receivedAt, gaps)
    }
    if isOffline[position], let offline = plan.offline {
      isOffline[position] = false
      announce { [number = devices[position].number] book in
        book.resolve(rule: offline.name, device: number, resolvedAt: time, at: receivedAt)
      }
    }
    heardAt[position] = time
    silenceDueAt[position] = time + plan.offlineAfter
  }

  /// The broker says that the device is gone. That is believed once the broker has shown that it
  /// lives on: in its last moments a broker publishes the will of every client.
  mutating func noteMark(
    _ position: Int, receivedAt: Milliseconds, session: UInt16, isResumed: Bool,
    _ gaps: ObservationGaps
  ) {
    guard !isOffline[position], markedAt[position] == .min else { return }
    // What a resumed session delivers at first tells of the time we slept through.
    if isResumed, receivedAt - (gaps.hearingSince ?? receivedAt) < PresenceMark.resumedFor {
      return
    }
    markedAt[position] = receivedAt
    markedBy[position] = session
    pendingMarks.append(position)
  }

  /// - Parameters:
  ///   - instant: when the broker's answer to something arrived, or its message that is no mark;
  ///     if it confirmed what we had sent to it, when we sent that.
  ///   - session: by which it came; nil if we sent it: that counts for every session.
  mutating func noteBrokerAlive(
    at instant: Milliseconds, by session: UInt16?, _ gaps: ObservationGaps
  ) {
    brokerSigns.note(instant, by: session)
    if !pendingMarks.isEmpty { judgeMarks(gaps) }
  }

  /// Another process heard these marks, by connections that have ended with it: whether the broker
  /// outlived them nobody can tell any more. Silence tells as well.
  mutating func forgetMarks() {
    for position in pendingMarks { markedAt[position] = .min }
    pendingMarks = []
  }

  private mutating func judgeMarks(_ gaps: ObservationGaps) {
    var left: [Int] = []
    for position in pendingMarks where markedAt[position] != .min {
      let mark = markedAt[position]
      switch brokerSigns.verdict(onMarkAt: mark, by: markedBy[position]) {
      case .lost:
        // It was the broker, or the way to it, that went.
        markedAt[position] = .min
      case _ where (gaps.hearingSince ?? mark) > mark:
        markedAt[position] = .min
      case .outlived:
        markedAt[position] = .min
        // Who is switched off for planned work says good-bye too; a longer silence tells.
        let plan = plans[planOfDevice[position]]
        let planned = servicePlans.plan(of: devices[position], profile: plan.profile)
        if planned.isExcused(at: mark) { continue }
        raiseOffline(position, at: mark, markReceivedAt: mark)
      case .open:
        left.append(position)
      }
    }
    pendingMarks = left
  }

  /// Time has passed: who should have been heard by now?
  ///
  /// - Parameter now: until when we have heard everything that there was to hear.
  mutating func tick(now: Milliseconds, gaps: ObservationGaps) {
    for position in devices.indices where silenceDueAt[position] < now && !isOffline[position] {
      judgeSilence(position, until: now, knownAt: now, gaps)
    }
    tickChecks(now: now)
  }

  /// A silence is an outage when its accountable part (observed, in service, not in maintenance)
  /// exceeds the allowance.
  private mutating func judgeSilence(
    _ position: Int, until end: Milliseconds, knownAt now: Milliseconds, _ gaps: ObservationGaps
  ) {
    let plan = plans[planOfDevice[position]]
    guard let since = lastHeard(position) ?? devices[position].commissionedAt else {
      // Never heard, and nobody said since when it should be.
      silenceDueAt[position] = .max
      return
    }
    let start = max(since, gaps.observedFrom ?? end)
    guard start < end else {
      silenceDueAt[position] = end + plan.offlineAfter
      return
    }
    let scope = Interval(start: start, end: end)
    let planned = servicePlans.plan(of: devices[position], profile: plan.profile)
    // Of years of maintenance and thousands of gaps nearly all lie outside one silence.
    let deaf = gaps.gaps.filter { $0.start < end && start < $0.end }
    let accountable = planned.expected(in: scope)
      .subtracting(planned.maintenance.clipped(to: scope)).subtracting(IntervalSet(deaf)).duration
    guard accountable > plan.offlineAfter else {
      // It cannot be one before the rest of the allowance has passed as well.
      silenceDueAt[position] = end + plan.offlineAfter - accountable
      return
    }
    raiseOffline(position, at: now, markReceivedAt: nil)
  }

  private mutating func raiseOffline(
    _ position: Int, at now: Milliseconds, markReceivedAt: Milliseconds?
  ) {
    let plan = plans[planOfDevice[position]]
    guard let offline = plan.offline, !isOffline[position] else { return }
    isOffline[position] = true
    let device = devices[position]
    let last = lastHeard(position)
    announce { book in
      book.raise(
        offline.rule, kind: plan.kind, device: device.number,
        since: last ?? device.commissionedAt ?? now, at: now,
        evidence: .offline(
          lastHeardAt: last, markReceivedAt: markReceivedAt, allowance: plan.offlineAfter))
    }
  }
}
