// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Ends a device's service. Its readings and its history stay; what it says later goes to the
/// inbox.
package enum DeviceRetirement {
  /// - Parameter instant: when its service ended; nil means now.
  package static func retire(
    _ id: String, at instant: Milliseconds? = nil, by actor: String, note: String? = nil,
    now: Milliseconds, store: Store
  ) throws -> Device {
    let registry = try store.registry()
    var device = try registry.deviceInService(id)
    let retiredAt = instant ?? now
    guard retiredAt <= now else { throw DeviceRefusal.inFuture(retiredAt) }
    if let commissionedAt = device.commissionedAt, retiredAt < commissionedAt {
      throw DeviceRefusal.beforeCommissioning(id, at: commissionedAt)
    }
    let dependants = registry.dependants(of: id)
    guard dependants.isEmpty else {
      throw DeviceRefusal.hasDependants(id, devices: dependants.map(\.id).sorted())
    }
    device.retiredAt = retiredAt
    _ = try store.changeRegistry(Registry(devices: [device]), by: actor, note: note, at: now)
    return device
  }
}
