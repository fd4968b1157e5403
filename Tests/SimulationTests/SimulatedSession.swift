// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Telemetry

@testable import Ingest
@testable import Pipeline

/// nhip's end of one MQTT session. The real one is libmosquitto's and its socket's; this one keeps
/// the rule of `Session.flush()`.
final class SimulatedSession {
  /// So small that the broker stops and the ring fills now and then.
  static let receiveMaximum = 20
  private static let ringBytes = 8_192
  /// Nobody read for so long: the broker has hung up.
  private static let silenceMax: Milliseconds = 45_000

  let number: UInt16
  let link: SessionLink
  /// Read since the last acknowledgement, in order.
  private(set) var batch: [UInt16] = []
  private var producer: RecordRing.Producer
  private var resumedLeft = 0
  private var readAt: Milliseconds = 0

  /// - Returns: the session, and what the engine drains.
  static func make(
    _ number: UInt16, isLive: Bool, wake: DispatchSemaphore
  ) -> (SimulatedSession, Engine.SourceBox) {
    var ends = RecordRing.make(capacityBytes: ringBytes)
    let link = SessionLink(engineWake: wake)
    let settings = SessionSettings(
      number: number, name: "session \(number)",
      access: BrokerAccess(host: "", port: 0, tls: nil, username: nil, password: { nil }),
      clientID: "", filters: [], receiveMaximum: receiveMaximum, sessionExpirySeconds: 0,
      isLive: isLive)
    let box = Engine.SourceBox(
      Engine.Source(consumer: ends.takeConsumer(), link: link, settings: settings))
    return (SimulatedSession(number, link, ends.takeProducer()), box)
  }

  private init(_ number: UInt16, _ link: SessionLink, _ producer: consuming RecordRing.Producer) {
    self.number = number
    self.link = link
    self.producer = producer
  }

  /// The acknowledgements of the connection before are gone with it.
  ///
  /// - Parameter step: lets the engine commit what that connection had brought.
  func connect(
    to broker: inout SimulatedBroker, at running: Milliseconds, step: () throws -> Void
  ) throws {
    while !producer.isCommitted { try step() }
    batch = []
    resumedLeft = broker.connect() ? Self.receiveMaximum : 0
    readAt = running
    link.update {
      $0.heardFrom = running
      $0.heardUntil = running
    }
  }

  func disconnect() { link.update { $0.heardFrom = nil } }

  /// Whether nothing has passed the connection for longer than it can stand.
  func isSilent(at running: Milliseconds) -> Bool { running - readAt > Self.silenceMax }

  /// Reads at most so many messages into the ring; while that is full, none.
  func read(
    _ countMax: Int, from broker: inout SimulatedBroker, _ published: [PublishedMessage],
    at running: Milliseconds
  ) {
    for _ in 0..<countMax {
      guard let delivery = broker.read() else { break }
      guard append(published[delivery.message], delivery.packetID, at: running) else {
        broker.putBack(delivery)
        break
      }
      if resumedLeft > 0 { resumedLeft -= 1 }
      batch.append(delivery.packetID)
    }
    producer.publishAppended()
    hear(at: running)
  }

  func hear(at running: Milliseconds) {
    readAt = running
    link.update { $0.heardUntil = $0.heardFrom == nil ? $0.heardUntil : running }
  }

  /// The record that `Session.receive` writes.
  private func append(
    _ message: PublishedMessage, _ packetID: UInt16, at running: Milliseconds
  ) -> Bool {
    let size = message.payload.count
    let isOversize = size > MessageHeader.payloadSizeMax
    let kept = isOversize ? Array(message.payload.prefix(MessageHeader.oversizeKept))
      : message.payload
    var header = MessageHeader(
      receivedAt: running, payloadSize: size, topicSize: message.topic.count, packetID: packetID,
      session: number, flags: resumedLeft > 0 ? .resumed : [])
    return unsafe withUnsafeBytes(of: &header) { header in
      unsafe message.topic.withUnsafeBytes { topic in
        unsafe kept.withUnsafeBytes { payload in
          unsafe producer.append(header, topic, payload)
        }
      }
    }
  }

  /// All acknowledgements of the batch, or none: not one may overtake its commit.
  ///
  /// - Parameter isCareless: the mistake that the simulation must notice.
  func takeAcknowledgements(isCareless: Bool) -> [UInt16] {
    guard isCareless || producer.isCommitted else { return [] }
    defer { batch = [] }
    return batch
  }
}
