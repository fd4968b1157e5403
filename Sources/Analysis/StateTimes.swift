// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How long a device, or all devices of a unit together, were in each state: milliseconds that sum
/// to the time looked at.
///
/// Times of stretches that do not overlap may be added, whatever each was computed from, because
/// every instant is in exactly one state.
package struct StateTimes: Hashable, Sendable {
  private var excluded: Milliseconds = 0
  private var maintenance: Milliseconds = 0
  private var up: Milliseconds = 0
  private var unobserved: Milliseconds = 0
  private var noLink: Milliseconds = 0
  private var off: Milliseconds = 0
  private var unknown: Milliseconds = 0

  package init() {}

  package init(_ states: some Sequence<StateInterval>) {
    for part in states { self[part.state] += part.interval.duration }
  }

  package subscript(state: DeviceState) -> Milliseconds {
    get {
      switch state {
      case .excluded: excluded
      case .maintenance: maintenance
      case .up: up
      case .unobserved: unobserved
      case .noLink: noLink
      case .off: off
      case .unknown: unknown
      }
    }
    set {
      switch state {
      case .excluded: excluded = newValue
      case .maintenance: maintenance = newValue
      case .up: up = newValue
      case .unobserved: unobserved = newValue
      case .noLink: noLink = newValue
      case .off: off = newValue
      case .unknown: unknown = newValue
      }
    }
  }

  package var down: Milliseconds { noLink + off + unknown }
  package var total: Milliseconds { excluded + maintenance + up + unobserved + down }

  /// up ÷ (up + down) in parts per million, rounded down so that any outage shows; nil if neither.
  package var ratio: Int64? { PartsPerMillion.of(up, in: up + down) }

  /// The ratio if all unobserved time had been down.
  package var ratioLowest: Int64? { PartsPerMillion.of(up, in: up + down + unobserved) }

  /// The ratio if all unobserved time had been up.
  package var ratioHighest: Int64? {
    PartsPerMillion.of(up + unobserved, in: up + unobserved + down)
  }

  package static func += (left: inout StateTimes, right: StateTimes) {
    left.excluded += right.excluded
    left.maintenance += right.maintenance
    left.up += right.up
    left.unobserved += right.unobserved
    left.noLink += right.noLink
    left.off += right.off
    left.unknown += right.unknown
  }
}

/// Shares as whole numbers, so that equal shares are equal.
package enum PartsPerMillion {
  /// Rounded down; nil if `whole` is nothing.
  package static func of(_ part: Int64, in whole: Int64) -> Int64? {
    whole > 0 ? Int64(Int128(part) * 1_000_000 / Int128(whole)) : nil
  }
}
