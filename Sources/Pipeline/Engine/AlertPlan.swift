// SPDX-License-Identifier: Apache-2.0

import Alerting
import Analysis
import Telemetry

/// The alert rules of one kind, compiled to columns: what is looked at in every reading.
struct AlertPlan {
  struct ConditionRule {
    var rule: AlertRule
    /// `{kind}/{rule}`, as the store and every message name it.
    var name: String
    var condition: Condition
    var metric: Metric
    var test: Test

    /// What every reading is held against: plain numbers, so that looking costs no counting of
    /// references.
    struct Test {
      /// Column of the metric; nil in a block that was written without it.
      var column: Int?
      var duration: Milliseconds
      var comparison: Condition.Comparison
      /// Nil where the metric is compared with a word.
      var limit: Double?
      var range: ClosedRange<Double>
    }
  }

  struct AnomalyRule {
    var rule: AlertRule
    var name: String
    var metric: Metric
    var test: Test

    struct Test {
      var column: Int?
      var range: ClosedRange<Double>
      var watch: Watch
      /// Judged by its rate a second.
      var isCounter: Bool
    }
  }

  struct CheckRule {
    var rule: AlertRule
    var name: String
    var check: Check
    /// Nil where it looks at the device, its clock or the registry.
    var metric: Metric?
  }

  struct OfflineRule {
    var rule: AlertRule
    var name: String
  }

  let kind: String
  let offlineAfter: Milliseconds
  let profile: Profile
  private(set) var offline: OfflineRule?
  private(set) var conditions: [ConditionRule] = []
  private(set) var anomalies: [AnomalyRule] = []
  /// Of `up`, the seconds since boot.
  private var upColumn: Int?
  /// An anomaly that comes back sooner is the same one.
  let anomalyHold: Milliseconds
  /// Between two readings that a counter's rate is taken of.
  let rateLengthMin: Milliseconds
  private static let anomalyHoldMin: Milliseconds = 15 * LocalTime.minuteLength
  private static let anomalyHoldReadings: Milliseconds = 3
  /// In the order of `checkPlan`.
  private(set) var checks: [CheckRule] = []
  private(set) var checkPlan: CheckPlan

  init(_ profile: Profile) {
    kind = profile.kind
    offlineAfter = profile.offlineAfter
    self.profile = profile
    upColumn = profile.column(of: "up")
    anomalyHold = max(
      Self.anomalyHoldMin, Self.anomalyHoldReadings * profile.reportInterval)
    rateLengthMin = profile.reportInterval / 4
    checkPlan = CheckPlan(profile)
    for rule in profile.alerts {
      let name = AlertBook.name(of: rule, kind: profile.kind)
      switch rule.trigger {
      case .offline:
        offline = OfflineRule(rule: rule, name: name)
      case .condition(let condition, let duration):
        let column = Self.column(condition.metric, profile)
        conditions.append(
          ConditionRule(
            rule: rule, name: name, condition: condition, metric: profile.metrics[column],
            test: .init(
              column: column, duration: duration, comparison: condition.comparison,
              limit: condition.limit, range: profile.metrics[column].range)))
      case .anomaly(let metric):
        let column = Self.column(metric, profile)
        anomalies.append(
          AnomalyRule(
            rule: rule, name: name, metric: profile.metrics[column],
            test: .init(
              column: column, range: profile.metrics[column].range,
              watch: profile.metrics[column].watch ?? Watch(),
              isCounter: profile.metrics[column].form == .counter)))
      case .check(let check):
        checks.append(
          CheckRule(
            rule: rule, name: name, check: check,
            metric: check.metric.map { profile.metrics[Self.column($0, profile)] }))
      }
    }
  }

  private static func column(_ metric: String, _ profile: Profile) -> Int {
    guard let column = profile.column(of: metric) else {
      preconditionFailure("a rule of \(profile.kind) on the unknown metric \(metric)")
    }
    return column
  }

  /// The same rules over the columns of a block that another version of the profile wrote.
  func over(_ metricNames: [String]) -> AlertPlan {
    var plan = self
    plan.upColumn = metricNames.firstIndex(of: "up")
    for index in conditions.indices {
      plan.conditions[index].test.column = metricNames.firstIndex(of: conditions[index].metric.name)
    }
    for index in anomalies.indices {
      plan.anomalies[index].test.column = metricNames.firstIndex(of: anomalies[index].metric.name)
    }
    plan.checkPlan = checkPlan.over(metricNames)
    return plan
  }
}

extension Metric {
  /// Values outside it say nothing.
  fileprivate var range: ClosedRange<Double> {
    let lowest = lowest ?? -.infinity
    return lowest...max(lowest, highest ?? .infinity)
  }
}

extension Condition {
  fileprivate var limit: Double? {
    if case .number(let limit) = constant { limit } else { nil }
  }
}

extension AlertPlan {
  /// Whether a rule's condition holds for one row; nil where it says nothing: the metric is absent,
  /// has no order with the constant, or lies outside its range.
  func holds(_ rule: Int, _ column: ValueColumn, _ row: Int) -> Bool? {
    let test = conditions[rule].test
    guard let limit = test.limit else {
      guard column.tags[row] == .word, case .word(let word) = conditions[rule].condition.constant
      else { return nil }
      let isEqual = column.words[Int(column.bits[row])] == word
      return test.comparison == .notEqual ? !isEqual : isEqual
    }
    guard let value = column.number(row, in: test.range) else { return nil }
    return switch test.comparison {
    case .equal: value == limit
    case .notEqual: value != limit
    case .less: value < limit
    case .atMost: value <= limit
    case .greater: value > limit
    case .atLeast: value >= limit
    }
  }
}

extension AlertPlan {
  /// When the device says that it was started; nil if it does not say so.
  func bootInstant(_ block: ReadingColumns, _ row: Int) -> Milliseconds? {
    let up = upColumn.flatMap { block.metrics[$0].number(row, in: 0...Self.upSecondsMax) }
    return up.map { block.eventTime[row] - Milliseconds($0 * 1_000) }
  }

  /// Longer than any device has run.
  private static let upSecondsMax = 1e10
}

extension ValueColumn {
  /// A counter's total, exactly; nil where there is none.
  func total(_ row: Int) -> UInt64? {
    switch tags[row] {
    case .integer: Int64(bitPattern: bits[row]) < 0 ? nil : bits[row]
    case .unsigned: bits[row]
    default: nil
    }
  }

  /// The value as a number within the range; a flag is 0 or 1. Nothing is allocated.
  func number(_ row: Int, in range: ClosedRange<Double>) -> Double? {
    let value: Double
    switch tags[row] {
    case .integer: value = Double(Int64(bitPattern: bits[row]))
    case .unsigned: value = Double(bits[row])
    case .number: value = Double(bitPattern: bits[row])
    case .flag: value = bits[row] != 0 ? 1 : 0
    case .absent, .word: return nil
    }
    return range.contains(value) ? value : nil
  }
}
