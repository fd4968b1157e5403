// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Whether a device reached the target of availability over a period.
package enum TargetVerdict: String, Sendable, Hashable, CaseIterable {
  /// Even if all time that was not observed had been down.
  case met
  /// Even if all of it had been up.
  case missed
  /// Time that was not observed decides it (the rest of a month that is not over, too).
  case undecided

  /// Nil where the ratio is unknown.
  package init?(_ times: StateTimes, targetPartsPerMillion target: Int64) {
    guard times.ratio != nil, let lowest = times.ratioLowest,
      let highest = times.ratioHighest
    else { return nil }
    // Ratios are rounded down to whole parts per million, and so is the target: comparing them
    // is as good as comparing the fractions.
    self = lowest >= target ? .met : highest < target ? .missed : .undecided
  }
}
