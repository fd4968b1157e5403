// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Deciding what began together, and joining what is known later.
extension IncidentEngine {
  // MARK: Joining

  /// The incident that explains an onset already: its device's own or a former membership, or a
  /// group that was struck when it was.
  func home(of entry: Pending) -> UInt64? {
    let stream = entry.onset.symptom.stream
    let own = casesOfDevice[entry.onset.device]?.first { id in
      cases[id].map { $0.isOpen && $0.stream == stream } ?? false
    }
    if let own { return own }
    return groupCases[stream]?.first { id in
      guard let known = cases[id] else { return false }
      let isStruck =
        meets(entry, known.window)
        || entry.onset.symptom.standsAlone && known.mayGrow && crept(entry, after: known.window)
      return isStruck && fleet.contains(known.group, entry.position)
    }
  }

  /// Whether the fault may have reached a device a while after it struck others.
  func crept(_ entry: Pending, after window: Interval) -> Bool {
    window.start - fleet.pace(of: entry.position).slack <= entry.fault.end
      && entry.fault.start <= window.end + IncidentSettings.creepMax
  }

  /// Whether the fault may have struck a device when it struck others: the window holds for all of
  /// them, so a report that was a little early or late must not shut one out.
  private func meets(_ entry: Pending, _ window: Interval) -> Bool {
    let pace = fleet.pace(of: entry.position)
    let slack = pace.slack
    return window.start - slack <= entry.fault.end && entry.fault.start <= window.end + slack
  }

  mutating func join(_ entry: Pending, _ id: UInt64) {
    add(entry, to: id)
    let device = entry.onset.device
    // Who fails again and again is told of once.
    if let known = cases[id], known.group.kind == .device,
      history.flaps(of: device, at: now) >= IncidentSettings.flapsToBegin
    {
      cases[id]?.isFlapping = true
    }
    touch(id)
  }

  private mutating func add(_ entry: Pending, to id: UInt64) {
    let onset = entry.onset
    let pace = fleet.pace(of: entry.position)
    let hold = IncidentSettings.resolveIntervals * pace.reportInterval
    cases[id]?.note(hold: hold, severity: onset.severity)
    cases[id]?.add(
      .init(
        device: onset.device, alert: onset.alert, symptom: onset.symptom, since: onset.since,
        joinedAt: now, endedAt: entry.endedAt))
    if onset.symptom == .mainsLost { cases[id]?.signs.mainsLost += 1 }
    for (sign, instant) in entry.signs { cases[id]?.note(sign, of: onset.device, at: instant) }
    caseOfAlert[onset.alert] = id
    if !(casesOfDevice[onset.device]?.contains(id) ?? false) {
      casesOfDevice[onset.device, default: []].append(id)
    }
  }

  // MARK: Deciding

  /// Decides what is due first, with all that may have the same reason.
  mutating func decide(at instant: Milliseconds, _ heard: [Milliseconds]) {
    guard
      let anchor = pending.min(by: {
        ($0.dueAt, $0.onset.since, $0.onset.alert) < ($1.dueAt, $1.onset.since, $1.onset.alert)
      })
    else { return }
    let instant = max(instant, anchor.dueAt)
    let stream = anchor.onset.symptom.stream
    let overlapping = pending.filter {
      $0.onset.symptom.stream == stream && $0.fault.start <= anchor.fault.end
        && anchor.fault.start <= $0.fault.end
    }
    let explained = explained(stream)
    let missing =
      stream == "silent" ? missing(in: anchor.fault, at: instant, heard, besides: explained) : []
    let window = Self.commonest(
      overlapping.map(\.fault) + missing.map(\.fault), within: anchor.fault)
    let together = overlapping.filter {
      $0.fault.start <= window.start && window.end <= $0.fault.end
    }
    let length = together.lazy.map(\.fault.duration).max() ?? 0
    // Who was never heard says nothing of when it failed.
    let known = Set(together.lazy.map(\.position)).filter { heard[$0] != .min }
    let silent = missing.filter { $0.fault.start <= window.start && window.end <= $0.fault.end }
    let positions = known.union(silent.map(\.position)).sorted()
    let chooser = GroupChoice(
      fleet: fleet, history: history, heard: heard, explained: explained, gaps: gaps)
    let cluster = GroupChoice.Cluster(
      stream: stream, positions: positions, inCluster: Set(positions),
      kinds: Set(positions.map { fleet.kindOfPosition[$0] }), window: window, length: length,
      at: instant)
    var done: Set<UInt64> = []
    var opened: [UInt64] = []
    for chosen in positions.count > 1 ? chooser.groups(of: cluster) : [] {
      let isIn = Set(chosen.positions)
      let taken = overlapping.filter { entry in
        if done.contains(entry.onset.alert) { return false }
        if cluster.inCluster.contains(entry.position) { return isIn.contains(entry.position) }
        return heard[entry.position] != .min && meets(entry, window)
          && fleet.contains(chosen.group, entry.position)
      }
      // A group of which nothing is due yet has its own time.
      guard taken.contains(where: { $0.dueAt <= instant }) else { continue }
      let id = open(
        chosen.group, taken, stream, window, chosen.figures, chosen.runnersUp, at: instant)
      groupCases[stream, default: []].append(id)
      opened.append(id)
      noteWhetherOurs(id, window, heard)
      remove(taken)
      done.formUnion(taken.lazy.map(\.onset.alert))
    }
    opened += openAlone(together, window, length, at: instant)
    if anchor.onset.symptom.standsAlone, !opened.isEmpty {
      widen(near: opened, stream, length, at: instant, heard)
    }
  }

