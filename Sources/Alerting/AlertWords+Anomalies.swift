// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Anomalies in plain words: what was compared with what, and how often such a thing was seen.
extension AlertWords {
  static func anomaly(_ evidence: AlertEvidence) -> Account {
    guard let channel = evidence.channel, let value = evidence.value,
      let expected = evidence.expected
    else {
      // Infinity does not stand in evidence: then the value is beyond any number.
      return Account(
        facts: [
          Title(
            vi: "số đo lớn chưa từng thấy trong \(times(evidence).vi)",
            en: "a number larger than any in \(times(evidence).en)")
        ], action: anomalyAction)
    }
    let isAbove = evidence.isAbove ?? (value >= expected)
    let comparison = AnomalyComparison(
      value: quantity(value, unit: evidence.unit),
      usual: quantity(expected, unit: evidence.unit),
      times: timesUsual(value, expected),
      hour: evidence.localHour.map { Title(vi: " lúc \($0) giờ", en: " at \($0):00") }
        ?? AnomalyComparison.wholeDay)
    var facts = [comparison.fact(channel, isAbove: isAbove)]
    if channel == .texture, let band = band(evidence) {
      facts.append(Title(vi: "thường \(band.vi)", en: "usually \(band.en)"))
    }
    return Account(facts: facts + [rarity(evidence)], action: anomalyAction)
  }

  private static let anomalyAction = Title(
    vi: "Cán bộ xã xem thiết bị; kéo dài thì báo đơn vị bảo trì",
    en: "Commune officer: look at it; if it lasts, call maintenance")

  private static func band(_ evidence: AlertEvidence) -> Title? {
    guard let lower = evidence.lower, let upper = evidence.upper, lower < upper else { return nil }
    let (from, to) = (AlertNumber.vietnamese.text(lower), AlertNumber.english.text(lower))
    let end = quantity(upper, unit: evidence.unit)
    return Title(vi: "\(from) đến \(end.vi)", en: "\(to) to \(end.en)")
  }

  /// How many times the usual, where that says more than the two numbers: from twice on, and where
  /// the usual is not next to nothing.
  static func timesUsual(_ value: Double, _ expected: Double) -> Int? {
    guard expected >= 0.5, value >= 2 * expected, value / expected < 1_000_000 else { return nil }
    return Int((value / expected).rounded())
  }

  private static func rarity(_ evidence: AlertEvidence) -> Title {
    let times = times(evidence)
    return Title(
      vi: "hiếm gặp trong \(times.vi)", en: "rarely seen in \(times.en)")
  }

  /// Two digits count: nobody checks the last of forty-one thousand.
  private static func times(_ evidence: AlertEvidence) -> Title {
    var (count, scale) = (max(1, evidence.readingCount ?? 1), 1)
    while count >= 100 { (count, scale) = (count / 10, scale * 10) }
    return Title(
      vi: "\(AlertNumber.vietnamese.count(count * scale)) lần đo",
      en: "\(AlertNumber.english.count(count * scale)) readings")
  }
}

/// One value beside its usual, in both languages.
private struct AnomalyComparison {
  var value: Title
  var usual: Title
  var times: Int?
  var hour: Title
  static let wholeDay = Title(vi: "", en: "")

  func fact(_ channel: AlertEvidence.Channel, isAbove: Bool) -> Title {
    switch channel {
    case .seasonal: compared(isAbove, hour)
    case .spike:
      isAbove
        ? Title(vi: "tăng vọt, \(compared(true, Self.wholeDay).vi)",
          en: "jumped, \(compared(true, Self.wholeDay).en)")
        : Title(vi: "tụt hẳn, \(compared(false, Self.wholeDay).vi)",
          en: "dropped, \(compared(false, Self.wholeDay).en)")
    case .level:
      isAbove
        ? Title(
          vi: "gần đây cao hơn hẳn trước, lần này \(value.vi), thường \(usual.vi)",
          en: "higher than before of late, now \(value.en), usually \(usual.en)")
        : Title(
          vi: "gần đây thấp hơn hẳn trước, lần này \(value.vi), thường \(usual.vi)",
          en: "lower than before of late, now \(value.en), usually \(usual.en)")
    case .drift:
      isAbove
        ? Title(
          vi: "gần đây cao hơn mọi ngày, lần này \(value.vi), thường \(usual.vi)\(hour.vi)",
          en: "above other days of late, now \(value.en), usually \(usual.en)\(hour.en)")
        : Title(
          vi: "gần đây thấp hơn mọi ngày, lần này \(value.vi), thường \(usual.vi)\(hour.vi)",
          en: "below other days of late, now \(value.en), usually \(usual.en)\(hour.en)")
    case .texture: restless(isAbove)
    }
  }

  private func compared(_ isAbove: Bool, _ hour: Title) -> Title {
    if isAbove, let times {
      let (vi, en) = (AlertNumber.vietnamese.count(times), AlertNumber.english.count(times))
      return Title(
        vi: "\(value.vi), gấp \(vi) lần mức thường thấy\(hour.vi)",
        en: "\(value.en), \(en) times the usual\(hour.en)")
    }
    return isAbove
      ? Title(
        vi: "\(value.vi), cao hơn mức thường thấy \(usual.vi)\(hour.vi)",
        en: "\(value.en), above the usual \(usual.en)\(hour.en)")
      : Title(
        vi: "\(value.vi), thấp hơn mức thường thấy \(usual.vi)\(hour.vi)",
        en: "\(value.en), below the usual \(usual.en)\(hour.en)")
  }

  private func restless(_ isAbove: Bool) -> Title {
    return isAbove
      ? Title(
        vi: "lên xuống mạnh hơn mọi khi, lần này \(value.vi)",
        en: "swings more than usual, now \(value.en)")
      : Title(
        vi: "gần như không thay đổi, khác mọi khi: \(value.vi)",
        en: "hardly changes, unlike before: \(value.en)")
  }
}
