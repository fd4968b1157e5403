// SPDX-License-Identifier: Apache-2.0

/// One kept MQTT session at QoS 1, as the broker sees it (MQTT 5, 4.4 and 4.9).
///
/// It forgets a message only when it has the PUBACK. Messages are named by their position in what
/// was published.
struct SimulatedBroker {
  struct Delivery {
    var message: Int
    var packetID: UInt16
  }

  let receiveMaximum: Int
  private(set) var isConnected = false
  /// A session stands from the first connection on.
  private(set) var hasSession = false
  /// What has been published and not been sent yet.
  private var queue: [Int] = []
  /// Sent and not acknowledged, oldest first.
  private var inFlight: [Delivery] = []
  /// Sent by this connection and not read yet.
  private(set) var wire: [Delivery] = []
  private var lastPacketID: UInt16 = 0
  private(set) var redeliveryCount = 0

  init(receiveMaximum: Int) { self.receiveMaximum = receiveMaximum }

  /// Everything that was published has been acknowledged.
  var isEmpty: Bool { queue.isEmpty && inFlight.isEmpty }

  mutating func publish(_ message: Int) { queue.append(message) }

  /// What was in flight is sent again, in its order and under its packet ids.
  ///
  /// - Returns: whether the broker had kept the session.
  mutating func connect() -> Bool {
    defer { hasSession = true }
    isConnected = true
    wire = inFlight
    redeliveryCount += inFlight.count
    return hasSession
  }

  /// What was on its way is lost, in both directions.
  mutating func disconnect() {
    isConnected = false
    wire = []
  }

  /// Sends what the receive maximum allows.
  mutating func send() {
    guard isConnected else { return }
    while inFlight.count < receiveMaximum, !queue.isEmpty {
      lastPacketID = lastPacketID == .max ? 1 : lastPacketID + 1
      let delivery = Delivery(message: queue.removeFirst(), packetID: lastPacketID)
      inFlight.append(delivery)
      wire.append(delivery)
    }
  }

  mutating func read() -> Delivery? { wire.isEmpty ? nil : wire.removeFirst() }

  mutating func putBack(_ delivery: Delivery) { wire.insert(delivery, at: 0) }

  /// - Returns: the message that this ends.
  mutating func acknowledge(_ packetID: UInt16) -> Int? {
    guard let position = inFlight.firstIndex(where: { $0.packetID == packetID }) else { return nil }
    return inFlight.remove(at: position).message
  }
}
