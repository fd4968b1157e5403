// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Failures of service of the report for programs.
extension JSONReport {
  /// Absent where the kind has no conditions of service.
  static func appendFailures(of report: DeviceReport, to json: inout JSONWriter) {
    guard report.service != nil else { return }
    json.array("service_failures", report.serviceFailures) { append($0, to: &$1) }
    // False where an older nhip sealed a day and kept only how long its failures lasted together.
    json.field("service_failures_complete", !report.hasLostServiceFailures)
  }

  /// A stretch of up time in which the service behind the device was not there.
  private static func append(_ failure: ServiceFailure, to json: inout JSONWriter) {
    json.beginObject()
    json.field("end", failure.interval.end)
    // What had to hold and did not, as the profile has it.
    json.array("failing", failure.failing) { append($0, to: &$1) }
    // Service was seen to be back at its end, within the period.
    json.field("restored", failure.isRestored)
    json.field("start", failure.interval.start)
    json.endObject()
  }

  private static func append(_ condition: Condition, to json: inout JSONWriter) {
    json.beginObject()
    json.field("comparison", condition.comparison.rawValue)
    json.field("metric", condition.metric)
    // Flags compare with 0 and 1.
    switch condition.constant {
    case .number(let value): json.field("number", value)
    case .word(let value): json.field("word", value)
    }
    json.endObject()
  }
}
