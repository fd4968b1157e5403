// SPDX-License-Identifier: Apache-2.0

/// The topics devices publish on: `nhip/v1/{commune}/{kind}/{device}/{channel}`.
package enum Topic {
  package static let prefix = "nhip/v1"
  /// Second levels that nhip itself and the scheduler write; never a kind of device.
  package static let reserved: Set<String> = [
    "alert", "alert-event", "alert-snapshot", "schedule", "readiness", "node",
  ]
  /// Longest topic that MQTT allows, in bytes.
  package static let lengthMax = 65_535

  package static func path(
    commune: String, kind: String, device: String, channel: Channel
  ) -> String {
    "\(prefix)/\(commune)/\(kind)/\(device)/\(channel.name)"
  }
}

/// Where a device speaks from: the first five levels of its topics, without the channel.
package struct DeviceAddress: Hashable, Sendable {
  package var commune: String
  package var kind: String
  package var device: String

  package init(commune: String, kind: String, device: String) {
    self.commune = commune
    self.kind = kind
    self.device = device
  }
}
