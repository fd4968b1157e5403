// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Deterministic checks in plain words: what was counted or measured, and what fits it to do.
extension AlertWords {
  static func check(_ evidence: AlertEvidence) -> Account {
    switch evidence.check {
    case .stuck: stuck(evidence)
    case .outOfRange: outOfRange(evidence)
    case .counterReset: counterReset(evidence)
    case .rebootLoop: rebootLoop(evidence)
    case .clockDrift: clock(evidence)
    case .degradation: degradation(evidence)
    case .exhaustion: exhaustion(evidence)
    case .expiry, nil: expiry(evidence)
    }
  }

  private static func stuck(_ evidence: AlertEvidence) -> Account {
    let value = number(evidence.value, evidence)
    let length = span(evidence.lengthSeconds)
    let usual = span(evidence.usualLengthSeconds)
    return Account(
      facts: [
        Title(
          vi: "đứng yên ở \(value.vi) suốt \(length.vi)",
          en: "stays at \(value.en) for \(length.en)"),
        Title(vi: "trước đây lâu nhất \(usual.vi)", en: "longest before \(usual.en)"),
      ], action: sensorAction)
  }

  private static let sensorAction = Title(
    vi: "Cán bộ xã báo đơn vị bảo trì kiểm tra cảm biến",
    en: "Commune officer: have maintenance check the sensor")

  private static func outOfRange(_ evidence: AlertEvidence) -> Account {
    let (value, limit) = (number(evidence.value, evidence), number(evidence.limit, evidence))
    return Account(
      facts: [
        evidence.isAbove == true
          ? Title(
            vi: "\(value.vi), cao hơn mức có thể \(limit.vi)",
            en: "\(value.en), above the possible \(limit.en)")
          : Title(
            vi: "\(value.vi), thấp hơn mức có thể \(limit.vi)",
            en: "\(value.en), below the possible \(limit.en)")
      ], action: sensorAction)
  }

  private static func counterReset(_ evidence: AlertEvidence) -> Account {
    let (length, count) = (span(evidence.lengthSeconds), evidence.count ?? 0)
    return Account(
      facts: [
        Title(
          vi: "tự về đầu \(count) lần trong \(length.vi)",
          en: "began anew \(count) times in \(length.en)"),
        Title(vi: "dù máy không khởi động lại", en: "without a restart"),
      ],
      action: Title(
        vi: "Cán bộ xã báo nhà cung cấp kiểm tra phần mềm",
        en: "Commune officer: ask the vendor to check the firmware"))
  }

  private static func rebootLoop(_ evidence: AlertEvidence) -> Account {
    let (length, count) = (span(evidence.lengthSeconds), evidence.count ?? 0)
    return Account(
      facts: [
        Title(
          vi: "khởi động lại \(count) lần trong \(length.vi)",
          en: "restarted \(count) times in \(length.en)")
      ],
      action: Title(
        vi: "Cán bộ xã kiểm tra nguồn điện, phích cắm; còn lặp lại thì báo đơn vị bảo trì",
        en: "Commune officer: check power and plug; if it goes on, call maintenance"))
  }

  private static func clock(_ evidence: AlertEvidence) -> Account {
    let isFast = evidence.perDay.map { $0 < 0 } ?? (evidence.isAbove == true)
    let amount = span((evidence.perDay ?? evidence.value).map(\.magnitude))
    let (vi, en) = isFast ? ("nhanh", "fast") : ("chậm", "slow")
    let fact =
      evidence.perDay == nil
      ? Title(vi: "\(vi) \(amount.vi)", en: "\(amount.en) \(en)")
      : Title(vi: "mỗi ngày \(vi) thêm \(amount.vi)", en: "\(amount.en) a day \(en)")
    return Account(
      facts: [fact],
      action: Title(
        vi: "Cán bộ xã đặt lại giờ, bật đồng bộ giờ tự động",
        en: "Commune officer: set it, turn time synchronisation on"))
  }

