// SPDX-License-Identifier: Apache-2.0

import Alerting
import Reporting
import Telemetry

@testable import Analysis
@testable import Pipeline

/// One device of one kind before a judge, without broker, store and clock.
struct JudgeBench {
  private let profile: Profile
  private let device: Device
  private var judge: AlertJudge
  private var gaps = ObservationGaps(observed: [])
  private var intake: Intake
  /// Blocks since the last checkpoint, and the checkpoint.
  private var blocks: [(id: Int64, columns: ReadingColumns)] = []
  private(set) var newestBlock: Int64 = 0
  private var feedback = FeedbackThresholds()
  private var checkpoint: [UInt8]?

  init(serviceHours: [ServiceHours] = [], commissionedAt: Milliseconds? = nil) {
    device = Device(
      number: 3, id: "ap-1", kind: "wifi-ap", name: "ap", site: "s", commune: "04321",
      commissionedAt: commissionedAt)
    profile = Self.profile(serviceHours)
    intake = Intake(
      profiles: [profile], registry: Registry(devices: [device]), observed: [], receiveMaximum: 1)
    judge = AlertJudge(profiles: [profile], devices: [device], book: Self.book(device, open: []))
    observe(from: 0, until: 0)
  }

  private static func book(_ device: Device, open: [Alert]) -> AlertBook {
    AlertBook(open: open, registry: Registry(devices: [device]), node: "n", isPublished: false)
  }

  private static func profile(_ serviceHours: [ServiceHours]) -> Profile {
    func metric(_ name: String, _ form: Metric.Form, watch: Watch? = nil) -> Metric {
      Metric(
        name: name, path: "/\(name)", form: form, watch: watch,
        title: Title(vi: name, en: name))
    }
    func rule(_ name: String, _ trigger: AlertRule.Trigger) -> AlertRule {
      AlertRule(
        name: name, title: Title(vi: name, en: name), severity: .medium, trigger: trigger)
    }
    return Profile(
      kind: "wifi-ap", title: Title(vi: "ap", en: "ap"), version: 1, reportInterval: 60_000,
      offlineAfter: 180_000, serviceHours: serviceHours,
      metrics: [
        metric("up", .gauge), metric("online", .flag), metric("wan_up", .flag),
        metric("clients", .gauge, watch: Watch()), metric("hot", .flag),
        metric("sessions", .counter, watch: Watch(direction: .above)),
      ],
      service: [], usage: [],
      alerts: [
        rule("offline", .offline),
        rule(
          "wan_down",
          .condition(
            Condition(metric: "wan_up", comparison: .equal, constant: .number(0)),
            duration: 180_000)),
        rule(
          "hot",
          .condition(
            Condition(metric: "hot", comparison: .equal, constant: .number(1)), duration: 0)),
        rule("clients_unusual", .anomaly(metric: "clients")),
        rule("sessions_unusual", .anomaly(metric: "sessions")),
      ])
  }

  var book: AlertBook { judge.book }
  /// Names of the rules whose alerts are open.
  var open: [String] { judge.book.openAlerts.map(\.rule).sorted() }

  /// An operator enters what is planned.
  mutating func plan(_ entries: [CalendarEntry]) {
    judge.servicePlans = ServicePlans(
      entries: entries,
      registry: Registry(
        sites: [Site(code: "s", name: "", type: "pole", unit: "04321")], devices: [device]))
  }

  /// What people said, withdrawn rows too.
  mutating func say(_ rows: [AnomalyFeedback]) {
    feedback = FeedbackThresholds(rows)
    judge.feedback = feedback
  }

  /// Everything that detectors and rules remember of the watched metrics.
  var anomalyStates: AnomalyStates { judge.anomalyStates }
  var detectorStates: [[UInt8]] {
    judge.anomalyStates.indices.map { judge.detectors.encoded($0) }
  }

  /// - Parameter up: seconds since boot.
  mutating func sessions(_ total: UInt64, up: Int64? = nil, at time: Milliseconds) {
    read(
      at: time, receivedAt: time, [], wan: .absent, clients: .absent,
      sessions: .unsigned(total), up: up.map { .integer($0) } ?? .absent)
  }

  mutating func taken() -> [Alert] { judge.book.takeTransitions().alerts }

  mutating func observe(from start: Milliseconds? = nil, until end: Milliseconds) {
    gaps.heard(from: start ?? gaps.heardUntil ?? end, until: end)
  }

