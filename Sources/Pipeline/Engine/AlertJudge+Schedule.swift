// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

extension AlertJudge {
  /// Kinds that serve only around slots have other hours when the schedule has changed.
  ///
  /// - Parameter batch: as it was committed.
  mutating func followSchedule(_ batch: CommitBatch, in store: Store) throws(StoreError) {
    let profiles = plans.map(\.profile)
    guard !batch.slots.isEmpty, profiles.contains(where: { $0.serviceAroundSlots != nil }) else {
      return
    }
    servicePlans = try ServicePlans(
      store: store, registry: try store.registry(), profiles: profiles)
  }
}
