// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// What all devices of a plan share.
final class PlanFrame: Sendable {
  let seed: UInt64
  let span: Interval
  let rates: FaultRates
  /// Draws what goes wrong instead of `rates`, which then only rule the network.
  let anomalies: AnomalyPlan?

  init(seed: UInt64, span: Interval, rates: FaultRates, anomalies: AnomalyPlan? = nil) {
    self.seed = seed
    self.span = span
    self.rates = rates
    self.anomalies = anomalies
  }

  func idleInterval(_ kind: SimulatedKind) -> Milliseconds {
    guard let anomalies else { return kind.idleInterval }
    return kind == .videoEndpoint
      ? max(kind.idleInterval, anomalies.reportInterval) : anomalies.reportInterval
  }

  func busyInterval(_ kind: SimulatedKind) -> Milliseconds {
    guard let anomalies, kind == .loudspeaker else { return kind.busyInterval }
    return max(kind.busyInterval, anomalies.reportInterval / 4)
  }
}

/// One thing that happens in a fleet.
enum FleetStep: Sendable {
  case message(SimulatedMessage)
  /// A device lost its connection; abruptly, or by a proper DISCONNECT (then no will follows).
  case lost(deviceIndex: Int, isAbrupt: Bool)
  case returned(deviceIndex: Int)
}

/// One device over a plan: a state machine that is asked for its next instant and told to step.
///
/// Owned by whoever walks the plan, one at a time; it holds at most `backlogMax` readings,
/// `heldEventsMax` events and the few messages that are still under way.
struct DeviceSimulation: Sendable {
  /// More than a day of readings, once a minute; what comes later is lost, as on real flash.
  static let backlogMax = 2_000
  static let heldEventsMax = 32
  /// From one stored reading to the next when a backlog is sent.
  static let backlogSpacing: Milliseconds = 20

  let device: SimulatedDevice
  let index: Int
  let kind: SimulatedKind
  let frame: PlanFrame
  let timeline: DeviceTimeline
  let anomalies: DeviceAnomalies?
  let telemetryTopic: String
  var random: RandomStream
  var body: DeviceBody
  var tally = DeviceTally()

  var nextReportAt: Milliseconds
  var nextActivityAt = Milliseconds.max
  var slot: DailySchedule.Slot?
  private var outageCursor = 0
  private var serviceFaults: FaultWalk
  private var unusualValues: FaultWalk
  private var counterResetCursor = 0
  var isOut = false
  private var connectedAt: Milliseconds
  private var isIntroduced = false
  /// The reading before was late, so this one must not be.
  var wasLate = true
  /// In order of publication.
  private var underway: [SimulatedMessage] = []
  private var backlog: [[UInt8]] = []
  var heldEvents: [HeldEvent] = []

  /// An event that waits for the link.
  struct HeldEvent {
    var payload: [UInt8]
    var playedSeconds: Int
    /// Place in the tally of the slot whose end it tells.
    var slot: Int?
  }

  init(
    device: SimulatedDevice, index: Int, frame: PlanFrame, wrongClockRank: Int?,
    keepsBacklog: Bool
  ) {
    guard let kind = SimulatedKind(rawValue: device.kind) else {
      preconditionFailure("the simulator has no device of kind \(device.kind)")
    }
    self.device = device
    self.index = index
    self.kind = kind
    self.frame = frame
    anomalies = frame.anomalies?.devices[index]
    timeline = DeviceTimeline(
      device: device, anomalies: anomalies, frame: frame, wrongClockRank: wrongClockRank,
      keepsBacklog: keepsBacklog)
    serviceFaults = FaultWalk(timeline.serviceFaults)
    unusualValues = FaultWalk(timeline.unusualValues)
    telemetryTopic = device.topic(.telemetry)
    random = RandomStream(seed: frame.seed, name: "device \(device.commune)/\(device.id)")
    let start = frame.span.start
    body = DeviceBody(kind: kind, boot: timeline.bootBefore, now: start, random: &random)
    if let anomalies { body.equip(with: anomalies) }
    nextReportAt = start + random.integer(in: 0...(frame.idleInterval(kind) - 1))
    connectedAt = timeline.bootBefore + 30_000
    scheduleActivity(after: start)
  }

  /// When `step` has something to do; past the plan's end means never again.
  var nextAt: Milliseconds {
    min(underway.first?.publishedAt ?? .max, outageEdge, nextActivityAt, nextReportAt)
  }

  private var outageEdge: Milliseconds {
    guard outageCursor < timeline.outages.count else { return .max }
    let interval = timeline.outages[outageCursor].interval
    return isOut ? interval.end : interval.start
  }

  /// Nothing sent now arrives later than this: the link, or the plan, ends there.
  var arrivalMax: Milliseconds {
    guard !isOut, outageCursor < timeline.outages.count else { return frame.span.end - 1 }
    return min(frame.span.end, timeline.outages[outageCursor].interval.start) - 1
  }

  var hasLink: Bool { !isOut }
  var isRunning: Bool {
    !isOut || timeline.outages[outageCursor].kind.state == .noLink
  }

