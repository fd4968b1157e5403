// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Reads what a profile says about its metrics: conditions, usage and alerts, each of which names
/// a metric that must exist and fit.
struct KnownMetrics {
  let metrics: [Metric]
  /// False if a metric could not be read: an unknown name is then no new mistake.
  let areComplete: Bool

  func metric(_ node: YAMLNode?) -> Metric? {
    guard let node, let name = node.text() else { return nil }
    if let metric = metrics.first(where: { $0.name == name }) { return metric }
    guard areComplete else { return nil }
    let names = metrics.map(\.name)
    let suggestion = NearestName.nearest(to: name, in: names)
    node.report(
      "no such metric" + (suggestion.map { ", did you mean '\($0)'?" } ?? ""),
      allowed: names.joined(separator: ", "))
    return nil
  }

  /// `metric: wan_up, is: "== false"`.
  func condition(_ map: YAMLNode.Mapping) -> Condition? {
    let metric = self.metric(map.required("metric"))
    guard let node = map.required("is"), let text = node.text(), let metric else { return nil }
    // Two-character comparisons first: "<" begins "<=" too.
    let comparisons = Condition.Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }
    guard let comparison = comparisons.first(where: { text.hasPrefix($0.rawValue) }) else {
      node.report(
        "not a comparison", allowed: "one of == != < <= > >= and a number, true, false or a word")
      return nil
    }
    let rest = text.dropFirst(comparison.rawValue.count).drop { $0 == " " }
    guard let constant = self.constant(String(rest), metric, comparison, node) else { return nil }
    return Condition(metric: metric.name, comparison: comparison, constant: constant)
  }

  private func constant(
    _ text: String, _ metric: Metric, _ comparison: Condition.Comparison, _ node: YAMLNode
  ) -> Condition.Constant? {
    let comparesOrder = comparison != .equal && comparison != .notEqual
    switch metric.form {
    case .gauge, .counter:
      if let number = NumberText.double(text) { return .number(number) }
      node.report("\(metric.name) is a \(metric.form.rawValue)", allowed: "a number")
    case .flag:
      if !comparesOrder, text == "true" { return .number(1) }
      if !comparesOrder, text == "false" { return .number(0) }
      node.report("\(metric.name) is a flag", allowed: "== or != and true or false")
    case .state:
      if !comparesOrder, isWord(text, of: metric) { return .word(text) }
      node.report("\(metric.name) is a state", allowed: "== or != and \(wordsAllowed(metric))")
    }
    return nil
  }

  func isWord(_ text: String, of metric: Metric) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && (metric.words.isEmpty || metric.words.contains(text))
  }

  func wordsAllowed(_ metric: Metric) -> String {
    metric.words.isEmpty ? "a word up to 64 bytes" : metric.words.joined(separator: ", ")
  }
}
