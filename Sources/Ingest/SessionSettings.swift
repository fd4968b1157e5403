// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How one session reaches the broker and what it asks for.
package struct SessionSettings: Sendable {
  package var number: UInt16
  package var name: String
  package var access: BrokerAccess
  package var clientID: String
  package var filters: [String]
  package var receiveMaximum: Int
  package var sessionExpirySeconds: UInt32
  /// Sessions that carry live topics say when we could hear.
  package var isLive: Bool

  package init(
    number: UInt16, name: String, access: BrokerAccess, clientID: String, filters: [String],
    receiveMaximum: Int, sessionExpirySeconds: UInt32, isLive: Bool
  ) {
    self.number = number
    self.name = name
    self.access = access
    self.clientID = clientID
    self.filters = filters
    self.receiveMaximum = receiveMaximum
    self.sessionExpirySeconds = sessionExpirySeconds
    self.isLive = isLive
  }
}

/// The limits of a session, each with its reason.
package enum SessionLimits {
  /// A dead broker must be noticed well before a device counts as offline (180 s / 3).
  package static let keepaliveSeconds: Int32 = 30
  /// A batch is acknowledged at the latest this long after its first message arrived.
  package static let batchAge: Milliseconds = 100
  /// … or when it has this many messages: the engine's columns are sized for it.
  package static let batchMessages = 4_096
  /// Letting messages gather this long between reads halves the cost of a message.
  package static let gather: Milliseconds = 5
  package static let backoffFirst: Milliseconds = 250
  package static let backoffMax: Milliseconds = 30_000
  /// How long a broker may take to answer CONNECT, TLS handshake included.
  package static let answerPatience: Milliseconds = 10_000
  /// How long a commit may take before the session looks whether it should stop.
  package static let commitPatience: Milliseconds = 250
  package static let idlePoll: Milliseconds = 500
  /// What a session that the broker kept brings in its first moments may have waited there, however
  /// much it is.
  package static let resumedFor: Milliseconds = 10_000
}
