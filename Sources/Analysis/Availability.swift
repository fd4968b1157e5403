// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The one state a device is in at an instant.
package enum DeviceState: String, Sendable, Hashable, CaseIterable, Codable {
  /// Not commissioned, retired, or outside service hours: not counted.
  case excluded
  case maintenance
  case up
  /// We could not hear: neither up nor down, it only widens the bounds.
  case unobserved
  /// Down while it says it was running.
  case noLink
  /// Down and not running, by its own later word.
  case off
  /// Down without evidence of why, or still down.
  case unknown

  package var isDown: Bool { self == .noLink || self == .off || self == .unknown }
}

package struct StateInterval: Hashable, Sendable {
  package var interval: Interval
  package var state: DeviceState

  package init(interval: Interval, state: DeviceState) {
    self.interval = interval
    self.state = state
  }
}

/// A silence that counts as down.
package struct Outage: Hashable, Sendable {
  /// From last heard to heard again (or to the end of knowledge), not clipped to the period.
  package var interval: Interval
  /// Accountable time in the whole silence, and the part of it inside the period.
  package var accountable: Milliseconds
  package var downInPeriod: Milliseconds
  /// `noLink`, `off` or `unknown`, whichever has the greatest share.
  package var cause: DeviceState
  /// A presence mark confirmed it.
  package var isMarked: Bool
  /// Not heard again yet.
  package var isOpen: Bool

  package init(
    interval: Interval, accountable: Milliseconds, downInPeriod: Milliseconds,
    cause: DeviceState, isMarked: Bool, isOpen: Bool
  ) {
    self.interval = interval
    self.accountable = accountable
    self.downInPeriod = downInPeriod
    self.cause = cause
    self.isMarked = isMarked
    self.isOpen = isOpen
  }
}

/// How a device spent a period. The states sum to the period to the millisecond.
package struct Availability: Hashable, Sendable {
  package let period: Interval
  /// Ascending, disjoint, covering the period; neighbours differ in state.
  package let states: [StateInterval]
  package let outages: [Outage]
  /// Outages shorter than this are short ("flapping").
  package let outageMin: Milliseconds
  package let times: StateTimes

  init(
    period: Interval, states: [StateInterval], outages: [Outage], outageMin: Milliseconds
  ) {
    self.period = period
    self.states = states
    self.outages = outages
    self.outageMin = outageMin
    times = StateTimes(states)
    precondition(times.total == period.duration, "states do not sum to the period")
  }

  /// Milliseconds of the period spent in a state.
  package subscript(state: DeviceState) -> Milliseconds { times[state] }

  package var down: Milliseconds { times.down }

  package var outageCount: Int { outages.count { $0.accountable >= outageMin } }
  package var shortOutageCount: Int { outages.count { $0.accountable < outageMin } }
  /// The most time that one outage took from the period.
  package var longestOutage: Milliseconds { outages.map(\.downInPeriod).max() ?? 0 }

  package var ratio: Int64? { times.ratio }
  package var ratioLowest: Int64? { times.ratioLowest }
  package var ratioHighest: Int64? { times.ratioHighest }
}
