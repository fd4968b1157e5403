// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// What nhip says of itself in `nhip/v1/node/{node}/state`: retained, every 10 s, with a will, so
/// that a dead nhip never looks like "all well". A consumer treats an absent node as unknown.
package struct NodeState: Encodable, Sendable {
  /// False in the will and at a clean stop.
  package var online = true
  /// When this was sent, RFC 3339 in UTC; absent in the will, which has no time of its own.
  package var ts: String?
  /// `stopped` or `lost`; absent while online.
  package var reason: String?
  /// Until when the engine has judged what came; older than `ts` by far, something holds it up.
  package var asOf: String?
  /// The broker's confirmation of our subscriptions stands: what devices say reaches us.
  package var isHearing: Bool?
  package var openAlerts: Int?
  package var readings: UInt64?

  package init(asOf: Milliseconds?, isHearing: Bool, openAlerts: Int, readings: UInt64) {
    self.asOf = asOf.map(LocalTime.universal)
    self.isHearing = isHearing
    self.openAlerts = openAlerts
    self.readings = readings
  }

  private init(reason: String) {
    online = false
    self.reason = reason
  }

  static let lost = NodeState(reason: "lost")
  static let stopped = NodeState(reason: "stopped")

  static func topic(node: String) -> String { "\(Topic.prefix)/node/\(node)/state" }

  func payload(sentAt: Milliseconds?) -> [UInt8] {
    var state = self
    state.ts = sentAt.map(LocalTime.universal)
    do {
      return [UInt8](try AlertEvidence.encoder.encode(state))
    } catch {
      // Text, flags and whole numbers only; nothing in it can fail to encode.
      preconditionFailure("a node's state cannot be encoded: \(error)")
    }
  }
}
