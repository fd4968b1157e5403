// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The sentences of alerts, in both languages: this file and `AlertWords+Checks.swift` hold all
/// Vietnamese of this target.
enum AlertWords {
  /// - Parameter metric: the one the evidence names; nil for an offline alert.
  static func summary(
    _ evidence: AlertEvidence, metric: Metric?, since: Milliseconds
  ) -> Title {
    switch evidence.trigger {
    case .offline: offline(evidence, since: since)
    case .condition: condition(evidence, metric, since: since)
    case .anomaly: anomaly(evidence, metric)
    case .check: check(evidence, metric, since: since)
    }
  }

  private static func offline(_ evidence: AlertEvidence, since: Milliseconds) -> Title {
    guard let lastHeardAt = evidence.lastHeardAt else {
      return Title(
        vi: "chưa từng nhận được tín hiệu từ khi đưa vào sử dụng \(LocalTime.text(since))",
        en: "never heard since it was commissioned \(LocalTime.text(since))")
    }
    let last = LocalTime.text(lastHeardAt.milliseconds)
    if let mark = evidence.markReceivedAt.map({ LocalTime.text($0.milliseconds) }) {
      return Title(
        vi: "máy chủ MQTT báo thiết bị ngắt kết nối lúc \(mark); tín hiệu cuối lúc \(last)",
        en: "the broker told at \(mark) that it is disconnected; last heard \(last)")
    }
    let allowance = evidence.allowanceSeconds ?? 0
    return Title(
      vi: "không có tín hiệu từ \(last), quá \(allowance) giây cho phép",
      en: "silent since \(last), longer than the \(allowance) seconds allowed")
  }

  private static func condition(
    _ evidence: AlertEvidence, _ metric: Metric?, since: Milliseconds
  ) -> Title {
    let from = LocalTime.text(since)
    guard metric?.form == .gauge || metric?.form == .counter else {
      let (vi, en) = wordOrFlag(evidence, metric)
      return Title(
        vi: "\(name(metric).vi): \(vi), từ \(from)", en: "\(name(metric).en): \(en), since \(from)")
    }
    let value = evidence.value.map(plain) ?? "?"
    let shown = value + unit(metric)
    let limit = evidence.condition ?? ""
    return Title(
      vi: "\(name(metric).vi): \(comma(shown)) (ngưỡng cảnh báo \(comma(limit))), từ \(from)",
      en: "\(name(metric).en): \(shown) (alert at \(limit)), since \(from)")
  }

  private static func wordOrFlag(
    _ evidence: AlertEvidence, _ metric: Metric?
  ) -> (vi: String, en: String) {
    if let word = evidence.word { return (word, word) }
    return evidence.value == 0 ? ("không", "no") : ("có", "yes")
  }

  private static func anomaly(_ evidence: AlertEvidence, _ metric: Metric?) -> Title {
    let value = (evidence.value.map(plain) ?? "?") + unit(metric)
    let expected = (evidence.expected.map(plain) ?? "?") + unit(metric)
    let deviation = evidence.usualDeviation.map(plain) ?? "?"
    let hour = evidence.localHour.map { (vi: " lúc \($0) giờ", en: " at \($0):00") }
    let times = evidence.timesUsual.map {
      (vi: "gấp \($0) lần mức thường thấy", en: "\($0) times the usual")
    }
    let usual = times ?? (vi: "khác mức thường thấy", en: "unlike the usual")
    return Title(
      vi: "\(name(metric).vi): \(comma(value)), \(usual.vi)\(hour?.vi ?? "") "
        + "(\(comma(expected)), thường lệch \(comma(deviation)))",
      en: "\(name(metric).en): \(value), \(usual.en)\(hour?.en ?? "") "
        + "(\(expected), usually within \(deviation))")
  }

  static func name(_ metric: Metric?) -> Title {
    metric?.title ?? Title(vi: "?", en: "?")
  }

  /// UCUM's braces are notes that the metric's title says better, its `1` is no unit.
  static func unit(_ metric: Metric?) -> String {
    guard let unit = metric?.unit, !unit.isEmpty, unit != "1", !unit.contains("{") else {
      return ""
    }
    return unit == "%" ? "%" : " \(unit == "Cel" ? "°C" : unit)"
  }

  /// At most two decimals, a decimal point, no group separators.
  static func plain(_ number: Double) -> String {
    guard number.magnitude < 1e15 else { return "\(number)" }
    let hundredths = Int64((number * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    guard rest > 0 else { return "\(sign)\(whole)" }
    let decimals = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(sign)\(whole).\(decimals)"
  }

  static func comma(_ text: String) -> String {
    String(text.map { $0 == "." ? "," : $0 })
  }
}

extension AlertEvidence {
  /// How many times the usual, where that says more than the difference: from twice on, and where
  /// the usual is not next to nothing.
  var timesUsual: Int? {
    guard let value, let expected, expected >= 0.5, value >= 2 * expected,
      value / expected < 1_000_000
    else { return nil }
    return Int((value / expected).rounded())
  }
}
