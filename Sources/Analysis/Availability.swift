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
  private let sums: [Milliseconds]

  init(
    period: Interval, states: [StateInterval], outages: [Outage], outageMin: Milliseconds
  ) {
    self.period = period
    self.states = states
    self.outages = outages
    self.outageMin = outageMin
    sums = DeviceState.allCases.map { state in
      states.reduce(0) { $1.state == state ? $0 + $1.interval.duration : $0 }
    }
    precondition(sums.reduce(0, +) == period.duration, "states do not sum to the period")
  }

  /// Milliseconds of the period spent in a state.
  package subscript(state: DeviceState) -> Milliseconds {
    switch state {
    case .excluded: sums[0]
    case .maintenance: sums[1]
    case .up: sums[2]
    case .unobserved: sums[3]
    case .noLink: sums[4]
    case .off: sums[5]
    case .unknown: sums[6]
    }
  }

  package var down: Milliseconds { self[.noLink] + self[.off] + self[.unknown] }

  package var outageCount: Int { outages.count { $0.accountable >= outageMin } }
  package var shortOutageCount: Int { outages.count { $0.accountable < outageMin } }
  /// The most time that one outage took from the period.
  package var longestOutage: Milliseconds { outages.map(\.downInPeriod).max() ?? 0 }

  /// up ÷ (up + down) in parts per million, rounded down so that any outage shows; nil if neither.
  package var ratio: Int64? { Self.partsPerMillion(self[.up], of: self[.up] + down) }

  /// The ratio if all unobserved time had been down.
  package var ratioLowest: Int64? {
    Self.partsPerMillion(self[.up], of: self[.up] + down + self[.unobserved])
  }

  /// The ratio if all unobserved time had been up.
  package var ratioHighest: Int64? {
    let up = self[.up] + self[.unobserved]
    return Self.partsPerMillion(up, of: up + down)
  }

  /// Rounded down; nil if `whole` is nothing.
  static func partsPerMillion(_ part: Milliseconds, of whole: Milliseconds) -> Int64? {
    whole > 0 ? Int64(Int128(part) * 1_000_000 / Int128(whole)) : nil
  }
}
