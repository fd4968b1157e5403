// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What a check tells of one device: that something began, or that it is over.
package enum CheckFinding: Sendable, Hashable {
  case began(CheckFigures)
  /// - Parameter at: event time of what ended it.
  case ended(at: Milliseconds)
}
