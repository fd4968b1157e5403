// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What an alert tells of its device, as far as it matters for what fails together.
package enum IncidentSymptom: Sendable, Hashable {
  /// Nobody hears it.
  case silent
  /// It says that the mains are gone.
  case mainsLost
  /// It is heard and does not serve.
  case service
  /// It restarts again and again.
  case rebootLoop
  /// A metric is on one side of what is usual or allowed.
  case metric(String, isAbove: Bool)

  /// Onsets of one stream are explained together: who loses its mains and who falls silent may
  /// have the same reason.
  package var stream: String {
    switch self {
    case .silent, .mainsLost: "silent"
    case .service: "service"
    case .rebootLoop: "reboot"
    case .metric(let name, let isAbove): "\(isAbove ? "above" : "below") \(name)"
    }
  }

  /// A fault of the device, which is an incident even if it is the only one; values of a metric
  /// are an incident only where several devices have them.
  var standsAlone: Bool {
    if case .metric = self { false } else { true }
  }
}

/// The beginning of one alert.
package struct IncidentOnset: Sendable, Hashable {
  package var device: Int64
  /// The alert's id as a number.
  package var alert: UInt64
  package var symptom: IncidentSymptom
  package var severity: AlertRule.Severity
  /// Event time.
  package var since: Milliseconds
  package var knownAt: Milliseconds

  package init(
    device: Int64, alert: UInt64, symptom: IncidentSymptom, severity: AlertRule.Severity,
    since: Milliseconds, knownAt: Milliseconds
  ) {
    self.device = device
    self.alert = alert
    self.symptom = symptom
    self.severity = severity
    self.since = since
    self.knownAt = knownAt
  }
}

/// What a device tells of the outage it comes back from.
package enum ReturnSign: Sendable, Hashable {
  /// It was started anew at this instant.
  case booted(at: Milliseconds)
  case powerReason, otherReason
}
