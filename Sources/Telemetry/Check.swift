// SPDX-License-Identifier: Apache-2.0

/// A deterministic check of one device: plain arithmetic that a person can follow, no learning of
/// what is "normal" beyond what is said here. `docs/CHECKS.md` has formulas and sources.
package enum Check: Sendable, Hashable {
  /// The metric has kept one and the same value longer than `times` its own longest run so far,
  /// and at least so long.
  case stuck(metric: String, times: Double, atLeast: Milliseconds)
  /// So many readings in a row, over at least so long, lay outside the metric's range.
  case outOfRange(metric: String, readings: Int, for: Milliseconds)
  /// A counter began anew that often within a while, although its device went on running.
  case counterReset(metric: String, count: Int, within: Milliseconds)
  /// The device booted that often within a while.
  case rebootLoop(count: Int, within: Milliseconds)
  /// The device's clock is off by more than `offBy`, or moves by more than `perDay` a day.
  case clockDrift(offBy: Milliseconds, perDay: Milliseconds)
  /// The metric's hourly means move away from their usual, slowly or at once, and those of its
  /// commune do not: told when that is e^`threshold` times likelier than that nothing changed.
  case degradation(metric: String, threshold: Double)
  /// By its trend the metric reaches a limit within the given time.
  case exhaustion(metric: String, limit: Limit, within: Milliseconds)
  /// A date of the registry is so near.
  case expiry(Expiring, within: Milliseconds)

  /// What runs out.
  package enum Limit: Sendable, Hashable {
    /// Falls to so much.
    case falling(to: Double)
    /// Rises to so much.
    case rising(to: Double)
    /// Rises to the megabytes that the registry names for the device's SIM, before its cycle ends.
    case simQuota
  }

  /// What has a last day.
  package enum Expiring: String, Sendable, CaseIterable {
    case sim, certificate
  }

  /// The metric it looks at; nil where it is the device, its clock or the registry.
  package var metric: String? {
    switch self {
    case .stuck(let metric, _, _), .outOfRange(let metric, _, _),
      .counterReset(let metric, _, _), .degradation(let metric, _),
      .exhaustion(let metric, _, _):
      metric
    case .rebootLoop, .clockDrift, .expiry: nil
    }
  }

  /// Its name in profiles and in evidence.
  package var form: Form {
    switch self {
    case .stuck: .stuck
    case .outOfRange: .outOfRange
    case .counterReset: .counterReset
    case .rebootLoop: .rebootLoop
    case .clockDrift: .clockDrift
    case .degradation: .degradation
    case .exhaustion: .exhaustion
    case .expiry: .expiry
    }
  }

  package enum Form: String, Sendable, CaseIterable, Codable {
    case stuck
    case outOfRange = "out_of_range"
    case counterReset = "counter_reset"
    case rebootLoop = "reboot_loop"
    case clockDrift = "clock_drift"
    case degradation
    case exhaustion
    case expiry
  }
}
