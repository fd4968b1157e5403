// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// One incident as the engine holds it: its members, what they told, and what was said of it.
struct IncidentCase: Sendable {
  struct Member: Sendable {
    var device: Int64
    var alert: UInt64
    var symptom: IncidentSymptom
    var since: Milliseconds
    var joinedAt: Milliseconds
    var endedAt: Milliseconds?
  }

  /// What was last told of it: another version is worth while when that is no longer so.
  struct Told: Sendable, Equatable {
    var state: Incident.State
    var cause: Incident.Cause
    var probability: Double
    var deviceCount: Int
    var isFlapping: Bool
    var group: IncidentFleet.Group
  }

  let id: UInt64
  let stream: String
  /// These five change when it turns out to be wider.
  private(set) var group: IncidentFleet.Group
  private(set) var since: Milliseconds
  private(set) var window: Interval
  private(set) var choice: IncidentEvidence.Choice
  private(set) var runnersUp: [IncidentEvidence.Choice]
  let namedAt: Milliseconds
  /// What it was told of before.
  var steps: [IncidentEvidence.Step] = []
  /// Which incident has its members now.
  private(set) var mergedInto: (id: UInt64, group: IncidentFleet.Group)?
  /// Alerts that left it since it was taken.
  var removedAlerts: [UInt64] = []
  /// How many devices it had when they left.
  private var mergedCount = 0
  /// Enough devices of enough providers, of all that were heard before, for an outage of ours.
  var mayBeOurs = false
  var members: [Member] = []
  private var positionOfAlert: [UInt64: Int] = [:]
  /// Open alerts by device; 0 is one that is back.
  private(set) var openAlerts: [Int64: Int] = [:]
  private(set) var activeCount = 0
  private(set) var severity = AlertRule.Severity.low
  var signs = IncidentEvidence.Signs()
  /// By device, when its newest silence began.
  private var silentSince: [Int64: Milliseconds] = [:]
  /// When a device came back of which no alert is open any more.
  private var returnedAt: [Int64: Milliseconds] = [:]
  /// By device, which signs it has given: each once.
  private var given: [Int64: UInt8] = [:]
  var causes: [IncidentEvidence.CauseProbability] = []
  /// When it is to be looked at whether it is over; nil while too many are away.
  var closeAt: Milliseconds?
  /// Event time of the return that brought the share of those back to what is needed.
  private(set) var backAt: Milliseconds?
  var resolvedAt: Milliseconds?
  /// When nhip knew; resolved incidents are remembered for a while after it.
  var closedAt: Milliseconds?
  var isFlapping = false
  var version = 0
  var told: Told?
  /// Of the slowest member, how long it has to stay back.
  private(set) var resolveHold: Milliseconds = 0
  /// In `members`, what changed since it was taken.
  var changedMembers: Set<Int> = []
  /// Something of it changed since it was taken.
  var isDirty = true

  init(
    id: UInt64, stream: String, group: IncidentFleet.Group, since: Milliseconds,
    namedAt: Milliseconds, window: Interval, choice: IncidentEvidence.Choice,
    runnersUp: [IncidentEvidence.Choice]
  ) {
    self.id = id
    self.stream = stream
    self.group = group
    self.since = since
    self.namedAt = namedAt
    self.window = window
    self.choice = choice
    self.runnersUp = runnersUp
  }

  var isOpen: Bool { resolvedAt == nil }
  var deviceCount: Int { mergedInto == nil ? openAlerts.count : mergedCount }
  /// Ascending.
  var devices: [Int64] { openAlerts.keys.sorted() }

  private var isBack: Bool {
    Double(deviceCount - activeCount) >= IncidentSettings.backShareMin * Double(deviceCount)
  }

  func hasMember(_ device: Int64) -> Bool { openAlerts[device] != nil }

  mutating func add(_ member: Member) {
    guard positionOfAlert[member.alert] == nil else { return }
    positionOfAlert[member.alert] = members.count
    changedMembers.insert(members.count)
    members.append(member)
    if member.symptom == .silent { silentSince[member.device] = member.since }
    returnedAt[member.device] = member.endedAt
    let open = openAlerts[member.device] ?? 0
    openAlerts[member.device] = open + 1
    if open == 0 { activeCount += 1 }
    isDirty = true
    if !isBack {
      closeAt = nil
      backAt = nil
    }
    if let end = member.endedAt { self.end(member.alert, at: end, knownAt: member.joinedAt) }
  }

