// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What became of an incident since it was last taken.
package struct IncidentChange: Sendable {
  package var id: UInt64
  package var state: Incident.State
  package var version: Int
  /// This version is a new one.
  package var isNewVersion: Bool
  package var group: IncidentFleet.Group
  package var since: Milliseconds
  package var namedAt: Milliseconds
  package var resolvedAt: Milliseconds?
  package var severity: AlertRule.Severity
  package var evidence: IncidentEvidence
  package var members: [Member]
  /// Alerts that are another incident's now.
  package var removed: [UInt64] = []
  /// The group of the incident that has its members now.
  package var mergedInto: IncidentFleet.Group?

  package struct Member: Sendable {
    package var device: Int64
    package var alert: UInt64
    package var since: Milliseconds
    package var joinedAt: Milliseconds
    package var endedAt: Milliseconds?
  }

  package var cause: IncidentEvidence.CauseProbability {
    evidence.causes.first ?? .init(cause: .unknown, probability: 1)
  }
}

/// Closing, forgetting, and handing over.
extension IncidentEngine {
  // MARK: Closing

  /// Closes what has stayed back for its hold, unless its devices flap.
  mutating func closeDue(at instant: Milliseconds) {
    let due = closing.filter { cases[$0]?.closeAt ?? .max <= instant }.sorted()
    for id in due {
      guard let known = cases[id] else { continue }
      let limit =
        known.isFlapping ? IncidentSettings.flapsToEnd : IncidentSettings.flapsToBegin
      let flapping = known.devices.count { history.flaps(of: $0, at: instant) >= limit }
      let isFlapping = flapping * 2 >= known.deviceCount
      cases[id]?.isFlapping = isFlapping || known.isFlapping
      if isFlapping {
        cases[id]?.closeAt = instant + IncidentSettings.flapRecheck
      } else {
        cases[id]?.resolvedAt = max(known.since, known.backAt ?? instant)
        cases[id]?.closedAt = instant
        cases[id]?.closeAt = nil
        recent.append(id)
      }
      cases[id]?.isDirty = true
      touch(id)
    }
  }

  /// Those of long ago leave, once they were taken.
  mutating func forgetRecent() {
    var count = 0
    for id in recent {
      let isOld = (cases[id]?.closedAt ?? .min) + IncidentSettings.recentFor < now
      guard isOld || recent.count - count > IncidentSettings.recentCountMax,
        !dirty.contains(id)
      else { break }
      count += 1
      guard let known = cases.removeValue(forKey: id) else { continue }
      for member in known.members { caseOfAlert[member.alert] = nil }
      for device in known.devices {
        casesOfDevice[device]?.removeAll { $0 == id }
        if casesOfDevice[device]?.isEmpty ?? false { casesOfDevice[device] = nil }
      }
      groupCases[known.stream]?.removeAll { $0 == id }
      if groupCases[known.stream]?.isEmpty ?? false { groupCases[known.stream] = nil }
    }
    recent.removeFirst(count)
  }

  // MARK: Handing over

  package var hasChanges: Bool { !dirty.isEmpty || history.hasChanges }

  /// What changed since the last call, for the transaction of the alerts that caused it.
  package mutating func takeChanges() -> (incidents: [IncidentChange], counts: [OnsetCounts]) {
    let ids = dirty.filter { cases[$0]?.isDirty ?? false }.sorted {
      (cases[$0]?.namedAt ?? 0, $0) < (cases[$1]?.namedAt ?? 0, $1)
    }
    dirty.removeAll()
    return (ids.compactMap { change(of: $0) }, history.takeChanges())
  }

  private mutating func change(of id: UInt64) -> IncidentChange? {
    guard var known = cases[id] else { return nil }
    let positions = known.devices.compactMap { fleet.position(of: $0) }
    known.signs.providers = fleet.count(of: .isp, among: positions)
    known.signs.feeders = fleet.count(of: .feeder, among: positions)
    known.signs.sites = fleet.count(of: .site, among: positions)
    known.signs.firmwares = fleet.count(of: .firmware, among: positions)
    known.causes = CauseRanking.rank(
      stream: known.stream, kind: known.group.kind, signs: known.signs,
      deviceCount: known.deviceCount, mayBeOurs: known.mayBeOurs)
    let told = IncidentCase.Told(
      state: known.isOpen ? .open : .resolved, cause: known.causes.first?.cause ?? .unknown,
      probability: known.causes.first?.probability ?? 1, deviceCount: known.deviceCount,
      isFlapping: known.isFlapping, group: known.group)
    let isNew = Self.isWorthTelling(told, after: known.told, version: known.version)
    if isNew {
      known.version += 1
      known.told = told
    }
    let members = known.changedMembers.sorted().map { index in
      let member = known.members[index]
      return IncidentChange.Member(
        device: member.device, alert: member.alert, since: member.since,
        joinedAt: member.joinedAt, endedAt: member.endedAt)
    }
    let removed = known.removedAlerts.sorted()
    known.removedAlerts.removeAll()
    known.changedMembers.removeAll()
    known.isDirty = false
    cases[id] = known
    return IncidentChange(
      id: id, state: told.state, version: known.version, isNewVersion: isNew,
      group: known.group, since: known.since, namedAt: known.namedAt,
      resolvedAt: known.resolvedAt, severity: severity(of: known), evidence: evidence(of: known),
      members: members, removed: removed, mergedInto: known.mergedInto?.group)
  }

  private static func isWorthTelling(
    _ next: IncidentCase.Told, after last: IncidentCase.Told?, version: Int
  ) -> Bool {
    guard let last else { return true }
    if next.state != last.state { return true }
    guard version < IncidentSettings.versionCountMax else { return false }
    let change = (next.probability - last.probability).magnitude
    return next.cause != last.cause || change >= IncidentSettings.probabilityStep
      || next.isFlapping != last.isFlapping || next.group != last.group
      || next.deviceCount * 4 >= last.deviceCount * 5
  }

  private func severity(of known: IncidentCase) -> AlertRule.Severity {
    let isGraver = known.deviceCount >= IncidentSettings.graverFrom
    return AlertRule.Severity.allCases[max(0, known.severity.rank - (isGraver ? 1 : 0))]
  }

  private func evidence(of known: IncidentCase) -> IncidentEvidence {
    let isOurs = known.causes.first?.cause == .observation
    return IncidentEvidence(
      stream: known.stream, windowFrom: known.window.start, windowTo: known.window.end,
      choice: known.choice, runnersUp: known.runnersUp, causes: known.causes, signs: known.signs,
      deviceCount: known.deviceCount, activeCount: known.activeCount,
      isFlapping: known.isFlapping,
      proposedGap: isOurs
        ? known.silence.map { Interval(start: $0.from, end: $0.to) } : nil,
      steps: known.steps.isEmpty ? nil : known.steps,
      mergedInto: known.mergedInto.map { StableHash.text($0.id) })
  }
}
