// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Failures of service of the report for programs.
extension JSONReport {
  /// A stretch of up time in which the service behind the device was not there.
  struct ServiceFailurePart: Encodable {
    var start: Milliseconds
    var end: Milliseconds
    /// Service was seen to be back at its end, within the period.
    var restored: Bool
    /// What had to hold and did not, as the profile has it.
    var failing: [ConditionPart]

    init(_ failure: ServiceFailure) {
      start = failure.interval.start
      end = failure.interval.end
      restored = failure.isRestored
      failing = failure.failing.map(ConditionPart.init)
    }
  }

  struct ConditionPart: Encodable {
    var metric: String
    var comparison: String
    /// Flags compare with 0 and 1.
    var number: Double?
    var word: String?

    init(_ condition: Condition) {
      metric = condition.metric
      comparison = condition.comparison.rawValue
      switch condition.constant {
      case .number(let value): number = value
      case .word(let value): word = value
      }
    }
  }
}
