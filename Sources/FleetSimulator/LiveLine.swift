// SPDX-License-Identifier: Apache-2.0
import Telemetry

/// One connection of a live fleet with what waits for it: a device's own, or a shared one.
///
/// Owned and called by the fleet's one thread.
final class LiveLine {
  private static let retryMax: Milliseconds = 30_000

  let connection: BrokerConnection
  /// Nil if several devices share the connection.
  let device: SimulatedDevice?
  /// The plan wants it connected.
  private var isWanted = true
  private var outbox: [SimulatedMessage] = []
  private var retryAt: Milliseconds = 0
  private var retryDelay: Milliseconds = 1_000
  /// After an accident the broker has published our will, so the state must be set right.
  private var mustTellState = false
  private var isOpening = false

  init(connection: BrokerConnection, device: SimulatedDevice?) {
    self.connection = connection
    self.device = device
    connection.whenConnected = { [unowned self] in flush() }
  }

  func open(at now: Milliseconds) throws(FleetFailure) {
    if let device { try connection.setWill(topic: device.topic(.state), payload: will(now)) }
    isOpening = true
    retryAt = now + retryDelay
    try connection.connect()
  }

  private func will(_ now: Milliseconds) -> [UInt8] {
    DeviceSimulation.statePayload(isOnline: false, shown: now, asText: false)
  }

  /// False if the message was lost.
  func send(_ message: SimulatedMessage) -> Bool {
    if connection.isConnected, outbox.isEmpty {
      let packetID = connection.publish(
        topic: message.topic, payload: message.payload, retained: message.retained)
      if packetID != nil { return true }
    }
    guard outbox.count < LiveFleet.outboxMax else { return false }
    outbox.append(message)
    return true
  }

  func lose(isAbrupt: Bool) {
    isWanted = false
    if isAbrupt { connection.dropWithoutGoodbye() } else { connection.disconnect() }
  }

  func comeBack() {
    isWanted = true
    isOpening = true
    retryAt = 0
  }

  /// Opens a connection that should stand and does not; true if it broke by accident.
  func reopenIfBroken(now: Milliseconds) -> Bool {
    guard isWanted, !connection.isConnected else { return false }
    let isAccident = !isOpening
    if isAccident {
      isOpening = true
      mustTellState = true
      retryAt = 0
    }
    guard now >= retryAt else { return isAccident }
    do {
      try open(at: now)
    } catch {
      // The broker is away: the outbox keeps what it can, and we try again later.
      retryDelay = min(retryDelay * 2, Self.retryMax)
      retryAt = now + retryDelay
    }
    return isAccident
  }

  /// The broker has accepted us: what waited goes out in its order.
  private func flush() {
    isOpening = false
    retryDelay = 1_000
    if mustTellState, let device {
      mustTellState = false
      let payload = DeviceSimulation.statePayload(
        isOnline: true, shown: wallClock(), asText: false)
      _ = connection.publish(topic: device.topic(.state), payload: payload, retained: true)
    }
    var sent = 0
    while sent < outbox.count {
      let message = outbox[sent]
      let packetID = connection.publish(
        topic: message.topic, payload: message.payload, retained: message.retained)
      guard packetID != nil else { break }
      sent += 1
    }
    outbox.removeFirst(sent)
  }
}
