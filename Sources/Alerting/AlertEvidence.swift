// SPDX-License-Identifier: Apache-2.0

import Foundation
import Telemetry

/// What was seen that made an alert, in numbers: kept with it, sent with it, said in its summary.
///
/// Which fields are present follows from `trigger`. In JSON, times are RFC 3339 in UTC.
package struct AlertEvidence: Codable, Sendable, Hashable {
  package enum Trigger: String, Codable, Sendable {
    case offline, condition, anomaly, check

    /// Whether people may say of it that it means nothing.
    package var isAnomaly: Bool { self == .anomaly || self == .check }
  }

  package var trigger: Trigger
  /// Offline: when the device was last heard; absent if never.
  package var lastHeardAt: UniversalInstant?
  /// Offline: when the broker told that the device is gone; absent if the silence alone told.
  package var markReceivedAt: UniversalInstant?
  /// Offline: the longest silence that is no outage, in seconds.
  package var allowanceSeconds: Int64?
  /// Condition, anomaly: the metric's name and unit.
  package var metric: String?
  package var unit: String?
  /// Condition, anomaly: the value that made it so: a number (a flag is 0 or 1), or a word.
  package var value: Double?
  package var word: String?
  /// Condition: the comparison that holds, as `< 100`.
  package var condition: String?
  /// Condition: how long it had held when the alert opened, in seconds.
  package var heldSeconds: Int64?
  /// Anomaly: the usual value, the band in which values usually lie, and how far from the usual
  /// they are on average.
  package var expected: Double?
  package var lower: Double?
  package var upper: Double?
  package var usualDeviation: Double?
  /// Anomaly: how new the value is in this device's life, at least 0; it decides what is told.
  package var novelty: Double?
  /// Anomaly: how many times its usual deviation it lies off, damped; it ranks what is listed.
  package var severity: Double?
  /// Anomaly: by which comparison it was found, and on which side of the usual.
  package var channel: Channel?
  package var isAbove: Bool?
  /// Anomaly: the local hour (0–23) whose values it was compared with; absent for the whole day.
  package var localHour: Int?
  /// Anomaly: how many readings of this metric the device had been learnt from.
  package var readingCount: Int?

  /// What a detector compares a reading with.
  package enum Channel: String, Codable, Sendable, CaseIterable {
    /// The level of the last readings with the one of long ago.
    case level
    /// The reading with what is usual at this hour.
    case seasonal
    /// The level of the last readings with what is usual at their hours.
    case drift
    /// The reading with the level of long ago.
    case spike
    /// How restless the last readings are.
    case texture
  }
  /// Check: which form of check; the fields below are told in `docs/CHECKS.md`.
  package var check: Check.Form?
  package var count: Int?
  package var lengthSeconds: Double?
  package var usualLengthSeconds: Double?
  package var perDay: Double?
  package var limit: Double?
  /// Devices of the commune that it was compared with.
  package var comparedDevices: Int?
  package var reachedAt: UniversalInstant?
  package var reachedEarliest: UniversalInstant?
  package var reachedLatest: UniversalInstant?
  /// Expiry: of what.
  package var expiring: String?

  /// A JSON object with keys in snake case.
  package var json: String {
    do {
      return String(decoding: try Self.encoder.encode(self), as: UTF8.self)
    } catch {
      // Every number is finite before it gets here; nothing else can fail.
      preconditionFailure("evidence cannot be encoded: \(error)")
    }
  }

  package init(json: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(AlertEvidence.self, from: Data(json.utf8))
  }

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  init(trigger: Trigger) { self.trigger = trigger }

  package static func offline(
    lastHeardAt: Milliseconds?, markReceivedAt: Milliseconds?, allowance: Milliseconds
  ) -> AlertEvidence {
    var evidence = AlertEvidence(trigger: .offline)
    evidence.lastHeardAt = lastHeardAt.map(UniversalInstant.init)
    evidence.markReceivedAt = markReceivedAt.map(UniversalInstant.init)
    evidence.allowanceSeconds = allowance / 1_000
    return evidence
  }

  package static func condition(
    _ condition: Condition, metric: Metric, value: Value, held: Milliseconds = 0
  ) -> AlertEvidence {
    var evidence = AlertEvidence(trigger: .condition)
    evidence.metric = metric.name
    evidence.unit = metric.unit
    evidence.value = finite(value.double)
    if case .word(let word) = value { evidence.word = word }
    let constant =
      switch condition.constant {
      case .number(let number): AlertWords.plain(number)
      case .word(let word): word
      }
    evidence.condition = "\(condition.comparison.rawValue) \(constant)"
    evidence.heldSeconds = held / 1_000
    return evidence
  }

  package static func anomaly(metric: Metric, _ finding: AnomalyFinding) -> AlertEvidence {
    var evidence = AlertEvidence(trigger: .anomaly)
    evidence.metric = metric.name
    evidence.unit = metric.form == .counter ? "\(metric.unit)/s" : metric.unit
    evidence.value = finite(finding.value)
    evidence.expected = finite(finding.expected)
    evidence.lower = finite(finding.lower)
    evidence.upper = finite(finding.upper)
    evidence.usualDeviation = finite(finding.usualDeviation)
    evidence.novelty = finite(finding.novelty)
    evidence.severity = finite(finding.severity)
    evidence.channel = finding.channel
    evidence.isAbove = finding.isAbove
    evidence.localHour = finding.localHour
    evidence.readingCount = finding.readingCount
    return evidence
  }

  /// JSON knows no infinity.
  static func finite(_ number: Double?) -> Double? {
    number.flatMap { $0.isFinite ? $0 : nil }
  }
}

/// An instant that stands in JSON as RFC 3339 in UTC, with milliseconds.
package struct UniversalInstant: Codable, Sendable, Hashable {
  package var milliseconds: Milliseconds

  init(_ milliseconds: Milliseconds) { self.milliseconds = milliseconds }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    let date = try style.parse(try container.decode(String.self))
    milliseconds = Milliseconds((date.timeIntervalSince1970 * 1_000).rounded())
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(LocalTime.universal(milliseconds))
  }
}
