// SPDX-License-Identifier: Apache-2.0

import Reporting
import Storage
import Telemetry

/// What was planned, for one day after the other: where kinds serve around slots, the slots are
/// read for some weeks at a time and kept until a day needs others.
///
/// A class, since asking may read; owned by the thread of the one seal run or verification it is
/// made for.
final class PlansBySpan {
  /// Days are mostly asked for in ascending order; the refresh of a neighbour goes back a few.
  private static let daysBefore: Int64 = 7
  private static let daysBehind: Int64 = 31

  private var plans: ServicePlans
  private let store: Store
  private let devices: [Device]
  private let profiles: [Profile]
  private let servesAroundSlots: Bool
  private var days: ClosedRange<Int64>?
  /// How often slots were read, for the tests.
  private(set) var readCount = 0

  init(_ plans: ServicePlans, store: Store, devices: [Device], profiles: [Profile]) {
    self.plans = plans
    self.store = store
    self.devices = devices
    self.profiles = profiles
    servesAroundSlots = profiles.contains { $0.serviceAroundSlots != nil }
  }

  /// Plans that hold all that the figures of a day look at.
  func plans(ofDay day: Int64) throws(StoreError) -> ServicePlans {
    guard servesAroundSlots, !(days?.contains(day) ?? false) else { return plans }
    let span = day - Self.daysBefore...day + Self.daysBehind
    try plans.readSlots(
      from: store, devices: devices, profiles: profiles,
      in: Interval(
        start: DeviceTerms.planScope(ofDay: span.lowerBound).start,
        end: DeviceTerms.planScope(ofDay: span.upperBound).end))
    days = span
    readCount += 1
    return plans
  }
}
