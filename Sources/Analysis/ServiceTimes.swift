// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// How long the service behind a device was there (``ServiceAvailability``): milliseconds, which
/// may be added over stretches that do not overlap and over devices.
package struct ServiceTimes: Hashable, Sendable {
  /// `held + failed + unknown` is the time the device was up.
  package var held: Milliseconds = 0
  package var failed: Milliseconds = 0
  package var unknown: Milliseconds = 0
  /// The device itself was down, so nothing was served.
  package var down: Milliseconds = 0
  package var unobserved: Milliseconds = 0

  package init(
    held: Milliseconds = 0, failed: Milliseconds = 0, unknown: Milliseconds = 0,
    down: Milliseconds = 0, unobserved: Milliseconds = 0
  ) {
    self.held = held
    self.failed = failed
    self.unknown = unknown
    self.down = down
    self.unobserved = unobserved
  }

  /// held ÷ (held + failed + down) in parts per million, rounded down; nil if no judged time is
  /// left, or if the device was up and never said how its service was.
  package var ratio: Int64? {
    isKnown ? PartsPerMillion.of(held, in: held + failed + down) : nil
  }

  /// The ratio if the service had failed in all unknown and unobserved time.
  package var ratioLowest: Int64? {
    isKnown ? PartsPerMillion.of(held, in: held + failed + down + undecided) : nil
  }

  /// The ratio if the service had held in all unknown and unobserved time.
  package var ratioHighest: Int64? {
    isKnown ? PartsPerMillion.of(held + undecided, in: held + failed + down + undecided) : nil
  }

  /// A ratio of an hour of outage to a month of silence about the service would be a lie.
  private var isKnown: Bool { held + failed > 0 || (unknown == 0 && down > 0) }

  private var undecided: Milliseconds { unknown + unobserved }

  package static func += (left: inout ServiceTimes, right: ServiceTimes) {
    left.held += right.held
    left.failed += right.failed
    left.unknown += right.unknown
    left.down += right.down
    left.unobserved += right.unobserved
  }
}
