// SPDX-License-Identifier: Apache-2.0

import Glibc
import Storage
import Telemetry

/// Sends what stands in the store's outbox, and says every 10 s that nhip lives.
///
/// Runs on a thread of its own (``run()``) with an MQTT client of its own, so that neither the
/// broker's answers nor their absence ever hold up ingest. A message leaves the outbox only when
/// the broker has confirmed it; after a crash or a broken connection it is sent again with the same
/// id. At most one message is under way for a topic. At every connect the retained state of each
/// open alert is sent anew, because the broker may have lost what it retained.
package final class AlertPublisher {
  private let settings: PublisherSettings
  private let store: Store
  private let link: PublisherLink
  private let clock: @Sendable () -> Milliseconds
  private let log: @Sendable (String) -> Void
  private let nodeState: @Sendable () -> NodeState

  private var connection: PublisherConnection?
  /// Read from the outbox, not yet sent; ascending ids. Id 0 is a state sent anew at connect.
  private var queue: [OutgoingMessage] = []
  private var readUntil: Int64 = 0
  private var underWay: [Int32: OutgoingMessage] = [:]
  private var busyTopics: Set<String> = []
  /// Confirmed, and still in the store.
  private var confirmed: [Int64] = []
  private var confirmedSince: Milliseconds = 0
  private var heartbeatAt: Milliseconds?
  /// Heartbeats under way: when each was sent.
  private var heartbeats: [Int32: Milliseconds] = [:]
  private var pausedUntil: Milliseconds = .min
  /// The broker refused a message, so the queue no longer is what the outbox says.
  private var wasRefused = false
  private var random = SystemRandomNumberGenerator()

  package init(
    settings: PublisherSettings, store: Store, link: PublisherLink,
    clock: @escaping @Sendable () -> Milliseconds, log: @escaping @Sendable (String) -> Void,
    nodeState: @escaping @Sendable () -> NodeState
  ) {
    self.settings = settings
    self.store = store
    self.link = link
    self.clock = clock
    self.log = log
    self.nodeState = nodeState
  }

  /// Connects and sends until the link says stop; reconnects for ever.
  package func run() {
    var backoff = PublisherLimits.backoffFirst
    while !link.isStopping {
      do {
        try connect()
        backoff = PublisherLimits.backoffFirst
        while !link.isStopping { try turn(atMost: PublisherLimits.idlePoll) }
        try farewell()
      } catch {
        log("alerts: \(error); trying again in at most \(backoff) ms")
        forgetConnection()
        if !link.isStopping { pause(.random(in: backoff / 2...backoff, using: &random)) }
        backoff = min(backoff * 2, PublisherLimits.backoffMax)
      }
    }
    forgetConnection()
  }

  private func connect() throws {
    let fresh = try PublisherConnection(settings)
    let deadline = clock() + PublisherLimits.connectPatience
    while !fresh.isConnected {
      try fresh.turn(waitingFor: link.descriptor, atMost: 100)
      link.takeWake()
      if link.isStopping { return }
      guard clock() < deadline else {
        throw PublisherFailure(what: "wait for the broker's answer to CONNECT", code: 14)
      }
    }
    connection = fresh
    let source = AlertEvent.source(node: settings.node)
    let devices = Dictionary(
      uniqueKeysWithValues: try store.registry().devices.map { ($0.number, $0) })
    queue = try store.openAlerts().map { alert in
      OutgoingMessage(
        topic: AlertEvent.stateTopic(alert),
        payload: AlertEvent.payload(
          alert, device: devices[alert.device], source: source, at: clock()),
        isRetained: true, createdAt: clock())
    }
    log("alerts: connected, \(queue.count) open")
  }

  private func turn(atMost length: Milliseconds) throws {
    guard let connection else { return }
    try beat(connection)
    try send(connection)
    try connection.turn(
      waitingFor: link.descriptor,
      atMost: confirmed.isEmpty ? length : min(length, PublisherLimits.settleAfter))
    link.takeWake()
    noteAnswers(connection)
    try settle(isLast: false)
  }

  private func beat(_ connection: PublisherConnection) throws {
    let now = clock()
    // One that is under way answers a probe only if it was sent after the question.
    let isAsked = heartbeats.isEmpty && link.takeProbe()
    // A clock that was set back must not silence us.
    if let last = heartbeatAt, !isAsked, (last..<last + PublisherLimits.heartbeat).contains(now) {
      return
    }
    heartbeatAt = now
    let packetID = try connection.publish(
      topic: NodeState.topic(node: settings.node),
      payload: nodeState().payload(sentAt: now), isRetained: true, contentType: nil)
    heartbeats[packetID] = now
  }

  /// Hands over what may go: in order, one at a time for a topic.
  private func send(_ connection: PublisherConnection) throws {
    guard clock() >= pausedUntil else { return }
    if wasRefused {
      // The outbox is read anew from its start, once nothing of it is under way or confirmed.
      guard underWay.isEmpty else { return }
      try settle(isLast: true)
      (queue, readUntil, wasRefused) = ([], 0, false)
    }
    if queue.isEmpty {
      queue = try store.outbox(after: readUntil, countMax: PublisherLimits.queueCountMax)
      readUntil = queue.last?.id ?? readUntil
    }
    var waiting: [OutgoingMessage] = []
    var waitingTopics = busyTopics
    for message in queue {
      // Behind a message of its topic that has to wait, it waits as well.
      guard waitingTopics.insert(message.topic).inserted else {
        waiting.append(message)
        continue
      }
      let packetID = try connection.publish(
        topic: message.topic, payload: message.payload, isRetained: message.isRetained,
        contentType: message.payload.isEmpty ? nil : AlertEvent.contentType)
      underWay[packetID] = message
      busyTopics.insert(message.topic)
    }
    queue = waiting
  }

  private func noteAnswers(_ connection: PublisherConnection) {
    let answers = connection.takeAnswers()
    for packetID in answers.confirmed {
      if let sentAt = heartbeats.removeValue(forKey: packetID) { link.noteAlive(at: sentAt) }
      guard let message = underWay.removeValue(forKey: packetID) else { continue }
      busyTopics.remove(message.topic)
      guard message.id > 0 else { continue }
      if confirmed.isEmpty { confirmedSince = clock() }
      confirmed.append(message.id)
    }
    for (packetID, reason) in answers.refused {
      heartbeats[packetID] = nil
      let topic = underWay.removeValue(forKey: packetID)?.topic
      log(
        "alerts: the broker refused \(topic ?? "the node's state") (MQTT reason \(reason)); "
          + "check its access list for this user; it stays in the outbox")
      pausedUntil = clock() + PublisherLimits.refusalPause
      if let topic { busyTopics.remove(topic) }
      wasRefused = true
    }
  }

  /// Takes what is confirmed out of the store: together, to spare the disk.
  private func settle(isLast: Bool) throws {
    guard !confirmed.isEmpty else { return }
    let isDue =
      isLast || confirmed.count >= PublisherLimits.settleCount
      || (underWay.isEmpty && queue.isEmpty)
      || clock() - confirmedSince >= PublisherLimits.settleAfter || clock() < confirmedSince
    guard isDue else { return }
    try store.removeOutbox(confirmed)
    confirmed = []
  }

  /// Sends what is still there for a short while, then that we are gone.
  private func farewell() throws {
    guard let connection else { return }
    let deadline = clock() + PublisherLimits.farewell
    repeat {
      try turn(atMost: 20)
    } while clock() < deadline && !(underWay.isEmpty && queue.isEmpty)
    try settle(isLast: true)
    let packetID = try connection.publish(
      topic: NodeState.topic(node: settings.node),
      payload: NodeState.stopped.payload(sentAt: clock()), isRetained: true, contentType: nil)
    var isGone = false
    while clock() < deadline && !isGone {
      try connection.turn(waitingFor: -1, atMost: 20)
      isGone = connection.takeAnswers().confirmed.contains(packetID)
    }
    connection.disconnect()
  }

  /// Nothing under way will be confirmed any more; all of it is still in the outbox.
  private func forgetConnection() {
    connection = nil
    underWay = [:]
    busyTopics = []
    queue = []
    readUntil = 0
    heartbeatAt = nil
    heartbeats = [:]
    wasRefused = false
    // What was confirmed is on the broker; if the store does not take it now, it is sent again.
    do { try settle(isLast: true) } catch { log("alerts: \(error)") }
    confirmed = []
  }

  private func pause(_ length: Milliseconds) {
    let deadline = clock() + length
    while clock() < deadline && !link.isStopping {
      var polled = pollfd(fd: link.descriptor, events: Int16(POLLIN), revents: 0)
      unsafe poll(&polled, 1, Int32(max(1, deadline - clock())))
      link.takeWake()
    }
  }
}
