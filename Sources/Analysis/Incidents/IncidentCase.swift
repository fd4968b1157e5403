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
  }

  let id: UInt64
  let stream: String
  let group: IncidentFleet.Group
  let since: Milliseconds
  let namedAt: Milliseconds
  let window: Interval
  let choice: IncidentEvidence.Choice
  let runnersUp: [IncidentEvidence.Choice]
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
  var deviceCount: Int { openAlerts.count }
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