  /// Does what is due at `nextAt`, and tells what came of it.
  mutating func step(into steps: inout [FleetStep]) {
    let now = nextAt
    if let message = underway.first, message.publishedAt == now {
      underway.removeFirst()
      steps.append(.message(message))
    } else if now == outageEdge {
      if isOut { comeBack(now, &steps) } else { goOut(now, &steps) }
    } else if now == nextActivityAt {
      if body.activity == nil { startActivity(now, &steps) } else { endActivity(now, &steps) }
    } else {
      report(now, &steps)
    }
  }

  func shown(_ instant: Milliseconds) -> Milliseconds {
    instant + timeline.clockOffset + (anomalies?.clockError(at: instant) ?? 0)
  }

  /// Puts a message among those under way.
  mutating func dispatch(_ message: SimulatedMessage) {
    let position = underway.firstIndex { $0.publishedAt > message.publishedAt } ?? underway.count
    underway.insert(message, at: position)
  }

  // MARK: Outages

  private mutating func goOut(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    let outage = timeline.outages[outageCursor]
    introduce(now, &steps)
    body.advance(to: now, random: &random)
    isOut = true
    steps.append(.lost(deviceIndex: index, isAbrupt: outage.isAbrupt))
    if let willAt = outage.willAt {
      dispatch(stateMessage(isOnline: false, shown: shown(connectedAt), at: willAt, isWill: true))
    }
    if body.activity != nil, !isRunning || kind == .videoEndpoint { endActivity(now, &steps) }
    if !isRunning { nextReportAt = .max }
  }

  private mutating func comeBack(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    let outage = timeline.outages[outageCursor]
    isOut = false
    outageCursor += 1
    connectedAt = now
    wasLate = true
    steps.append(.returned(deviceIndex: index))
    if let boot = outage.bootAt {
      body.restart(boot: boot)
      tally.reboots.append(boot)
    }
    body.advance(to: now, random: &random)
    steps.append(.message(stateMessage(isOnline: true, shown: shown(now), at: now)))
    if outage.bootAt != nil { tellBoot(outage.kind, now, &steps) }
    for event in heldEvents {
      tally.playedSecondsReported += event.playedSeconds
      if let slot = event.slot { tally.slots[slot].isTold = true }
      steps.append(.message(message(.event, event.payload, at: now)))
    }
    heldEvents.removeAll()
    var arrival = now
    for payload in backlog {
      arrival = min(max(now, arrivalMax), arrival + Self.backlogSpacing)
      dispatch(message(.backlog, payload, at: arrival))
    }
    tally.backlogReadings += backlog.count
    body.first.deliverStored()
    body.second.deliverStored()
    backlog.removeAll()
    nextReportAt = now + random.integer(in: 500...2_500)
  }

  /// The first sign of life of a device that was already running when the plan began.
  mutating func introduce(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    guard !isIntroduced else { return }
    isIntroduced = true
    steps.append(.message(stateMessage(isOnline: true, shown: shown(connectedAt), at: now)))
  }

  private mutating func tellBoot(
    _ kind: FaultKind, _ now: Milliseconds, _ steps: inout [FleetStep]
  ) {
    let reason =
      switch kind {
      case .powerCut, .sitePower, .feederCut: "power"
      case .deviceOff, .rebootLoop, .firmwareReboots, .firmwareSilence: "watchdog"
      default: "command"
      }
    var text = JSONText()
    text.open()
    text.field("type", word: "boot")
    text.field("reason", word: reason)
    text.instant("ts", shown(now), asText: body.writesTimeAsText)
    text.close()
    steps.append(.message(message(.event, text.bytes, at: now)))
  }

  // MARK: Reports

  private mutating func report(_ now: Milliseconds, _ steps: inout [FleetStep]) {
    introduce(now, &steps)
    let isIdle = body.activity == nil
    let interval = isIdle ? frame.idleInterval(kind) : frame.busyInterval(kind)
    nextReportAt = now + interval + random.integer(in: -400...400)
    body.measure(at: now)
    let wrapsBefore = body.wrapCount
    body.advance(to: now, random: &random)
    if body.wrapCount != wrapsBefore { tally.wraps.append(now) }
    loseCounters(now)
    let sentAt = now - random.integer(in: 20...400)
    let payload = body.telemetry(
      shown: shown(sentAt), now: sentAt, trouble: trouble(at: now), random: &random)
    if !isOut {
      body.first.report()
      body.second.report()
      tally.liveReadings += 1
      deliver(message(.telemetry, payload, at: now), interval: interval, &steps)
    } else if timeline.keepsBacklog, backlog.count < Self.backlogMax {
      body.first.store()
      body.second.store()
      backlog.append(payload)
    }
  }

  private mutating func loseCounters(_ now: Milliseconds) {
    guard let resets = anomalies?.counterResets, counterResetCursor < resets.count,
      resets[counterResetCursor] <= now
    else { return }
    counterResetCursor += 1
    body.loseCounters()
  }

  private mutating func trouble(at now: Milliseconds) -> DeviceTrouble {
    DeviceTrouble(
      isServiceFaulty: serviceFaults.holds(at: now), isUnusual: unusualValues.holds(at: now))
  }
}
