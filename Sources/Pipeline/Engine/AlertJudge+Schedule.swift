// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

extension AlertJudge {
  /// Kinds that serve only around slots have other hours when the schedule has changed. Calendars
  /// and the registry have not: of the store only slots are read, those that silences of today look
  /// at and all that are still to come.
  ///
  /// - Parameter batch: as it was committed.
  mutating func followSchedule(_ batch: CommitBatch, in store: Store) throws(StoreError) {
    guard let now = batch.slots.map(\.receivedAt).max() else { return }
    try servicePlans.readSlots(
      from: store, devices: devices, profiles: plans.map(\.profile),
      in: Interval(start: now - DeviceTerms.silenceBefore, end: .max))
  }
}
