// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Puts new hardware in the place of a device: the old one is retired, the new one is registered
/// where it stood, and what reported through the old one reports through the new one.
package enum DeviceReplacement {
  package struct Result: Sendable {
    package var old: Device
    package var new: Device
    /// Devices that now report through the new one.
    package var dependants: [String]
    package var credited: IntakeCounters
    var state: ClockState?
  }

  /// All of the registry changes in one transaction; crediting is a second one, as in ``Adoption``.
  /// SIM and certificate belong to the hardware and are not taken over.
  package static func replace(
    _ oldID: String, with newID: String, by actor: String, note: String? = nil,
    at now: Milliseconds, store: Store, profiles: [Profile]
  ) throws -> Result {
    let registry = try store.registry()
    var old = try registry.deviceInService(oldID)
    guard RegistryDevices.isID(newID) else { throw DeviceRefusal.badID(newID) }
    guard registry.device(newID) == nil else { throw DeviceRefusal.alreadyRegistered(newID) }
    if let commissionedAt = old.commissionedAt, commissionedAt > now {
      throw DeviceRefusal.beforeCommissioning(oldID, at: commissionedAt)
    }
    old.retiredAt = now
    let address = DeviceAddress(commune: old.commune, kind: old.kind, device: newID)
    let firstKeptAt = try store.inboxMessages(address).first?.receivedAt
    let new = Device(
      id: newID, kind: old.kind, name: old.name, site: old.site, commune: old.commune,
      via: old.via, owner: old.owner, commissionedAt: min(firstKeptAt ?? now, now))
    let dependants = registry.dependants(of: oldID).map { device in
      var device = device
      device.via = newID
      return device
    }
    _ = try store.changeRegistry(
      Registry(devices: [old, new] + dependants), by: actor, note: note, at: now)
    let credit = try InboxCredit(of: address, store: store, profiles: profiles)
    guard let registered = try store.registry().device(newID) else {
      preconditionFailure("a device that was just registered is not in the registry")
    }
    return Result(
      old: old, new: registered, dependants: dependants.map(\.id), credited: credit.counters,
      state: credit.state)
  }
}