  mutating func end(_ alert: UInt64, at instant: Milliseconds, knownAt: Milliseconds) {
    guard let position = positionOfAlert[alert] else { return }
    let device = members[position].device
    guard let open = openAlerts[device], open > 0 else { return }
    members[position].endedAt = instant
    changedMembers.insert(position)
    isDirty = true
    openAlerts[device] = open - 1
    guard open == 1 else { return }
    activeCount -= 1
    returnedAt[device] = instant
    guard isOpen, isBack, closeAt == nil else { return }
    backAt = instant
    closeAt = knownAt + resolveHold
  }

  /// Notes what a device tells of the outage that it comes back from, each sort once.
  mutating func note(_ sign: ReturnSign, of device: Int64, at instant: Milliseconds) {
    let told = given[device] ?? 0
    // Only who was silent can have come back.
    guard let since = silentSince[device], since < instant else { return }
    // What it tells later is of its next outage.
    if let back = returnedAt[device], instant > back + resolveHold { return }
    let bit: UInt8
    if case .booted = sign { bit = 1 } else { bit = 2 }
    guard told & bit == 0 else { return }
    given[device] = told | bit
    signs.note(sign, since: since)
    isDirty = true
  }

  /// The slowest member says how long it has to stay back, the gravest how grave it is.
  mutating func note(hold: Milliseconds, severity other: AlertRule.Severity) {
    resolveHold = max(resolveHold, hold)
    if other.rank < severity.rank { severity = other }
  }

  // MARK: Widening

  /// Whether most of it is away, so that who fails now may still have its reason.
  var mayGrow: Bool {
    isOpen && closeAt == nil && (!isFlapping || stream == IncidentSymptom.rebootLoop.stream)
  }

  /// It is one of a wider group from now on.
  mutating func widen(
    to group: IncidentFleet.Group, window: Interval, _ figures: IncidentEvidence.Choice,
    at instant: Milliseconds
  ) {
    // What was never told of was never narrower.
    if told != nil, steps.count < IncidentSettings.stepsMax {
      let step = IncidentEvidence.Step(
        kind: self.group.kind, code: self.group.code, deviceCount: deviceCount, until: instant)
      steps.append(step)
    }
    runnersUp = Array(([choice] + runnersUp).prefix(IncidentSettings.runnersUpMax))
    (self.group, self.window, choice) = (group, window, figures)
    isDirty = true
  }

  /// Takes all that another had.
  mutating func absorb(_ other: IncidentCase, at instant: Milliseconds) {
    since = min(since, other.since)
    for member in other.members {
      var moved = member
      moved.joinedAt = instant
      add(moved)
    }
    note(hold: other.resolveHold, severity: other.severity)
    signs.rebooted += other.signs.rebooted
    signs.ranOn += other.signs.ranOn
    signs.powerReasons += other.signs.powerReasons
    signs.otherReasons += other.signs.otherReasons
    signs.mainsLost += other.signs.mainsLost
    signs.touchesOwnGap = signs.touchesOwnGap || other.signs.touchesOwnGap
    given.merge(other.given) { $0 | $1 }
  }

  /// Its members are those of a wider one now: it is over, and says where they went.
  mutating func end(
    asPartOf other: (id: UInt64, group: IncidentFleet.Group), at now: Milliseconds
  ) {
    mergedCount = deviceCount
    removedAlerts += members.map(\.alert)
    members = []
    changedMembers = []
    positionOfAlert = [:]
    openAlerts = [:]
    activeCount = 0
    (resolvedAt, closedAt, closeAt) = (max(since, now), now, nil)
    mergedInto = other
    isDirty = true
  }

  mutating func restoreGiven() {
    for member in members where member.endedAt != nil { given[member.device] = 3 }
  }

  /// Latest last sign of life among the first members, and the first return.
  var silence: (from: Milliseconds, to: Milliseconds)? {
    var (from, to) = (Milliseconds.min, Milliseconds.max)
    for member in members where member.symptom == .silent {
      from = max(from, min(member.since, window.end))
      if let end = member.endedAt { to = min(to, end) }
    }
    return from < to && to != .max ? (from, to) : nil
  }
}

extension AlertRule.Severity {
  /// 0 is the gravest.
  var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

extension IncidentEvidence.Signs {
  /// Seconds since boot are rounded, and clocks differ a little.
  private static let bootTolerance: Milliseconds = 10_000

  mutating func note(_ sign: ReturnSign, since: Milliseconds) {
    switch sign {
    case .booted(let instant):
      if instant > since - Self.bootTolerance { rebooted += 1 } else { ranOn += 1 }
    case .powerReason: powerReasons += 1
    case .otherReason: otherReasons += 1
    }
  }
}
