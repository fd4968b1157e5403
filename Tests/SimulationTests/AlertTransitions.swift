// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// What people were told of alerts, held against what the store says of them.
///
/// Nobody takes anything from the outbox of a simulation, so it holds every transition.
struct AlertTransitions {
  private struct Event: Decodable {
    struct Body: Decodable {
      var alert: String
      var version: Int
      var state: String
    }
    var id: String
    var data: Body
  }

  private var ofAlerts: [String: [Event.Body]] = [:]

  var alertCount: Int { ofAlerts.count }

  init(in store: Store) throws {
    var last: Int64 = 0
    while true {
      let part = try store.outbox(after: last, countMax: 1_000)
      guard let end = part.last else { return }
      for message in part where message.topic.hasSuffix("/alert-event") {
        let event = try JSONDecoder().decode(Event.self, from: Data(message.payload))
        ofAlerts[event.data.alert, default: []].append(event.data)
      }
      last = end.id
    }
  }

  /// Each transition is announced once and in order; what the store says came last.
  func fault(in store: Store) throws -> String? {
    for (alert, events) in ofAlerts where events.map(\.version) != Array(1...events.count) {
      return "alert \(alert) was announced as \(events.map(\.version))"
    }
    let stored = try store.alerts(from: .min, to: .max)
    for alert in stored {
      guard let last = ofAlerts[alert.id]?.last else { return "never announced: \(alert.id)" }
      guard last.version == alert.version, last.state == alert.state.rawValue else {
        return "alert \(alert.id) is \(alert.state), announced was \(last.state)"
      }
    }
    // Only what is over may be gone.
    let kept = Set(stored.map(\.id))
    let lost = ofAlerts.first { !kept.contains($0.key) && $0.value.last?.state != "resolved" }
    return lost.map { "alert \($0.key) is gone and was not resolved" }
  }
}
