// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Registers a device that was heard before it was known, and credits what the inbox kept of it.
package enum Adoption {
  package struct Result: Sendable {
    package var device: Device
    package var credited: IntakeCounters
  }

  package enum Failure: Error, CustomStringConvertible {
    case unknownSite(String)
    case otherCommune(site: String, commune: String)
    case alreadyRegistered(String)

    package var description: String {
      switch self {
      case .unknownSite(let site):
        "there is no site '\(site)' in this store; import the registry with it first"
      case .otherCommune(let site, let commune):
        "site '\(site)' is not in commune \(commune), where the device speaks from"
      case .alreadyRegistered(let id):
        "device '\(id)' is registered already; see `nhip devices list`"
      }
    }
  }

  /// Registration and crediting are two transactions; a crash between them leaves the device
  /// registered and its messages in the inbox, and adopting again credits them.
  package static func adopt(
    _ address: DeviceAddress, name: String, site: String, by actor: String, at now: Milliseconds,
    store: Store, profiles: [Profile]
  ) throws -> Result {
    var registry = try store.registry()
    guard let home = registry.sites.first(where: { $0.code == site }) else {
      throw Failure.unknownSite(site)
    }
    guard commune(of: home.unit, in: registry) == address.commune else {
      throw Failure.otherCommune(site: site, commune: address.commune)
    }
    let kept = try store.inboxMessages(address)
    let known = registry.devices.first { $0.id == address.device }
    if known != nil && kept.isEmpty { throw Failure.alreadyRegistered(address.device) }
    if known == nil {
      registry.devices.append(
        Device(
          id: address.device, kind: address.kind, name: name, site: site,
          commune: address.commune, commissionedAt: kept.first?.receivedAt))
      _ = try store.importRegistry(registry, full: false, by: actor, at: now, dryRun: false)
    }
    let current = try store.registry()
    let intake = Intake(profiles: profiles, registry: current, observed: [], receiveMaximum: 1)
    for message in kept { accept(message, into: intake) }
    var batch = intake.takeBatch()
    batch.adoptedFrom = address
    try store.commit(batch)
    guard let device = current.devices.first(where: { $0.id == address.device }) else {
      preconditionFailure("a device that was just imported is not in the registry")
    }
    return Result(device: device, credited: intake.counters)
  }

  private static func commune(of unit: String, in registry: Registry) -> String? {
    var code = unit
    // A cycle cannot pass the import; the bound is against a store that was tampered with.
    for _ in 0..<registry.units.count + 1 {
      guard let unit = registry.units.first(where: { $0.code == code }) else { return nil }
      if unit.level == "commune" { return unit.code }
      code = unit.parent
    }
    return nil
  }

  private static func accept(_ message: InboxMessage, into intake: Intake) {
    let topic = Array(message.topic.utf8)
    // The decoder reads up to 64 bytes behind the payload.
    let padded =
      message.payload + Array(repeating: 0, count: RecordRing.readableBytesBehind)
    unsafe topic.withUnsafeBytes { topic in
      unsafe padded.withUnsafeBytes { padded in
        let payload = unsafe UnsafeRawBufferPointer(rebasing: padded[..<message.payload.count])
        let header = MessageHeader(
          receivedAt: message.receivedAt, payloadSize: payload.count, topicSize: topic.count,
          packetID: 0, session: 0, flags: message.flags)
        unsafe intake.accept(Message(header: header, topic: topic, payload: payload))
      }
    }
  }
}
