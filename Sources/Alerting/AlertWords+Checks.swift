// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The sentences of deterministic checks: what is so and since when, the number, what it may be,
/// and what to do. At most `lengthMax` characters, so that the device's name fits beside them.
extension AlertWords {
  static let checkLengthMax = 160

  static func check(
    _ evidence: AlertEvidence, _ metric: Metric?, since: Milliseconds
  ) -> Title {
    switch evidence.check {
    case .stuck: stuck(evidence, metric, since)
    case .outOfRange: outOfRange(evidence, metric, since)
    case .counterReset: counterReset(evidence, metric, since)
    case .rebootLoop: rebootLoop(evidence, since)
    case .clockDrift: clock(evidence, since)
    case .degradation: degradation(evidence, metric, since)
    case .exhaustion: exhaustion(evidence, metric, since)
    case .expiry: expiry(evidence)
    case nil:
      Title(vi: "bất thường từ \(minute(since))", en: "anomalous since \(minute(since))")
    }
  }

  private static func stuck(
    _ evidence: AlertEvidence, _ metric: Metric?, _ since: Milliseconds
  ) -> Title {
    let (value, name) = (number(evidence.value, metric), name(metric))
    let length = span(evidence.lengthSeconds)
    let usual = span(evidence.usualLengthSeconds)
    return Title(
      vi: "\(name.vi) đứng yên ở \(value.vi) từ \(minute(since)): \(length.vi), trước đây lâu nhất "
        + "\(usual.vi). Cảm biến có thể hỏng, cần kiểm tra.",
      en: "\(name.en) stays at \(value.en) since \(minute(since)): \(length.en), longest before "
        + "\(usual.en). The sensor may be broken: check it.")
  }

  private static func outOfRange(
    _ evidence: AlertEvidence, _ metric: Metric?, _ since: Milliseconds
  ) -> Title {
    let (value, name) = (number(evidence.value, metric), name(metric))
    let limit = number(evidence.limit, metric)
    let side: (vi: String, en: String) =
      evidence.isAbove == true
      ? (vi: "cao hơn mức có thể", en: "above the possible")
      : (vi: "thấp hơn mức có thể", en: "below the possible")
    return Title(
      vi: "\(name.vi): \(value.vi), \(side.vi) \(limit.vi), từ \(minute(since)). "
        + "Cảm biến có thể hỏng, báo kỹ thuật kiểm tra.",
      en: "\(name.en): \(value.en), \(side.en) \(limit.en), since \(minute(since)). "
        + "The sensor may be broken: have it checked.")
  }

  private static func counterReset(
    _ evidence: AlertEvidence, _ metric: Metric?, _ since: Milliseconds
  ) -> Title {
    let (name, length) = (name(metric), span(evidence.lengthSeconds))
    let count = evidence.count ?? 0
    return Title(
      vi: "\(name.vi): bộ đếm tự về đầu \(count) lần trong \(length.vi), từ \(minute(since)), dù "
        + "máy không khởi động lại. Báo nhà cung cấp kiểm tra phần mềm.",
      en: "\(name.en): the counter began anew \(count) times in \(length.en), since "
        + "\(minute(since)), without a restart. Ask the vendor to check the firmware.")
  }

  private static func rebootLoop(_ evidence: AlertEvidence, _ since: Milliseconds) -> Title {
    let (length, count) = (span(evidence.lengthSeconds), evidence.count ?? 0)
    return Title(
      vi: "Khởi động lại \(count) lần trong \(length.vi), từ \(minute(since)). "
        + "Kiểm tra nguồn điện, phích cắm; nếu còn lặp lại, báo kỹ thuật.",
      en: "Restarted \(count) times in \(length.en), since \(minute(since)). "
        + "Check power and plug; if it goes on, call the technician.")
  }

  private static func clock(_ evidence: AlertEvidence, _ since: Milliseconds) -> Title {
    let isFast = evidence.perDay.map { $0 < 0 } ?? (evidence.isAbove == true)
    let amount = span((evidence.perDay ?? evidence.value).map(\.magnitude))
    let side: (vi: String, en: String) =
      isFast ? (vi: "nhanh", en: "fast") : (vi: "chậm", en: "slow")
    let action = (
      vi: "Đặt lại giờ, bật đồng bộ giờ tự động.", en: "Set it, and turn time synchronisation on."
    )
    guard evidence.perDay != nil else {
      return Title(
        vi: "Đồng hồ thiết bị \(side.vi) \(amount.vi), từ \(minute(since)). \(action.vi)",
        en: "The device's clock is \(amount.en) \(side.en), since \(minute(since)). \(action.en)")
    }
    return Title(
      vi: "Đồng hồ thiết bị mỗi ngày \(side.vi) thêm \(amount.vi), từ \(minute(since)). "
        + action.vi,
      en: "The device's clock runs \(amount.en) a day \(side.en), since \(minute(since)). "
        + action.en)
  }