  /// What is due and in no group stands alone; the others wait for their own time.
  private mutating func openAlone(
    _ together: [Pending], _ window: Interval, _ length: Milliseconds, at instant: Milliseconds
  ) -> [UInt64] {
    let alerts = Set(together.lazy.map(\.onset.alert))
    let alone = pending.filter { alerts.contains($0.onset.alert) && $0.dueAt <= instant }
    remove(alone)
    return alone.filter(\.onset.symptom.standsAlone).compactMap {
      openAlone($0, window, length, at: instant)
    }
  }

  /// Devices without an alert that may have failed together with another and have missed two
  /// reports since: their allowance is longer, so theirs comes when the group is named.
  private func missing(
    in fault: Interval, at instant: Milliseconds, _ heard: [Milliseconds],
    besides explained: Set<Int>
  ) -> [(position: Int, fault: Interval)] {
    heard.indices.compactMap { position in
      let last = heard[position]
      guard last != .min, last <= fault.end, !explained.contains(position) else { return nil }
      let pace = fleet.pace(of: position)
      let deaf = gaps.duration(from: last, to: instant)
      let owed = last + IncidentSettings.missedReports * pace.reportInterval
      // A report that came late would still have come, or one that we could not hear.
      guard owed + max(pace.slack, deaf) < instant else { return nil }
      let own = Interval(
        start: last - pace.slack, end: last + pace.reportInterval + pace.slack + deaf)
      return own.end >= fault.start ? (position, own) : nil
    }
  }

  /// Of the instants in `anchor`, the stretch that most intervals hold, the earliest of them.
  static func commonest(_ intervals: [Interval], within anchor: Interval) -> Interval {
    let starts = intervals.map { max($0.start, anchor.start) }.sorted()
    let ends = intervals.map { min($0.end, anchor.end) }.sorted()
    var (count, best, next) = (0, 0, 0)
    var found = anchor
    for (index, start) in starts.enumerated() {
      while ends[next] < start {
        count -= 1
        next += 1
      }
      count += 1
      let isLast = index + 1 == starts.count || starts[index + 1] > start
      if isLast, count > best {
        best = count
        found = Interval(start: start, end: ends[next])
      }
    }
    return found
  }

  func explained(_ stream: String) -> Set<Int> {
    var positions: Set<Int> = []
    for known in cases.values where known.isOpen && known.stream == stream {
      for (device, open) in known.openAlerts where open > 0 {
        if let position = fleet.position(of: device) { positions.insert(position) }
      }
    }
    return positions
  }

  /// - Returns: the new one; nil if another alert of the same device has just opened it.
  private mutating func openAlone(
    _ entry: Pending, _ window: Interval, _ length: Milliseconds, at instant: Milliseconds
  ) -> UInt64? {
    if let id = home(of: entry) {
      join(entry, id)
      return nil
    }
    let expected = history.expected(
      [entry.onset.device], OnsetHistory.class(ofStream: entry.onset.symptom.stream),
      within: length, at: instant)
    let code = String(entry.onset.device)
    let figures = IncidentEvidence.Choice(
      kind: .device, code: code, failed: 1, together: 1, expected: expected,
      tailLog10: PoissonTail.log10(count: 1, expected: expected))
    let id = open(
      .init(kind: .device, code: code), [entry], entry.onset.symptom.stream, window, figures, [],
      at: instant)
    if history.flaps(of: entry.onset.device, at: instant) >= IncidentSettings.flapsToBegin {
      cases[id]?.isFlapping = true
    }
    return id
  }

  private mutating func open(
    _ group: IncidentFleet.Group, _ entries: [Pending], _ stream: String, _ window: Interval,
    _ figures: IncidentEvidence.Choice, _ runnersUp: [IncidentEvidence.Choice],
    at instant: Milliseconds
  ) -> UInt64 {
    guard
      let first = entries.min(by: {
        ($0.onset.since, $0.onset.alert) < ($1.onset.since, $1.onset.alert)
      })
    else { preconditionFailure("an incident without a member") }
    let id = Self.id(of: group, opening: first.onset.alert)
    cases[id] = IncidentCase(
      id: id, stream: stream, group: group, since: first.onset.since, namedAt: instant,
      window: window, choice: figures, runnersUp: runnersUp)
    for entry in entries { add(entry, to: id) }
    cases[id]?.signs.touchesOwnGap = gaps.contains {
      $0.start <= window.end && window.start <= $0.end
    }
    touch(id)
    return id
  }

  /// Were it our own uplink, most of what was heard before would be silent, of several providers.
  mutating func noteWhetherOurs(
    _ id: UInt64, _ window: Interval, _ heard: [Milliseconds]
  ) {
    guard let known = cases[id], known.stream == "silent",
      known.deviceCount >= UplinkGaps.deviceCountMin
    else { return }
    let positions = known.openAlerts.keys.compactMap { fleet.position(of: $0) }
    guard fleet.count(of: .isp, among: positions) >= UplinkGaps.providerCountMin else { return }
    let members = Set(positions)
    var (heardBefore, silent) = (0, 0)
    for (position, last) in heard.enumerated() where last != .min {
      let pace = fleet.pace(of: position)
      guard last + pace.offlineAfter >= window.start else { continue }
      heardBefore += 1
      let isOverdue = last <= window.end && last + pace.reportInterval + pace.slack < now
      if members.contains(position) || isOverdue { silent += 1 }
    }
    cases[id]?.mayBeOurs =
      Double(silent) >= IncidentSettings.oursShareMin * Double(heardBefore)
  }

  /// The same alerts explained in the same way again are the same incident.
  static func id(of group: IncidentFleet.Group, opening alert: UInt64) -> UInt64 {
    StableHash.of("\(group.kind.rawValue)\u{0}\(group.code)\u{0}\(alert)")
  }
}
