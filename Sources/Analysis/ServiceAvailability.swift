// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A stretch of up time in which at least one condition of the profile did not hold.
package struct ServiceFailure: Hashable, Sendable {
  /// Inside the period; an outage of the device ends it.
  package var interval: Interval
  /// Every condition that failed at some instant of it, in the profile's order.
  package var failing: [Condition]
  /// At its end, within the period, all conditions were seen to hold again.
  package var isRestored: Bool

  package init(interval: Interval, failing: [Condition], isRestored: Bool) {
    self.interval = interval
    self.failing = failing
    self.isRestored = isRestored
  }
}

/// What share of a period the service behind a device was there: its WAN link up, its endpoint
/// registered, its schedule in step; the profile's `service` conditions say what.
///
/// Only the time in which the device is *up* (``Availability``) is judged by the conditions. A
/// value speaks from its event time until the next reading that carries the same metric; a reading
/// without the metric changes nothing, and the last value before an outage still speaks after it.
/// At one instant the service
/// - *failed* if any condition is known not to hold,
/// - *held* if all conditions are known to hold,
/// - is *unknown* otherwise: some condition's metric has not been heard of yet.
///
/// Backlog counts, since it says what the service was. Values out of range, retained copies and
/// offline marks do not. If readings of one event time disagree, failed wins, so that order and
/// duplicates of readings change nothing.
///
/// Service availability = held ÷ (held + failed + down). Unknown and unobserved time stands in
/// neither part and gives bounds beside the ratio, as with availability.
package struct ServiceAvailability: Hashable, Sendable {
  /// Milliseconds of the period.
  package let times: ServiceTimes
  /// Ascending and disjoint; they sum to `failed`.
  package let failures: [ServiceFailure]
}