  mutating func tick(_ now: Milliseconds) {
    observe(until: now)
    judge.tick(now: now, gaps: gaps)
  }

  /// - Parameter session: by which it says something; nil if it confirms what was sent to it.
  mutating func brokerAlive(at instant: Milliseconds, by session: UInt16? = nil) {
    judge.noteBrokerAlive(at: instant, by: session, gaps)
  }

  /// The session comes back.
  mutating func connect(at instant: Milliseconds) {
    judge.brokerSigns.noteHearing(since: instant, by: 1)
  }

  mutating func forgetMarks() { judge.forgetMarks() }

  mutating func hear(at time: Milliseconds, flags: ReadingFlags = []) {
    read(at: time, receivedAt: time, flags, wan: .absent, clients: .absent)
  }

  mutating func mark(receivedAt: Milliseconds, flags: ReadingFlags = .offlineMark) {
    read(at: receivedAt, receivedAt: receivedAt, flags, wan: .absent, clients: .absent)
  }

  mutating func wan(_ isUp: Bool, at time: Milliseconds) {
    read(at: time, receivedAt: time, [], wan: .flag(isUp), clients: .absent)
  }

  mutating func clients(_ count: Int64, at time: Milliseconds, wan isUp: Bool? = nil) {
    read(
      at: time, receivedAt: time, [], wan: isUp.map { .flag($0) } ?? .absent,
      clients: .integer(count))
  }

  /// Without a time of its own, under a rule that one reading opens and one closes.
  mutating func heat(_ isHot: Bool, at receivedAt: Milliseconds) {
    read(
      at: receivedAt, receivedAt: receivedAt, .untimed, wan: .absent, clients: .absent,
      hot: .flag(isHot))
  }

  private mutating func read(
    at time: Milliseconds, receivedAt: Milliseconds, _ flags: ReadingFlags, wan: Value,
    clients: Value, hot: Value = .absent, sessions: Value = .absent, up: Value = .absent
  ) {
    let block = block(
      at: time, receivedAt: receivedAt, flags, [up, .absent, wan, clients, hot, sessions])
    judge.read(block, gaps: gaps)
    newestBlock += 1
    blocks.append((newestBlock, block))
  }

  /// As if the detector of the clients had found that, whatever it finds.
  mutating func find(_ isAnomalous: Bool, at time: Milliseconds) {
    let absent = [Value](repeating: .absent, count: 6)
    judge.follow(
      Judgement(
        value: 88, expected: 11, lower: 6, upper: 16, usualDeviation: 2.5,
        novelty: isAnomalous ? 11 : 0, severity: 3, channel: .spike, isAbove: true,
        localHour: nil, readingCount: 41_000, isAnomalous: isAnomalous,
        startsAnomaly: isAnomalous),
      0, judge.plans[0].anomalies[0], judge.plans[0],
      block(at: time, receivedAt: time, [], absent), 0)
  }

  private func block(
    at time: Milliseconds, receivedAt: Milliseconds, _ flags: ReadingFlags, _ values: [Value]
  ) -> ReadingColumns {
    var block = ReadingColumns(
      kind: "wifi-ap", profileVersion: 1, metricNames: profile.metrics.map(\.name))
    block.device = [device.number]
    block.channel = [.telemetry]
    block.session = [1]
    block.flags = [flags]
    block.receivedAt = [receivedAt]
    block.eventTime = [time]
    for (column, value) in values.enumerated() { block.metrics[column].append(value) }
    return block
  }

  /// As after a kill: a new judge with what the store holds.
  ///
  /// - Returns: the transitions that were committed before.
  mutating func restart(checkpointAt isCheckpointDue: Bool) -> [Alert] {
    if isCheckpointDue {
      var position = 0
      checkpoint = Checkpoint.part(of: intake, judge, from: &position)
      blocks = []
    }
    let committed = taken()
    judge = AlertJudge(
      profiles: [profile], devices: [device],
      book: Self.book(device, open: judge.book.openAlerts))
    if let checkpoint { precondition(Checkpoint.restore(checkpoint, intake, &judge)) }
    judge.feedback = feedback
    for (id, block) in blocks { judge.recover(block, 0..<block.count, id: id, gaps: gaps) }
    judge.forgetMarks()
    judge.takeOpenAlerts()
    return committed
  }
}