  private static func degradation(_ evidence: AlertEvidence) -> Account {
    let value = number(evidence.value, evidence)
    let usual = evidence.expected.map { expected in
      let usual = quantity(expected, unit: evidence.unit)
      return Title(vi: ", trước là \(usual.vi)", en: ", then \(usual.en)")
    }
    var facts = [
      evidence.isAbove == true
        ? Title(
          vi: "cao hơn trước: nay \(value.vi)\(usual?.vi ?? "")",
          en: "higher than before: now \(value.en)\(usual?.en ?? "")")
        : Title(
          vi: "thấp hơn trước: nay \(value.vi)\(usual?.vi ?? "")",
          en: "lower than before: now \(value.en)\(usual?.en ?? "")")
    ]
    if let others = evidence.comparedDevices {
      facts.append(
        Title(
          vi: "\(others) máy khác trong xã không vậy",
          en: "\(others) others in the commune do not"))
    }
    return Account(
      facts: facts,
      action: Title(
        vi: "Cán bộ xã kiểm tra thiết bị, dây nối",
        en: "Commune officer: check device and cables"))
  }

  private static func exhaustion(_ evidence: AlertEvidence) -> Account {
    let (value, limit) = (number(evidence.value, evidence), number(evidence.limit, evidence))
    let action =
      evidence.expiring == nil
      ? Title(
        vi: "Cán bộ xã thay hoặc bổ sung trước đó", en: "Commune officer: replace or refill before")
      : Title(vi: "Cán bộ xã mua thêm dung lượng", en: "Commune officer: buy more data")
    guard let perDay = evidence.perDay, let reached = evidence.reachedAt else {
      return Account(
        facts: [
          Title(
            vi: "\(value.vi), đã tới mức \(limit.vi)", en: "\(value.en), has reached \(limit.en)")
        ], action: action)
    }
    let rate = number(perDay.magnitude, evidence)
    let (first, last) = (
      hour(evidence.reachedEarliest ?? reached), hour(evidence.reachedLatest ?? reached)
    )
    let side = perDay < 0 ? Title(vi: "giảm", en: "falls") : Title(vi: "tăng", en: "rises")
    return Account(
      facts: [
        Title(
          vi: "\(value.vi), tới \(limit.vi) khoảng \(hour(reached))",
          en: "\(value.en), at \(limit.en) about \(hour(reached))"),
        Title(vi: "sớm nhất \(first), muộn nhất \(last)", en: "\(first) to \(last)"),
        Title(
          vi: "mỗi ngày \(side.vi) \(rate.vi)", en: "\(side.en) \(rate.en) a day"),
      ], action: action)
  }

  private static func expiry(_ evidence: AlertEvidence) -> Account {
    let date =
      evidence.reachedAt.map { LocalTime.date(ofDay: LocalTime.day(of: $0.milliseconds)) } ?? "–"
    let isCertificate = evidence.expiring == Check.Expiring.certificate.rawValue
    return Account(
      facts: [Title(vi: "hết hạn ngày \(date)", en: "expires on \(date)")],
      action: isCertificate
        ? Title(
          vi: "Cán bộ xã báo đơn vị bảo trì cấp lại trước ngày đó",
          en: "Commune officer: have maintenance renew it before")
        : Title(
          vi: "Cán bộ xã gia hạn với nhà mạng trước ngày đó",
          en: "Commune officer: renew it with the operator before"))
  }

  // MARK: Numbers

  private static func number(_ value: Double?, _ evidence: AlertEvidence) -> Title {
    value.map { quantity($0, unit: evidence.unit) } ?? Title(vi: "–", en: "–")
  }

  private static func span(_ seconds: Double?) -> Title {
    guard let seconds, seconds.magnitude < 1e12 else { return Title(vi: "–", en: "–") }
    return duration(Milliseconds(seconds * 1_000))
  }

  /// HH:mm dd/MM
  private static func hour(_ instant: UniversalInstant) -> String {
    String(moment(instant.milliseconds).dropLast(5))
  }
}
