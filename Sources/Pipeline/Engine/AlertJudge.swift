// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Reporting
import Telemetry

/// Judges every reading, and the passing of time, by the alert rules of the device's kind.
///
/// Owned by the engine's thread; has no clock: time passes by ``tick(now:gaps:)``. A rule judges
/// only what is newer, by event time, than what it judged before, so that duplicates and late
/// readings change nothing. State is flat: columns over devices, no object per rule.
struct AlertJudge {
  /// What one condition rule remembers of one device.
  struct ConditionState: Equatable {
    /// Event time of the newest reading it judged.
    var judgedAt: Milliseconds = .min
    /// Since when the condition has held in every reading; `.min` is none.
    var holdsSince: Milliseconds = .min
    /// What its newest alert opened at: the next one opens later, if only by a millisecond.
    var openedAt: Milliseconds = .min
    var isOpen = false
  }

  var book: AlertBook
  /// What alerts say together.
  var incidents: IncidentDesk
  let plans: [AlertPlan]
  let planOfKind: [String: Int]
  /// When each device has to serve, as far as people said so.
  var servicePlans = ServicePlans() {
    didSet { forgetDuties() }
  }
  var devices: [Device] = []
  var positionOfNumber: [Int64: Int] = [:]
  var planOfDevice: [Int] = []
  /// Latest event time at which the device itself was heard live; `.min` is never.
  var heardAt: [Milliseconds] = []
  var isOffline: [Bool] = []
  /// The first instant at which the device's silence may be an outage.
  var silenceDueAt: [Milliseconds] = []
  /// When the broker said that the device is gone, until it is known that the broker itself lives;
  /// `.min` is none.
  var markedAt: [Milliseconds] = []
  /// By which session it said so.
  var markedBy: [UInt16] = []
  /// Positions with such a mark. Bounded by the devices.
  var pendingMarks: [Int] = []
  var brokerSigns = BrokerSigns()
  var conditionStart: [Int] = []
  var conditionStates: [ConditionState] = []
  var anomalyStart: [Int] = []
  var anomalyStates = AnomalyStates()
  /// By the positions of `anomalyStates`.
  var detectors = DetectorBank()
  /// By device: whether it had to serve when it was last judged, and from when until when.
  var duties: [DutyStretch] = []
  /// What people said of anomalies.
  var feedback = FeedbackThresholds()
  /// While readings that are on disk already are judged again: their block. Else the next one.
  private(set) var recoveredBlock: Int64 = .max
  /// What the deterministic checks remember.
  var checks: CheckBank
  /// While readings that are on disk already are judged again, nothing is announced.
  var isRecovering = false
  /// By kind: the plan over the columns of the block that was judged again last.
  private var recoveryPlans: [Int: (names: [String], plan: AlertPlan)] = [:]

  /// - Parameter registry: nil if what devices say of themselves is all there is.
  init(
    profiles: [Profile], devices: [Device], book: AlertBook, registry: Registry? = nil
  ) {
    plans = profiles.map(AlertPlan.init)
    planOfKind = Dictionary(uniqueKeysWithValues: profiles.enumerated().map { ($1.kind, $0) })
    self.book = book
    checks = CheckBank(profiles: profiles)
    // The states of devices come first; the fleet is built when it is known who is judged.
    incidents = IncidentDesk(profiles: profiles, devices: [], registry: Registry())
    register(devices)
    incidents.take(registry ?? Registry(devices: self.devices), devices: self.devices)
    takeOpenAlerts()
  }

  private mutating func forgetDuties() {
    for position in duties.indices { duties[position] = DutyStretch() }
  }

  func lastHeard(_ position: Int) -> Milliseconds? {
    heardAt[position] == .min ? nil : heardAt[position]
  }

  // MARK: Readings

  /// A retained copy tells a state that may be long over, backlog what nobody could hear. Written
  /// out in the loop, the list would be three allocations a reading.
  private static let unjudged: ReadingFlags = [.retained, .backlog]

  /// Judges the rows of one block in their order.
  mutating func read(_ block: ReadingColumns, gaps: ObservationGaps) {
    guard let kind = planOfKind[block.kind] else { return }
    read(block, 0..<block.count, kind, plans[kind], gaps)
  }

  /// The same for some of its rows.
  mutating func read(_ block: ReadingColumns, _ rows: Range<Int>, gaps: ObservationGaps) {
    guard let kind = planOfKind[block.kind] else { return }
    read(block, rows, kind, plans[kind], gaps)
  }

