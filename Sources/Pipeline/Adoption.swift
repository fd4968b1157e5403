// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Registers a device that was heard before it was known, and credits what the inbox kept of it.
package enum Adoption {
  package struct Result: Sendable {
    package var device: Device
    package var credited: IntakeCounters
    /// Nil where the device was known, so that an engine knows more of it.
    var state: ClockState?
  }

  /// Registration and crediting are two transactions; a crash between them leaves the device
  /// registered and its messages in the inbox, and adopting again credits them.
  package static func adopt(
    _ address: DeviceAddress, name: String, site: String, by actor: String,
    note: String? = nil, at now: Milliseconds, store: Store, profiles: [Profile]
  ) throws -> Result {
    let registry = try store.registry()
    guard RegistryDevices.isID(address.device) else { throw DeviceRefusal.badID(address.device) }
    guard profiles.contains(where: { $0.kind == address.kind }) else {
      throw DeviceRefusal.unknownKind(address.kind, known: profiles.map(\.kind).sorted())
    }
    let home = try registry.openSite(site, at: now)
    guard home.commune == address.commune else {
      throw DeviceRefusal.otherCommune(site: site, commune: address.commune)
    }
    let kept = try store.inboxMessages(address)
    let known = registry.device(address.device)
    if let known {
      try refuse(known, at: address, hasKept: !kept.isEmpty)
    } else {
      let device = Device(
        id: address.device, kind: address.kind, name: name, site: site,
        commune: address.commune, commissionedAt: kept.first?.receivedAt)
      _ = try store.changeRegistry(Registry(devices: [device]), by: actor, note: note, at: now)
    }
    let credit = try InboxCredit(of: address, store: store, profiles: profiles)
    guard let device = try store.registry().device(address.device) else {
      preconditionFailure("a device that was just registered is not in the registry")
    }
    return Result(
      device: device, credited: credit.counters, state: known == nil ? credit.state : nil)
  }

  /// A known device can only be credited once more, if it is the one that spoke.
  private static func refuse(
    _ known: Device, at address: DeviceAddress, hasKept: Bool
  ) throws(DeviceRefusal) {
    if let retiredAt = known.retiredAt { throw .retired(known.id, at: retiredAt) }
    guard known.address == address else {
      throw .registeredElsewhere(known.id, topics: known.topicPrefix)
    }
    guard hasKept else { throw .alreadyRegistered(known.id) }
  }
}
