// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Takes a device to another site. It stays the same device: number, id, readings, history.
package enum DeviceMove {
  package struct Result: Sendable {
    package var before: Device
    package var after: Device
    /// Of what it said under its new topics before anybody told us of the move.
    package var credited: IntakeCounters

    /// Its topics name the commune, so the device itself must be told of the new one.
    package var hasNewTopics: Bool { before.commune != after.commune }
  }

  package static func move(
    _ id: String, to site: String, by actor: String, note: String? = nil, at now: Milliseconds,
    store: Store, profiles: [Profile]
  ) throws -> Result {
    let registry = try store.registry()
    let device = try registry.deviceInService(id)
    guard device.site != site else { throw DeviceRefusal.sameSite(id, site: site) }
    var moved = device
    (moved.site, moved.commune) = (site, try registry.openSite(site, at: now).commune)
    _ = try store.changeRegistry(Registry(devices: [moved]), by: actor, note: note, at: now)
    let credit = try InboxCredit(of: moved.address, store: store, profiles: profiles)
    return Result(before: device, after: moved, credited: credit.counters)
  }
}
