// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The alert rules of one kind, compiled to columns: what is looked at in every reading.
struct AlertPlan {
  struct ConditionRule {
    var rule: AlertRule
    /// `{kind}/{rule}`, as the store and every message name it.
    var name: String
    var condition: Condition
    var metric: Metric
    var duration: Milliseconds
    /// Column of the metric; nil in a block that was written without it.
    var column: Int?
  }

  struct AnomalyRule {
    var rule: AlertRule
    var name: String
    var metric: Metric
    var column: Int?
  }

  struct OfflineRule {
    var rule: AlertRule
    var name: String
  }

  let kind: String
  let offlineAfter: Milliseconds
  let serviceHours: [ServiceHours]
  private(set) var offline: OfflineRule?
  private(set) var conditions: [ConditionRule] = []
  private(set) var anomalies: [AnomalyRule] = []

  init(_ profile: Profile) {
    kind = profile.kind
    offlineAfter = profile.offlineAfter
    serviceHours = profile.serviceHours
    for rule in profile.alerts {
      let name = "\(profile.kind)/\(rule.name)"
      switch rule.trigger {
      case .offline:
        offline = OfflineRule(rule: rule, name: name)
      case .condition(let condition, let duration):
        let column = Self.column(condition.metric, profile)
        conditions.append(
          ConditionRule(
            rule: rule, name: name, condition: condition, metric: profile.metrics[column],
            duration: duration, column: column))
      case .anomaly(let metric):
        let column = Self.column(metric, profile)
        anomalies.append(
          AnomalyRule(rule: rule, name: name, metric: profile.metrics[column], column: column))
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
    for index in conditions.indices {
      plan.conditions[index].column = metricNames.firstIndex(of: conditions[index].metric.name)
    }
    for index in anomalies.indices {
      plan.anomalies[index].column = metricNames.firstIndex(of: anomalies[index].metric.name)
    }
    return plan
  }
}

extension Condition {
  /// Whether the condition holds for one row; nil where it says nothing: the metric is absent, has
  /// no order with the constant, or lies outside its range.
  func holds(_ column: ValueColumn, _ row: Int, metric: Metric) -> Bool? {
    switch constant {
    case .word(let word):
      guard column.tags[row] == .word else { return nil }
      let isEqual = column.words[Int(column.bits[row])] == word
      return comparison == .notEqual ? !isEqual : isEqual
    case .number(let limit):
      guard let value = column.number(row, of: metric) else { return nil }
      return switch comparison {
      case .equal: value == limit
      case .notEqual: value != limit
      case .less: value < limit
      case .atMost: value <= limit
      case .greater: value > limit
      case .atLeast: value >= limit
      }
    }
  }
}

extension ValueColumn {
  /// The value as a number within the metric's range; a flag is 0 or 1. Nothing is allocated.
  func number(_ row: Int, of metric: Metric) -> Double? {
    let value: Double
    switch tags[row] {
    case .integer: value = Double(Int64(bitPattern: bits[row]))
    case .unsigned: value = Double(bits[row])
    case .number: value = Double(bitPattern: bits[row])
    case .flag: value = bits[row] != 0 ? 1 : 0
    case .absent, .word: return nil
    }
    if let lowest = metric.lowest, value < lowest { return nil }
    if let highest = metric.highest, value > highest { return nil }
    return value
  }
}
