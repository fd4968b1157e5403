// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// The life cycle of alerts: opens, acknowledges and resolves them, and writes what is to be sent.
///
/// Owned by the engine's thread. Holds the open alerts (one at most for a rule and a device, as the
/// store's unique index demands) and the transitions since the last commit. Bounds: rules ×
/// devices open alerts; `recentCountMax` of the newest ones for people to look at.
package struct AlertBook {
  package static let recentCountMax = 16
  package static let noteSizeBytesMax = 2_048

  /// What at most one open alert is about.
  package struct Subject: Hashable {
    /// `{kind}/{name of the rule}`.
    package var rule: String
    package var device: Int64

    package init(rule: String, device: Int64) {
      self.rule = rule
      self.device = device
    }
  }

  /// One transition: the alert as it then was, and when nhip knew.
  package struct Step: Sendable {
    package var alert: Alert
    package var at: Milliseconds
  }

  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case notOpen(String)
    case alreadyAcknowledged(String, by: String)
    case noteTooLong

    package var description: String {
      switch self {
      case .notOpen(let id):
        "there is no open alert '\(id)'; see `nhip alerts list`"
      case .alreadyAcknowledged(let id, let by):
        "alert '\(id)' was acknowledged already, by \(by)"
      case .noteTooLong:
        "the note is longer than \(AlertBook.noteSizeBytesMax) bytes"
      }
    }
  }

  private var open: [Subject: Alert] = [:]
  private var devices: [Device] = []
  private var places = AlertPlaces()
  /// Of registry numbers, in `devices`: those are large, and shared with everybody who has them.
  private var positionOfNumber: [Int64: Int32] = [:]
  /// Alerts changed since the last commit, each once, in the order of their first change.
  private var changed: [Alert] = []
  /// In `changed`, by id: when an uplink fails, a nation's alerts change in one tick.
  private var changedPosition: [String: Int] = [:]
  private var outbox: [OutgoingMessage] = []
  /// Every transition since the last commit, in its order: of what begins and ends between two
  /// commits, `changed` has the end alone.
  private var steps: [Step] = []
  /// The newest transitions, newest last.
  package private(set) var recent: [Alert] = []
  private let source: String
  private let isPublished: Bool

  /// - Parameters:
  ///   - open: what the store holds.
  ///   - node: stands in the `source` of every event.
  ///   - isPublished: false writes no messages.
  package init(open: [Alert], registry: Registry, node: String, isPublished: Bool) {
    for alert in open { self.open[Subject(rule: alert.rule, device: alert.device)] = alert }
    recent = Array(open.suffix(Self.recentCountMax))
    source = AlertEvent.source(node: node)
    self.isPublished = isPublished
    take(registry)
  }

  package mutating func take(_ registry: Registry) {
    devices = registry.devices
    places = AlertPlaces(registry)
    positionOfNumber = Dictionary(
      uniqueKeysWithValues: zip(devices.lazy.map(\.number), 0..<Int32(devices.count)))
  }

  private func device(_ number: Int64) -> Device? {
    positionOfNumber[number].map { devices[Int($0)] }
  }

  package var openAlerts: [Alert] { Array(open.values) }
  package var openCount: Int { open.count }

  package func openAlert(rule: String, device: Int64) -> Alert? {
    open[Subject(rule: rule, device: device)]
  }

  /// Opens an alert, unless one is open for this rule and device.
  ///
  /// - Parameters:
  ///   - kind: of the device; with the rule's name it is the name of the rule everywhere else.
  ///   - metric: the one the evidence names.
  ///   - now: when nhip knew.
  package mutating func raise(
    _ rule: AlertRule, kind: String, device number: Int64, since: Milliseconds,
    at now: Milliseconds, evidence: AlertEvidence, metric: Metric? = nil
  ) {
    let name = Self.name(of: rule, kind: kind)
    let subject = Subject(rule: name, device: number)
    guard open[subject] == nil, let device = device(number) else { return }
    let alert = Alert(
      id: AlertID.of(rule: name, device: number, since: since), rule: name, device: number,
      commune: device.commune, severity: rule.severity, since: since, firedAt: now,
      title: rule.title,
      summary: AlertWords.summary(
        evidence, rule: rule, metric: metric,
        device: device.name.isEmpty ? device.id : device.name,
        place: places.text(ofSite: device.site), since: since),
      evidence: evidence.json)
    open[subject] = alert
    note(alert, device, at: now)
  }

  /// Resolves the open alert of this rule and device, if there is one.
  ///
  /// - Parameter resolvedAt: event time of what ended it.
  package mutating func resolve(
    rule name: String, device number: Int64, resolvedAt: Milliseconds, at now: Milliseconds
  ) {
    let subject = Subject(rule: name, device: number)
    guard var alert = open.removeValue(forKey: subject) else { return }
    alert.state = .resolved
    alert.version += 1
    alert.resolvedAt = max(resolvedAt, alert.since)
    note(alert, device(number), at: now)
  }

  /// Resolves what nobody will judge any more: alerts of devices and rules that are gone.
  package mutating func resolveAll(except judged: Set<Subject>, at now: Milliseconds) {
    for subject in open.keys where !judged.contains(subject) {
      resolve(rule: subject.rule, device: subject.device, resolvedAt: now, at: now)
    }
  }

  package mutating func acknowledge(
    id: String, by actor: String, note text: String, at now: Milliseconds
  ) throws(Failure) -> Alert {
    guard text.utf8.count <= Self.noteSizeBytesMax else { throw .noteTooLong }
    guard var alert = open.values.first(where: { $0.id == id }) else { throw .notOpen(id) }
    if let before = alert.acknowledgement { throw .alreadyAcknowledged(id, by: before.by) }
    alert.state = .acknowledged
    alert.version += 1
    alert.acknowledgement = Alert.Acknowledgement(at: now, by: actor, note: text)
    open[Subject(rule: alert.rule, device: alert.device)] = alert
    note(alert, device(alert.device), at: now)
    return alert
  }

  /// Takes an alert over that was changed in the store beside this book.
  package mutating func take(_ alert: Alert) {
    open[Subject(rule: alert.rule, device: alert.device)] = alert.isOpen ? alert : nil
    remember(alert)
  }

  /// Everything since the last call, for the transaction of the records that caused it.
  package mutating func takeTransitions() -> (alerts: [Alert], outbox: [OutgoingMessage]) {
    defer {
      changed.removeAll(keepingCapacity: true)
      changedPosition.removeAll(keepingCapacity: true)
      outbox.removeAll(keepingCapacity: true)
      steps.removeAll(keepingCapacity: true)
    }
    return (changed, outbox)
  }

  /// Every transition since the last call or the last commit.
  package mutating func takeSteps() -> [Step] {
    defer { steps.removeAll(keepingCapacity: true) }
    return steps
  }

  package static func name(of rule: AlertRule, kind: String) -> String { "\(kind)/\(rule.name)" }

  private mutating func note(_ alert: Alert, _ device: Device?, at now: Milliseconds) {
    if let position = changedPosition[alert.id] {
      changed[position] = alert
    } else {
      changedPosition[alert.id] = changed.count
      changed.append(alert)
    }
    steps.append(Step(alert: alert, at: now))
    remember(alert)
    guard isPublished else { return }
    let event = AlertEvent.payload(alert, device: device, source: source, at: now)
    outbox.append(
      OutgoingMessage(
        topic: AlertEvent.stateTopic(alert), payload: alert.isOpen ? event : [],
        isRetained: true, createdAt: now))
    outbox.append(
      OutgoingMessage(
        topic: AlertEvent.streamTopic(alert), payload: event, isRetained: false, createdAt: now))
  }

  private mutating func remember(_ alert: Alert) {
    recent.removeAll { $0.id == alert.id }
    recent.append(alert)
    if recent.count > Self.recentCountMax { recent.removeFirst() }
  }
}

extension AlertBook {
  /// Acknowledges an alert of a store that no engine has at this moment, or that is the caller's.
  ///
  /// - Throws: `Failure`, or `StoreError`.
  package static func acknowledge(
    id: String, by actor: String, note: String, store: Store, isPublished: Bool,
    at now: Milliseconds
  ) throws -> Alert {
    var book = AlertBook(
      open: try store.openAlerts(), registry: try store.registry(),
      node: AlertEvent.node(of: store), isPublished: isPublished)
    let alert = try book.acknowledge(id: id, by: actor, note: note, at: now)
    var batch = CommitBatch()
    (batch.alerts, batch.outbox) = book.takeTransitions()
    try store.commit(batch)
    return alert
  }
}

/// A name that judging the same readings again gives again.
enum AlertID {
  /// Over rule, device and opening. The opening is an event time: a rule judges only readings that
  /// are newer than the last one it judged, so it opens twice at the same one never.
  static func of(rule: String, device: Int64, since: Milliseconds) -> String {
    StableHash.text(StableHash.of("\(rule)\u{0}\(device)\u{0}\(since)"))
  }
}