  /// The same for a block that is on disk already, some rows of columns: states move on, nothing is
  /// announced.
  ///
  /// - Parameter known: devices whose state knows the block `id` already are left as they are.
  mutating func recover(
    _ block: ReadingColumns, _ rows: Range<Int>, id: Int64 = .max,
    _ known: RecoveredState? = nil, gaps: ObservationGaps
  ) {
    guard let kind = planOfKind[block.kind] else { return }
    isRecovering = true
    recoveredBlock = id
    // Behind the whole of the checkpoint nobody needs to be asked.
    let known = known.flatMap { id <= $0.newest ? $0 : nil }
    if recoveryPlans[kind]?.names != block.metricNames {
      recoveryPlans[kind] = (block.metricNames, plans[kind].over(block.metricNames))
    }
    read(block, rows, kind, recoveryPlans[kind]?.plan ?? plans[kind], gaps) { position in
      known?.holds(id, of: position) ?? false
    }
    isRecovering = false
    recoveredBlock = .max
  }

  @inline(__always)
  private mutating func read(
    _ block: ReadingColumns, _ rows: Range<Int>, _ kind: Int, _ plan: AlertPlan,
    _ gaps: ObservationGaps, isKnown: (Int) -> Bool = { _ in false }
  ) {
    for row in rows {
      guard let position = positionOfNumber[block.device[row]] else { continue }
      let flags = block.flags[row]
      if !flags.isDisjoint(with: Self.unjudged) { continue }
      let (time, receivedAt) = (block.eventTime[row], block.receivedAt[row])
      // Whoever spoke, the broker lives.
      if !flags.contains(.offlineMark) {
        noteBrokerAlive(at: receivedAt, by: block.session[row], gaps)
      }
      if isKnown(position) { continue }
      if flags.contains(.offlineMark) {
        noteMark(
          position, receivedAt: receivedAt, session: block.session[row],
          isResumed: flags.contains(.resumed), gaps)
        continue
      }
      if markedAt[position] != .min, time > heardAt[position] || flags.contains(.untimed) {
        // It speaks in the very millisecond of its mark.
        markedAt[position] = .min
      }
      // The registry may know it as another kind by now: it was heard, and its rules are others.
      let isOfKind = planOfDevice[position] == kind
      noteHeard(
        position, at: time, receivedAt: receivedAt,
        isOfKind ? plan : plans[planOfDevice[position]], gaps)
      guard isOfKind else { continue }
      for rule in plan.conditions.indices {
        judgeCondition(position, rule, plan, block, row)
      }
      for rule in plan.anomalies.indices {
        judgeAnomaly(position, rule, plan, block, row)
      }
      if !plan.checks.isEmpty { judgeChecks(position, plan, block, row) }
    }
  }

  private mutating func judgeCondition(
    _ position: Int, _ rule: Int, _ plan: AlertPlan, _ block: ReadingColumns, _ row: Int
  ) {
    let index = conditionStart[position] + rule
    let time = block.eventTime[row]
    let test = plan.conditions[rule].test
    let judgedAt = conditionStates[index].judgedAt
    // Two readings without a time of their own within one millisecond come in their order.
    let isNewer = time > judgedAt || time == judgedAt && block.flags[row].contains(.untimed)
    guard let column = test.column, block.metrics[column].tags[row] != .absent, isNewer,
      let holds = plan.holds(rule, block.metrics[column], row)
    else { return }
    var state = conditionStates[index]
    // Over a silence longer than the allowance nobody knows whether it held.
    let isUnbroken =
      state.judgedAt != .min && time - state.judgedAt <= plan.offlineAfter
    state.judgedAt = time
    if !holds {
      state.holdsSince = .min
    } else if state.holdsSince == .min || (!isUnbroken && !state.isOpen) {
      state.holdsSince = max(time, state.openedAt == .min ? time : state.openedAt + 1)
    }
    if holds, !state.isOpen, max(0, time - state.holdsSince) >= test.duration {
      state.isOpen = true
      state.openedAt = state.holdsSince
      announce { book in
        let compiled = plan.conditions[rule]
        book.raise(
          compiled.rule, kind: plan.kind, device: block.device[row], since: state.holdsSince,
          at: block.receivedAt[row],
          evidence: .condition(
            compiled.condition, metric: compiled.metric, value: block.metrics[column][row],
            held: time - state.holdsSince),
          metric: compiled.metric)
      }
    } else if !holds, state.isOpen {
      state.isOpen = false
      announce { book in
        book.resolve(
          rule: plan.conditions[rule].name, device: block.device[row], resolvedAt: time,
          at: block.receivedAt[row])
      }
    }
    conditionStates[index] = state
  }

  mutating func announce(_ change: (inout AlertBook) -> Void) {
    if !isRecovering { change(&book) }
  }
}
