// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// All that one transaction writes.
package struct CommitBatch: Sendable {
  /// Each becomes a row in `block`; one without readings leaves none.
  package var blocks: [ReadingColumns] = []
  package var inbox: [InboxMessage] = []
  package var quarantine: [QuarantinedMessage] = []
  /// Of the schedule, in the order in which they came.
  package var slots: [SlotMessage] = []
  /// Packets of messages that went to the inbox or to the quarantine.
  package var shelvedPackets: [ShelvedPacket] = []
  /// A session's interval grows: the row with the same session and start gets the later end.
  package var observed: [Observation] = []
  /// Rows, by session and start, that were written by a clock that turned out to be wrong.
  package var observedWithdrawn: [Observation] = []
  /// Stretches in which we could not hear, whatever the sessions say.
  package var observedHoles: [Interval] = []
  /// Its inbox is emptied in the transaction that holds the blocks which credit those messages.
  package var adoptedFrom: DeviceAddress?
  /// Alerts as they are after their transitions.
  package var alerts: [Alert] = []
  /// What is to be sent of those transitions.
  package var outbox: [OutgoingMessage] = []
  /// What those alerts, their ends and the passing of time say of incidents.
  package var incidents = IncidentBatch()

  package init() {}
}

/// By what a message is recognised that the broker sends again.
package struct ShelvedPacket: Sendable, Hashable {
  package var session: UInt16
  package var packetID: UInt16
  package var hash: UInt64

  package init(session: UInt16, packetID: UInt16, hash: UInt64) {
    self.session = session
    self.packetID = packetID
    self.hash = hash
  }
}

/// When one MQTT session could hear.
package struct Observation: Sendable, Hashable {
  package var session: Int
  package var start: Milliseconds
  package var end: Milliseconds

  package init(session: Int, start: Milliseconds, end: Milliseconds) {
    self.session = session
    self.start = start
    self.end = end
  }
}

/// A message of a device that is not registered (yet).
package struct InboxMessage: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
  package var receivedAt: Milliseconds
  package var address: DeviceAddress
  package var flags: ReadingFlags

  package init(
    topic: String, payload: [UInt8], receivedAt: Milliseconds, address: DeviceAddress,
    flags: ReadingFlags
  ) {
    self.topic = topic
    self.payload = payload
    self.receivedAt = receivedAt
    self.address = address
    self.flags = flags
  }
}

/// A message that no reading could be made of.
package struct QuarantinedMessage: Sendable, Hashable {
  /// The topic without its channel, or empty.
  package var address: String
  package var reason: String
  package var topic: [UInt8]
  /// Cut to `MessageShelf.payloadSizeBytesMax` when stored.
  package var payload: [UInt8]
  package var receivedAt: Milliseconds

  package init(
    address: String, reason: String, topic: [UInt8], payload: [UInt8], receivedAt: Milliseconds
  ) {
    self.address = address
    self.reason = reason
    self.topic = topic
    self.payload = payload
    self.receivedAt = receivedAt
  }
}

package struct InboxSummary: Sendable, Hashable {
  package let address: DeviceAddress
  package let kept: Int64
  package let dropped: Int64
  package let firstReceivedAt: Milliseconds
  package let lastReceivedAt: Milliseconds
}

package struct QuarantineSummary: Sendable, Hashable {
  package let address: String
  package let reason: String
  package let count: Int64
  package let firstReceivedAt: Milliseconds
  package let lastReceivedAt: Milliseconds
}
