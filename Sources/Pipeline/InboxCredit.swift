// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// Makes readings of what the inbox kept of a device that is registered by now.
struct InboxCredit {
  private(set) var counters = IntakeCounters()
  /// What an engine should know of the device after its credited messages.
  private(set) var state: ClockState?

  /// One transaction holds the readings and empties the inbox of this address. An address at which
  /// no device is in service, or of a kind without a profile, keeps its messages.
  init(of address: DeviceAddress, store: Store, profiles: [Profile]) throws {
    let registry = try store.registry()
    guard let device = registry.device(address.device), device.retiredAt == nil,
      device.address == address, profiles.contains(where: { $0.kind == address.kind })
    else { return }
    let intake = Intake(profiles: profiles, registry: registry, observed: [], receiveMaximum: 1)
    for message in try store.inboxMessages(address) { intake.accept(message) }
    var batch = intake.takeBatch()
    batch.adoptedFrom = address
    do { try store.commit(batch) } catch {
      throw StoreError(
        code: error.code, what: "\(address.device) is registered, but not credited: \(error.what)",
        path: error.path, next: "\(error.next); then adopt the device once more")
    }
    counters = intake.counters
    state = zip(intake.devices, intake.states).first { $0.0.number == device.number }?.1
  }
}
