// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Finds the causes behind alerts: what begins close together is held for a moment, then explained
/// by the smallest group of the fleet that can; what stands alone is an incident of its device.
///
/// A value without a clock: time passes by what comes in and by ``advance(to:heard:)``. Owned by
/// the engine's thread. The same input in the same order gives the same incidents and ids.
/// Bounds: `pendingCountMax` onsets that wait; an open incident at most for each open alert;
/// `recentCountMax` resolved ones for latecomers. O(n log n) in what begins together.
package struct IncidentEngine: Sendable {
  /// An onset that waits for company.
  struct Pending: Sendable {
    var onset: IncidentOnset
    var position: Int
    /// When the fault may have struck.
    var fault: Interval
    var dueAt: Milliseconds
    var endedAt: Milliseconds?
    /// What it told on its return while it waited.
    var signs: [(sign: ReturnSign, at: Milliseconds)] = []
  }

  package internal(set) var fleet: IncidentFleet
  var history = OnsetHistory()
  var pending: [Pending] = []
  /// Open ones and those that were resolved of late.
  var cases: [UInt64: IncidentCase] = [:]
  /// Which incident an alert belongs to.
  var caseOfAlert: [UInt64: UInt64] = [:]
  /// Open and recent ones of each device.
  var casesOfDevice: [Int64: [UInt64]] = [:]
  /// Of groups, by stream, oldest first.
  var groupCases: [String: [UInt64]] = [:]
  /// Resolved ones, oldest first.
  var recent: [UInt64] = []
  /// Those that wait to be closed, and those with something new.
  var closing: Set<UInt64> = []
  var dirty: Set<UInt64> = []
  private var waitingDevices: [Int64: Int] = [:]
  private var waitingAlerts: Set<UInt64> = []
  /// No later than the first thing that is due; found out exactly once its time has come.
  private var nextDecisionAt = Milliseconds.max
  private var nextCloseAt = Milliseconds.max
  /// Our own, newest last.
  var gaps: [Interval] = []
  /// Everything until then is judged.
  package internal(set) var now: Milliseconds = .min

  package init(fleet: IncidentFleet) { self.fleet = fleet }

  // MARK: What comes in

  /// Takes the registry in force.
  package mutating func take(_ fleet: IncidentFleet) {
    var next = fleet
    next.keepFirmware(of: self.fleet)
    self.fleet = next
    for index in pending.indices {
      pending[index].position = next.position(of: pending[index].onset.device) ?? -1
    }
    let gone = pending.filter { $0.position < 0 }
    remove(gone)
  }

  package mutating func setFirmware(_ name: String, of position: Int) {
    fleet.setFirmware(name, of: position)
  }

  /// An alert begins.
  ///
  /// - Parameter heard: when each device was heard last, by position; `.min` is never.
  package mutating func begin(_ onset: IncidentOnset, heard: [Milliseconds]) {
    advance(to: onset.knownAt, heard: heard)
    guard caseOfAlert[onset.alert] == nil, !waitingAlerts.contains(onset.alert),
      let position = fleet.position(of: onset.device)
    else { return }
    history.start(at: now)
    history.note(
      onset.device, OnsetHistory.class(ofStream: onset.symptom.stream),
      isFault: onset.symptom.standsAlone, at: now)
    wait(onset, position)
  }

  /// Joins what is there already, or waits.
  mutating func wait(_ onset: IncidentOnset, _ position: Int, endedAt: Milliseconds? = nil) {
    let pace = fleet.pace(of: position)
    let entry = Pending(
      onset: onset, position: position, fault: fault(of: onset, pace),
      dueAt: dueAt(of: onset) ?? onset.knownAt, endedAt: endedAt)
    if let id = home(of: entry) { return join(entry, id) }
    pending.append(entry)
    nextDecisionAt = min(nextDecisionAt, entry.dueAt)
    waitingAlerts.insert(onset.alert)
    waitingDevices[onset.device, default: 0] += 1
  }

  /// An alert ends.
  ///
  /// - Parameter instant: event time.
  package mutating func end(
    alert: UInt64, at instant: Milliseconds, knownAt: Milliseconds, heard: [Milliseconds]
  ) {
    advance(to: knownAt, heard: heard)
    if let id = caseOfAlert[alert] {
      cases[id]?.end(alert, at: instant, knownAt: now)
      touch(id)
    } else if waitingAlerts.contains(alert),
      let index = pending.firstIndex(where: { $0.onset.alert == alert })
    {
      pending[index].endedAt = instant
    }
  }

  /// A device that was silent tells of the outage it comes back from, in a reading of `instant`.
  package mutating func note(_ sign: ReturnSign, of device: Int64, at instant: Milliseconds) {
    for id in casesOfDevice[device] ?? [] {
      cases[id]?.note(sign, of: device, at: instant)
      touch(id)
    }
    guard waitingDevices[device] != nil else { return }
    for index in pending.indices
    where pending[index].onset.device == device && pending[index].onset.since < instant {
      if pending[index].signs.count < 4 { pending[index].signs.append((sign, instant)) }
    }
  }

  /// When we could not hear, newest last: silences of that time may have begun at any moment of
  /// it, and who said nothing in it owes us nothing.
  package mutating func take(gaps: [Interval]) {
    guard gaps.last != self.gaps.last || gaps.count < self.gaps.count else { return }
    self.gaps = Array(gaps.suffix(IncidentSettings.gapCountMax))
  }

  /// When an onset would be decided.
  package func dueAt(of onset: IncidentOnset) -> Milliseconds? {
    fleet.position(of: onset.device).map {
      onset.knownAt + IncidentSettings.holdIntervals * fleet.pace(of: $0).reportInterval
    }
  }

  /// Whether what the device says of itself is of use.
  package func isInvolved(_ device: Int64) -> Bool {
    casesOfDevice[device] != nil || waitingDevices[device] != nil
  }

  package var involvesNobody: Bool { casesOfDevice.isEmpty && waitingDevices.isEmpty }

  // MARK: Time

  /// Everything that is due until `now` is done, in the order in which it is due.
  package mutating func advance(to now: Milliseconds, heard: [Milliseconds]) {
    while pending.count > IncidentSettings.pendingCountMax { decide(at: self.now, heard) }
    while min(nextDecisionAt, nextCloseAt) <= now {
      nextDecisionAt = pending.lazy.map(\.dueAt).min() ?? .max
      nextCloseAt = closing.compactMap { cases[$0]?.closeAt }.min() ?? .max
      let due = min(nextDecisionAt, nextCloseAt)
      guard due <= now else { break }
      self.now = max(self.now, due)
      if nextDecisionAt == due { decide(at: self.now, heard) } else { closeDue(at: self.now) }
    }
    self.now = max(self.now, now)
    forgetRecent()
  }

  /// Our time was wrong: nothing was known later than now.
  package mutating func forget(after now: Milliseconds) {
    self.now = min(self.now, now)
    history.forget(after: now)
    for index in pending.indices { pending[index].dueAt = min(pending[index].dueAt, now) }
    for id in closing {
      guard let due = cases[id]?.closeAt, due > now else { continue }
      cases[id]?.closeAt = now
    }
    nextDecisionAt = min(nextDecisionAt, now)
    nextCloseAt = min(nextCloseAt, now)
  }

  // MARK: Shared steps

  mutating func remove(_ entries: [Pending]) {
    let alerts = Set(entries.lazy.map(\.onset.alert))
    for entry in entries {
      let device = entry.onset.device
      waitingAlerts.remove(entry.onset.alert)
      let count = (waitingDevices[device] ?? 1) - 1
      waitingDevices[device] = count > 0 ? count : nil
    }
    pending.removeAll { alerts.contains($0.onset.alert) }
  }

  mutating func touch(_ id: UInt64) {
    dirty.insert(id)
    awaitEnd(of: id)
  }

  mutating func awaitEnd(of id: UInt64) {
    guard let due = cases[id]?.closeAt else {
      closing.remove(id)
      return
    }
    closing.insert(id)
    nextCloseAt = min(nextCloseAt, due)
  }

  /// When the fault may have struck that an onset tells of: a silence begins after the last reading
  /// and before the next one, a condition before the first reading that has it.
  private func fault(of onset: IncidentOnset, _ pace: IncidentFleet.KindPace) -> Interval {
    let slack = pace.slack
    guard onset.symptom == .silent else {
      return Interval(
        start: onset.since - pace.reportInterval - slack, end: onset.since + slack)
    }
    let start = onset.since - slack
    var end = onset.since + pace.reportInterval + slack
    // While we could not hear, nobody knows.
    for gap in gaps where gap.start < end && gap.end > start { end = max(end, gap.end + slack) }
    return Interval(start: start, end: end)
  }
}
