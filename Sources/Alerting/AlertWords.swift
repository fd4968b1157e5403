// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The sentences of alerts, in both languages: with its extensions, the only files of this target
/// with Vietnamese.
///
/// The words are those of a commune officer: no jargon, no code of a program. A sentence ends with
/// who does what next: what the rule's profile says (`action`), or what fits any device.
enum AlertWords {
  /// What an alert's sentence is made of besides its names.
  struct Account {
    /// The first is needed, the others are good to know; each begins in lower case.
    var facts: [Title]
    /// Who does what next, where the profile says nothing.
    var action: Title
  }

  /// - Parameters:
  ///   - metric: the one the evidence names; nil for an offline alert.
  ///   - device: its name.
  ///   - place: where it stands; empty where nobody said.
  static func summary(
    _ evidence: AlertEvidence, rule: AlertRule, metric: Metric?, device: String, place: String,
    since: Milliseconds
  ) -> Title {
    let account =
      switch evidence.trigger {
      case .offline: offline(evidence)
      case .condition: condition(evidence, metric)
      case .anomaly: anomaly(evidence)
      case .check: check(evidence)
      }
    return sentence(account, rule: rule, device: device, place: place, since: since)
  }

  static func sentence(
    _ account: Account, rule: AlertRule, device: String, place: String, since: Milliseconds
  ) -> Title {
    let action = rule.action ?? account.action
    func sentence(_ language: KeyPath<Title, String>, _ since: String) -> String {
      AlertSentence(
        title: rule.title[keyPath: language], device: device, place: place,
        facts: account.facts.map { $0[keyPath: language] }, since: since,
        action: action[keyPath: language]
      ).text
    }
    let at = moment(since)
    return Title(vi: sentence(\.vi, "từ \(at)"), en: sentence(\.en, "since \(at)"))
  }

  /// HH:mm dd/MM/yyyy: people need no seconds.
  static func moment(_ instant: Milliseconds) -> String {
    let text = LocalTime.text(instant)
    return "\(text.dropFirst(11).prefix(5)) \(text.prefix(10))"
  }

  // MARK: Silence

  private static func offline(_ evidence: AlertEvidence) -> Account {
    let action = Title(
      vi: "Cán bộ xã kiểm tra nguồn điện và dây mạng tại chỗ",
      en: "Commune officer: check power and network cable on site")
    let allowance = duration((evidence.allowanceSeconds ?? 0) * 1_000)
    guard let lastHeardAt = evidence.lastHeardAt else {
      return Account(
        facts: [
          Title(
            vi: "chưa từng có tín hiệu, quá \(allowance.vi) cho phép",
            en: "never heard, beyond the \(allowance.en) allowed")
        ], action: action)
    }
    guard let mark = evidence.markReceivedAt else {
      return Account(
        facts: [
          Title(
            vi: "không có tín hiệu quá \(allowance.vi) cho phép",
            en: "silent beyond the \(allowance.en) allowed")
        ], action: action)
    }
    let after = duration(mark.milliseconds - lastHeardAt.milliseconds)
    return Account(
      facts: [
        Title(
          vi: "máy chủ báo đã mất kết nối, \(after.vi) sau tín hiệu cuối",
          en: "the broker says it is gone, \(after.en) after its last signal")
      ], action: action)
  }

  // MARK: Conditions

  private static func condition(_ evidence: AlertEvidence, _ metric: Metric?) -> Account {
    let action = Title(
      vi: "Cán bộ xã kiểm tra thiết bị, cần thì báo đơn vị bảo trì",
      en: "Commune officer: check the device, call maintenance if needed")
    var facts: [Title] = []
    if metric?.form == .gauge || metric?.form == .counter, let value = evidence.value {
      let shown = quantity(value, unit: evidence.unit)
      let limit = evidence.condition.flatMap { self.limit($0, unit: evidence.unit) }
      facts.append(
        Title(
          vi: shown.vi + (limit.map { " (báo khi \($0.vi))" } ?? ""),
          en: shown.en + (limit.map { " (alert if \($0.en))" } ?? "")))
    }
    let held = (evidence.heldSeconds ?? 0) * 1_000
    if held > 0 {
      let long = duration(held)
      facts.append(Title(vi: "đã kéo dài \(long.vi)", en: "for \(long.en) now"))
    } else if facts.isEmpty {
      facts.append(Title(vi: "thấy trong 1 lần đo", en: "seen in 1 reading"))
    }
    return Account(facts: facts, action: action)
  }

  /// `< 100` in words.
  private static func limit(_ condition: String, unit: String?) -> Title? {
    let parts = condition.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let comparison = Condition.Comparison(rawValue: String(parts[0])),
      let number = Double(parts[1])
    else { return nil }
    let limit = quantity(number, unit: unit)
    return switch comparison {
    case .equal: Title(vi: "bằng \(limit.vi)", en: "equal to \(limit.en)")
    case .notEqual: Title(vi: "khác \(limit.vi)", en: "not \(limit.en)")
    case .less: Title(vi: "dưới \(limit.vi)", en: "below \(limit.en)")
    case .atMost: Title(vi: "không quá \(limit.vi)", en: "at most \(limit.en)")
    case .greater: Title(vi: "trên \(limit.vi)", en: "above \(limit.en)")
    case .atLeast: Title(vi: "từ \(limit.vi) trở lên", en: "at least \(limit.en)")
    }
  }
}
