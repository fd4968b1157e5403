// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// Failures of service of the report for programs.
extension JSONReport {
  /// Absent where the kind has no conditions of service.
  static func appendFailures(of report: DeviceReport, to json: inout JSONWriter) {
    guard report.service != nil else { return }
    json.key("service_failures")
    json.beginArray()
    for failure in report.serviceFailures {
      json.element()
      append(failure, to: &json)
    }
    json.endArray()
    // False where an older nhip sealed a day and kept only how long its failures lasted together.
    json.field("service_failures_complete", !report.hasLostServiceFailures)
  }

  /// A stretch of up time in which the service behind the device was not there.
  private static func append(_ failure: ServiceFailure, to json: inout JSONWriter) {
    json.beginObject()
    json.field("end", failure.interval.end)
    // What had to hold and did not, as the profile has it.
    json.key("failing")
    json.beginArray()
    for condition in failure.failing {
      json.element()
      append(condition, to: &json)
    }
    json.endArray()
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
