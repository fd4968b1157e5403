// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// The evidence of an anomaly as an alert keeps it: the part of `docs/ALERTS.md` that lists and
/// explanations show. What an older or newer nhip wrote may lack fields.
package struct AnomalyFacts: Decodable, Sendable, Hashable {
  package var trigger: String
  package var metric: String?
  package var unit: String?
  package var value: Double?
  package var expected: Double?
  package var lower: Double?
  package var upper: Double?
  package var usualDeviation: Double?
  package var novelty: Double?
  package var severity: Double?
  /// How many times its usual deviation the value lies off: what severity is the logarithm of.
  package var timesUsual: Double? { severity.map { exp(min($0, 30)) } }
  package var channel: String?
  package var isAbove: Bool?
  package var localHour: Int?
  package var readingCount: Int?

  /// The triggers whose alerts are anomalies.
  private static let triggers = ["anomaly", "check"]

  /// - Returns: nil if the alert is no anomaly.
  package init?(_ alert: Alert) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    // Evidence that this nhip cannot read is not that of an anomaly it knows.
    guard let facts = try? decoder.decode(AnomalyFacts.self, from: Data(alert.evidence.utf8)),
      Self.triggers.contains(facts.trigger)
    else { return nil }
    self = facts
  }
}