  private static func degradation(
    _ evidence: AlertEvidence, _ metric: Metric?, _ since: Milliseconds
  ) -> Title {
    let (value, name) = (number(evidence.value, metric), name(metric))
    let day = LocalTime.date(ofDay: LocalTime.day(of: since))
    let side: (vi: String, en: String) =
      evidence.isAbove == true ? (vi: "tăng", en: "rises") : (vi: "giảm", en: "falls")
    let usual = evidence.expected.map { expected in
      let usual = number(expected, metric)
      return (vi: ", trước là \(usual.vi)", en: ", before \(usual.en)")
    }
    let others =
      evidence.comparedDevices == nil
      ? (vi: "", en: "")
      : (vi: "; máy khác trong xã không vậy", en: "; others in the commune do not")
    return Title(
      vi: "\(name.vi) \(side.vi) dần từ \(day): nay \(value.vi)\(usual?.vi ?? "")\(others.vi). "
        + "Kiểm tra thiết bị, dây nối.",
      en: "\(name.en) slowly \(side.en) since \(day): now \(value.en)\(usual?.en ?? "")\(others.en)"
        + ". Check device and cables.")
  }

  private static func exhaustion(
    _ evidence: AlertEvidence, _ metric: Metric?, _ since: Milliseconds
  ) -> Title {
    let (value, name) = (number(evidence.value, metric), name(metric))
    let limit = number(evidence.limit, metric)
    let action: (vi: String, en: String) =
      evidence.expiring == nil
      ? (vi: "Thay hoặc bổ sung trước đó.", en: "Replace or refill before.")
      : (vi: "Mua thêm dung lượng.", en: "Buy more data.")
    guard let perDay = evidence.perDay, let reached = evidence.reachedAt else {
      return Title(
        vi: "\(name.vi): \(value.vi), đã tới mức \(limit.vi), từ \(minute(since)). \(action.vi)",
        en: "\(name.en): \(value.en), has reached \(limit.en), since \(minute(since)). "
          + action.en)
    }
    let rate = number(perDay.magnitude, metric)
    let side: (vi: String, en: String) =
      perDay < 0 ? (vi: "giảm", en: "falls") : (vi: "tăng", en: "rises")
    let between = (evidence.reachedEarliest ?? reached, evidence.reachedLatest ?? reached)
    return Title(
      vi: "\(name.vi): \(value.vi), mỗi ngày \(side.vi) \(rate.vi); tới \(limit.vi) khoảng "
        + "\(hour(reached)) (từ \(hour(between.0)) đến \(hour(between.1))). \(action.vi)",
      en: "\(name.en): \(value.en), \(side.en) \(rate.en) a day; \(limit.en) about "
        + "\(hour(reached)) (\(hour(between.0)) to \(hour(between.1))). \(action.en)")
  }

  private static func expiry(_ evidence: AlertEvidence) -> Title {
    let date =
      evidence.reachedAt.map { LocalTime.date(ofDay: LocalTime.day(of: $0.milliseconds)) } ?? ""
    guard evidence.expiring == Check.Expiring.certificate.rawValue else {
      return Title(
        vi: "SIM hết hạn ngày \(date). Gia hạn với nhà mạng trước ngày đó.",
        en: "The SIM card expires on \(date). Renew it with the operator before.")
    }
    return Title(
      vi: "Chứng thư số hết hạn ngày \(date), sau đó thiết bị mất kết nối. Báo kỹ thuật cấp "
        + "lại trước ngày đó.",
      en: "The certificate expires on \(date); then the device cannot connect. Have it renewed "
        + "before.")
  }

  // MARK: Numbers

  private static func number(_ value: Double?, _ metric: Metric?) -> (vi: String, en: String) {
    let text = (value.map(plain) ?? "–") + unit(metric)
    return (comma(text), text)
  }

  /// A length of time in its largest fitting unit.
  private static func span(_ seconds: Double?) -> (vi: String, en: String) {
    guard let seconds, seconds.isFinite, seconds < 1e12 else { return ("–", "–") }
    let units: [(length: Double, vi: String, en: String)] = [
      (86_400, "ngày", "d"), (3_600, "giờ", "h"), (60, "phút", "min"), (1, "giây", "s"),
    ]
    let unit = units.first { seconds >= 2 * $0.length } ?? units[3]
    let count = Int64((seconds / unit.length).rounded())
    return ("\(count) \(unit.vi)", "\(count) \(unit.en)")
  }

  /// dd/MM/yyyy HH:mm
  private static func minute(_ instant: Milliseconds) -> String {
    String(LocalTime.text(instant).dropLast(3))
  }

  /// HH:mm dd/MM
  private static func hour(_ instant: UniversalInstant) -> String {
    let parts = LocalTime.text(instant.milliseconds).split(separator: " ")
    return "\(parts[1].dropLast(3)) \(parts[0].dropLast(5))"
  }
}
