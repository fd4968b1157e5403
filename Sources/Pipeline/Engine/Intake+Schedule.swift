// SPDX-License-Identifier: Apache-2.0

import Ingest
import Storage
import Telemetry

/// What the scheduler publishes. Unlike a device's retained copy, which tells a state of long ago,
/// a retained slot is the message itself.
extension Intake {
  func acceptSlot(
    _ message: Message, _ topic: Result<(commune: String, id: String), TopicParser.Fault>
  ) {
    switch topic {
    case .failure(let fault):
      unsafe reject(message, fault.rawValue)
    case .success(let (commune, id)):
      guard unsafe !message.isOversize else {
        return unsafe reject(message, ScheduleFault.tooLarge.rawValue)
      }
      switch unsafe scheduleCodec.decode(message.payload, commune: commune, id: id) {
      case .failure(let fault):
        unsafe reject(message, fault.rawValue)
      case .success(let change):
        counters.slots += 1
        batchCount += 1
        unsafe slots.append(
          SlotMessage(
            commune: commune, id: id, slot: change.slot, receivedAt: message.header.receivedAt,
            topic: Array(message.topic), payload: Self.scrubbed(message.payload)))
      }
    }
  }
}

extension ScheduleCodec.Change {
  /// Nil if the slot is withdrawn.
  var slot: Slot? {
    switch self {
    case .put(let slot): slot
    case .withdraw: nil
    }
  }
}
