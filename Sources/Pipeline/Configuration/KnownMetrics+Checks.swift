// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// `when: { check: …, … }` of an alert rule. `docs/CHECKS.md` has keys and defaults.
extension KnownMetrics {
  private static let keys: [Check.Form: [String]] = [
    .stuck: ["metric", "times", "at_least"],
    .outOfRange: ["metric", "readings", "for"],
    .counterReset: ["metric", "count", "within"],
    .rebootLoop: ["count", "within"],
    .clockDrift: ["off_by", "per_day"],
    .degradation: ["metric", "threshold"],
    .exhaustion: ["metric", "limit", "direction", "within"],
    .expiry: ["of", "within"],
  ]
  private static let minute: Milliseconds = 60_000
  private static let day: Milliseconds = 86_400_000
  /// What a bank of checks remembers of boots and resets.
  private static let countRange = 2...8
  /// Shorter buckets of a trend than ten minutes hold no trend.
  private static let exhaustionRange = 120 * minute...60 * day

  func check(_ node: YAMLNode) -> Check? {
    let all = Set(Self.keys.values.joined()).sorted()
    guard let map = node.mapping(keys: ["check"] + all),
      let form = map.required("check")?.word(Check.Form.self)
    else { return nil }
    let fitting = Self.keys[form] ?? []
    for (key, value) in map.entries where key != "check" && !fitting.contains(key) {
      value.report(
        "'\(key)' means nothing beside check: \(form.rawValue)",
        allowed: fitting.joined(separator: ", "))
    }
    return check(form, map)
  }

  private func check(_ form: Check.Form, _ map: YAMLNode.Mapping) -> Check? {
    switch form {
    case .stuck:
      let times = number(map["times"], 3, above: 1, atMost: 100)
      let atLeast = duration(map["at_least"], 60 * Self.minute)
      return metric(map, [.gauge]).map { .stuck(metric: $0.name, times: times, atLeast: atLeast) }
    case .outOfRange:
      let readings = map["readings"]?.integer(in: 1...1_000) ?? 3
      let length = duration(map["for"], 0)
      return ranged(map).map { .outOfRange(metric: $0.name, readings: readings, for: length) }
    case .counterReset:
      let (count, within) = often(map, within: Self.day)
      return metric(map, [.counter])
        .map { .counterReset(metric: $0.name, count: count, within: within) }
    case .rebootLoop:
      let (count, within) = often(map, within: 60 * Self.minute)
      return .rebootLoop(count: count, within: within)
    case .clockDrift:
      return .clockDrift(
        offBy: duration(map["off_by"], 5 * Self.minute),
        perDay: duration(map["per_day"], Self.minute))
    case .degradation:
      let threshold = number(map["threshold"], 12, above: 0, atMost: 1_000)
      return watchedGauge(map).map { .degradation(metric: $0.name, threshold: threshold) }
    case .exhaustion: return exhaustion(map)
    case .expiry:
      let within = duration(map["within"], 30 * Self.day)
      return map.required("of")?.word(Check.Expiring.self).map { .expiry($0, within: within) }
    }
  }

  private func exhaustion(_ map: YAMLNode.Mapping) -> Check? {
    let within = duration(map["within"], 7 * Self.day, in: Self.exhaustionRange)
    guard let node = map.required("limit"), let metric = metric(map, [.gauge]) else { return nil }
    if node.node.scalar?.string == "sim_quota" {
      map["direction"]?.report("a quota is always reached from below", allowed: "no 'direction'")
      return .exhaustion(metric: metric.name, limit: .simQuota, within: within)
    }
    guard let limit = node.number() else { return nil }
    let (lowest, highest) = (metric.lowest ?? -.infinity, metric.highest ?? .infinity)
    guard limit >= lowest, limit <= highest else {
      node.report("outside the range of \(metric.name)", allowed: "\(lowest)…\(highest)")
      return nil
    }
    let directions = ["below": false, "above": true]
    var isRising = map["direction"]?.word(from: directions)
    if map["direction"] == nil, lowest.isFinite, highest.isFinite {
      isRising = limit > lowest / 2 + highest / 2
    } else if map["direction"] == nil {
      map.parent.report(
        "\(metric.name) has no range that tells from which side the limit is reached",
        allowed: "direction: below or above", hidingValue: true)
    }
    guard let isRising else { return nil }
    return .exhaustion(
      metric: metric.name, limit: isRising ? .rising(to: limit) : .falling(to: limit),
      within: within)
  }

  // MARK: Metrics

  private func metric(_ map: YAMLNode.Mapping, _ forms: [Metric.Form]) -> Metric? {
    guard let node = map.required("metric"), let metric = self.metric(node) else { return nil }
    guard forms.contains(metric.form) else {
      node.report(
        "\(metric.name) is a \(metric.form.rawValue)",
        allowed: "a metric of type \(forms.map(\.rawValue).joined(separator: " or "))")
      return nil
    }
    return metric
  }

  private func ranged(_ map: YAMLNode.Mapping) -> Metric? {
    guard let metric = metric(map, [.gauge, .counter]) else { return nil }
    guard metric.lowest != nil || metric.highest != nil else {
      map["metric"]?.report("\(metric.name) has no range", allowed: "a metric with range: […, …]")
      return nil
    }
    return metric
  }

  private func watchedGauge(_ map: YAMLNode.Mapping) -> Metric? {
    guard let metric = metric(map, [.gauge]), let node = map["metric"] else { return nil }
    return watched(metric, at: node)
  }

  // MARK: Numbers

  private func often(
    _ map: YAMLNode.Mapping, within usual: Milliseconds
  ) -> (count: Int, within: Milliseconds) {
    (map["count"]?.integer(in: Self.countRange) ?? 3, duration(map["within"], usual))
  }

  private func duration(
    _ node: YAMLNode?, _ usual: Milliseconds,
    in range: ClosedRange<Milliseconds> = 0...DurationText.millisecondsMax
  ) -> Milliseconds {
    node?.duration(in: range) ?? usual
  }

  private func number(
    _ node: YAMLNode?, _ usual: Double, above lowest: Double, atMost highest: Double
  ) -> Double {
    node?.number(
      above: lowest, atMost: highest, allowed: "above \(lowest), at most \(highest)") ?? usual
  }
}
