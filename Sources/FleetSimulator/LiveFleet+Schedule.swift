// SPDX-License-Identifier: Apache-2.0
import Telemetry

extension LiveFleet {
  /// Who publishes the slots that the fleet keeps to.
  package enum Scheduler: Sendable {
    case nobody
    case anonymous
    case named(username: String, password: String)
  }

  /// How long the broker may take to accept the whole schedule.
  private static let announcePatience: Milliseconds = 30_000

  /// Publishes slots ahead of time, retained, over a connection of the scheduler's own, and returns
  /// when the broker has all of them.
  package func announce(_ slots: [SlotAnnouncement]) throws(FleetFailure) {
    let credentials: (username: String, password: String)?
    switch scheduler {
    case .nobody: return
    case .anonymous: credentials = nil
    case .named(let username, let password): credentials = (username, password)
    }
    guard !slots.isEmpty else { return }
    let connection = try BrokerConnection(
      name: "nhip-sim-scheduler", address: broker, credentials: credentials)
    var published = 0
    var accepted = 0
    connection.whenAccepted = { _ in accepted += 1 }
    try connection.connect()
    let deadline = wallClock() + Self.announcePatience
    while accepted < slots.count {
      guard connection.refusal == nil, wallClock() < deadline else {
        throw FleetFailure(
          "the broker at \(broker.host):\(broker.port) did not take the schedule",
          advice: "check the scheduler's password and its access list")
      }
      while connection.isConnected, published < slots.count,
        published - accepted < BrokerConnection.windowMax
      {
        let slot = slots[published]
        guard
          connection.publish(topic: slot.topic, payload: slot.payload, retained: true) != nil
        else { break }
        published += 1
      }
      BrokerConnection.serve([connection], timeout: 20)
    }
    connection.disconnect()
  }
}
