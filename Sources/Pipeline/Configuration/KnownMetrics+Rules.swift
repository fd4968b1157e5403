// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Usage figures and alert rules.
extension KnownMetrics {
  func usageFigure(_ name: String, _ node: YAMLNode) -> UsageFigure? {
    guard
      let map = node.mapping(keys: ["metric", "formula", "word", "unit", "divisor", "title"])
    else { return nil }
    let metric = self.metric(map.required("metric"))
    let formula = map.required("formula")?.word(UsageFigure.Formula.self)
    let unit = map.required("unit")?.text(lengthMax: 32)
    let title = map.required("title").flatMap(readTitle)
    let divisor = map["divisor"]?.number(
      above: 0, atMost: .infinity, allowed: "a number above zero")
    guard let metric, let formula else { return nil }
    let word = map["word"].flatMap { self.word($0, metric, formula) }
    checkFit(map, metric, formula)
    guard let unit, let title else { return nil }
    return UsageFigure(
      name: name, title: title, metric: metric.name, formula: formula, word: word ?? "",
      unit: unit, divisor: divisor ?? 1)
  }

  private func checkFit(
    _ map: YAMLNode.Mapping, _ metric: Metric, _ formula: UsageFigure.Formula
  ) {
    let fitting: [Metric.Form] =
      switch formula {
      case .total: [.counter]
      case .mean, .maximum, .integral: [.gauge]
      case .duration: [.flag, .state]
      case .sum: [.gauge, .counter]
      case .count: Metric.Form.allCases
      }
    if !fitting.contains(metric.form) {
      map["metric"]?.report(
        "'\(formula.rawValue)' does not fit a \(metric.form.rawValue)",
        allowed: "a metric of type \(fitting.map(\.rawValue).joined(separator: " or "))")
    }
    if formula == .duration, metric.form == .state, map["word"] == nil {
      map["metric"]?.report("the duration of a state needs 'word'", allowed: wordsAllowed(metric))
    }
  }

  private func word(
    _ node: YAMLNode, _ metric: Metric, _ formula: UsageFigure.Formula
  ) -> String? {
    guard let text = node.text() else { return nil }
    guard metric.form == .state, formula == .duration || formula == .count else {
      node.report("'word' means nothing here", allowed: "duration or count of a state")
      return nil
    }
    guard isWord(text, of: metric) else {
      node.report("\(metric.name) has no such word", allowed: wordsAllowed(metric))
      return nil
    }
    return text
  }

  func alertRule(_ name: String, _ node: YAMLNode) -> AlertRule? {
    guard let map = node.mapping(keys: ["severity", "when", "title", "action"]) else { return nil }
    let severity = map.required("severity")?.word(AlertRule.Severity.self)
    let trigger = map.required("when").flatMap(self.trigger)
    let title = map.required("title").flatMap(readTitle)
    let action = map["action"].flatMap(self.action)
    guard let severity, let trigger, let title else { return nil }
    return AlertRule(
      name: name, title: title, severity: severity, trigger: trigger, action: action)
  }

  /// Longer, an alert's sentence would have no room for what happened.
  static let actionLengthMax = 70

  /// The end of a sentence: its full stop is set by whoever says it.
  private func action(_ node: YAMLNode) -> Title? {
    guard let title = readTitle(node) else { return nil }
    for text in [title.vi, title.en] where text.count > Self.actionLengthMax {
      node.report(
        "'\(text)' has \(text.count) characters", allowed: "at most \(Self.actionLengthMax)")
    }
    return title
  }

  private func trigger(_ node: YAMLNode) -> AlertRule.Trigger? {
    if case .scalar = node.node {
      return node.word(from: ["offline": AlertRule.Trigger.offline])
    }
    if node.node["check"] != nil { return check(node).map(AlertRule.Trigger.check) }
    guard let map = node.mapping(keys: ["metric", "is", "for", "anomaly", "check"]) else {
      return nil
    }
    guard let anomaly = map["anomaly"] else {
      let duration = map["for"].map { $0.duration() }
      guard let condition = self.condition(map) else { return nil }
      return .condition(condition, duration: (duration ?? 0) ?? 0)
    }
    for key in ["metric", "is", "for"] {
      map[key]?.report("'\(key)' means nothing beside 'anomaly'", allowed: "anomaly alone")
    }
    guard let metric = self.metric(anomaly), let watched = watched(metric, at: anomaly) else {
      return nil
    }
    return .anomaly(metric: watched.name)
  }

  /// Nil, and told, of a metric that nobody watches.
  func watched(_ metric: Metric, at node: YAMLNode) -> Metric? {
    guard metric.watch != nil else {
      node.report("the metric is not watched", allowed: "a metric with watched: true")
      return nil
    }
    return metric
  }
}
