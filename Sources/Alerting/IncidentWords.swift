// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Where an incident is and what its alerts tell, in words that the registry and profiles have.
package struct IncidentSubject: Sendable, Hashable {
  package var kind: Incident.GroupKind
  /// Of the device, the gateway, the site, the unit, the feeder, the provider; of firmware its
  /// version. Empty for all.
  package var name: String
  /// Of a device its site, of a site or village its commune, of firmware the kind of device.
  package var place: Title
  /// `silent`, `service`, `reboot`, or a metric that is on one side of the usual.
  package var stream: String
  /// Of that metric.
  package var metric: Title?

  package init(
    kind: Incident.GroupKind, name: String, place: Title = Title(vi: "", en: ""), stream: String,
    metric: Title? = nil
  ) {
    self.kind = kind
    self.name = name
    self.place = place
    self.stream = stream
    self.metric = metric
  }
}

/// The sentences of incidents, in both languages: what, where, since when, how many, why, and who
/// does what next, in 200 characters at most.
package enum IncidentWords {
  package static let sentenceLengthMax = 200
  /// Names are cut to fit, not below this.
  private static let nameLengthMin = 8
  private static let titleLengthMax = 100

  package static func title(of subject: IncidentSubject, isFlapping: Bool) -> Title {
    fitted(subject, to: titleLengthMax) { subject in
      let (place, what) = (place(of: subject), what(subject, isFlapping: isFlapping))
      return Title(vi: "\(place.vi): \(what.vi)", en: "\(place.en): \(what.en)")
    }
  }

  package static func summary(
    of subject: IncidentSubject, evidence: IncidentEvidence, since: Milliseconds,
    resolvedAt: Milliseconds?
  ) -> Title {
    let cause = evidence.causes.first ?? .init(cause: .unknown, probability: 1)
    let named = cause.probability >= Incident.Cause.namedFrom ? cause.cause : .unknown
    let why = why(named, cause.probability)
    let next = resolvedAt == nil ? next(named, subject) : afterwards(named)
    func sentence(_ subject: IncidentSubject, _ grown: Title) -> Title {
      let place = place(of: subject)
      let what = what(subject, isFlapping: evidence.isFlapping)
      let count = count(subject, evidence, isOpen: resolvedAt == nil)
      let from = minute(since)
      let to = resolvedAt.map { end($0, after: since) }
      return Title(
        vi: "\(place.vi): \(count.vi)\(what.vi) từ \(from)\(to.map { " đến \($0)" } ?? "")"
          + "\(grown.vi)\(count.left.vi); \(why.vi). \(next.vi)",
        en: "\(place.en): \(count.en)\(what.en) from \(from)\(to.map { " to \($0)" } ?? "")"
          + "\(grown.en)\(count.left.en); \(why.en). \(next.en)")
    }
    let grown = resolvedAt == nil ? grown(evidence) : Title(vi: "", en: "")
    let whole = fitted(subject, to: sentenceLengthMax) { sentence($0, grown) }
    if max(whole.vi.count, whole.en.count) <= sentenceLengthMax { return whole }
    // What it grew from is the first to go where there is no room.
    return fitted(subject, to: sentenceLengthMax) { sentence($0, Title(vi: "", en: "")) }
  }

  /// Of one whose members a wider one has now.
  package static func summary(
    of subject: IncidentSubject, partOf wider: IncidentSubject, since: Milliseconds
  ) -> Title {
    fitted(subject, wider, to: sentenceLengthMax) { subject, wider in
      let (place, whole) = (place(of: subject), place(of: wider))
      let what = what(subject, isFlapping: false)
      let from = minute(since)
      return Title(
        vi: "\(place.vi): \(what.vi) từ \(from); thuộc sự cố chung: \(whole.vi). "
          + "Cán bộ xã theo dõi sự cố chung.",
        en: "\(place.en): \(what.en) from \(from); part of a wider incident: \(whole.en). "
          + "The commune follows that one.")
    }
  }

  /// With how many devices it was told first.
  private static func grown(_ evidence: IncidentEvidence) -> Title {
    guard let first = evidence.steps?.first, first.deviceCount < evidence.deviceCount else {
      return Title(vi: "", en: "")
    }
    return Title(
      vi: ", lan rộng từ \(grouped(first.deviceCount, ".")) thiết bị",
      en: ", grown from \(grouped(first.deviceCount, ",")) "
        + (first.deviceCount == 1 ? "device" : "devices"))
  }

  // MARK: Where

  private static func place(of subject: IncidentSubject) -> Title {
    let name = subject.name
    return switch subject.kind {
    case .device, .site, .village:
      Title(vi: with(name, subject.place.vi), en: with(name, subject.place.en))
    case .via: Title(vi: "Qua cổng \(name)", en: "Behind gateway \(name)")
    case .commune, .province: Title(vi: name, en: name)
    case .feeder: Title(vi: "Tuyến điện \(name)", en: "Feeder \(name)")
    case .isp: Title(vi: "Mạng của \(name)", en: "Network of \(name)")
    case .firmware:
      Title(
        vi: "\(subject.place.vi), phần mềm \(name)", en: "\(subject.place.en), firmware \(name)")
    case .all: Title(vi: "Toàn hệ thống", en: "The whole fleet")
    }
  }

  private static func with(_ name: String, _ place: String) -> String {
    place.isEmpty ? name : "\(name) (\(place))"
  }

  /// The same for a sentence of two.
  private static func fitted(
    _ subject: IncidentSubject, _ other: IncidentSubject, to lengthMax: Int,
    _ build: (IncidentSubject, IncidentSubject) -> Title
  ) -> Title {
    var other = other
    while true {
      let text = fitted(subject, to: lengthMax) { build($0, other) }
      let longest = max(other.name.count, other.place.vi.count)
      let isLong = max(text.vi.count, text.en.count) > lengthMax
      guard isLong, longest > nameLengthMin else { return text }
      func cut(_ text: String) -> String {
        text.count >= longest ? text.prefix(longest - 2) + "…" : text
      }
      other.name = cut(other.name)
      other.place = Title(vi: cut(other.place.vi), en: cut(other.place.en))
    }
  }

  /// Cuts names until the sentence fits in both languages.
  private static func fitted(
    _ subject: IncidentSubject, to lengthMax: Int, _ build: (IncidentSubject) -> Title
  ) -> Title {
    var subject = subject
    var text = build(subject)
    while max(text.vi.count, text.en.count) > lengthMax {
      let longest = [
        subject.name.count, subject.place.vi.count, subject.metric?.vi.count ?? 0,
      ].max() ?? 0
      guard longest > nameLengthMin else { break }
      func cut(_ text: String) -> String {
        text.count >= longest ? text.prefix(longest - 2) + "…" : text
      }
      subject.name = cut(subject.name)
      subject.place = Title(vi: cut(subject.place.vi), en: cut(subject.place.en))
      subject.metric = subject.metric.map { Title(vi: cut($0.vi), en: cut($0.en)) }
      text = build(subject)
    }
    return text
  }

  // MARK: What

  private static func what(_ subject: IncidentSubject, isFlapping: Bool) -> Title {
    if isFlapping { return Title(vi: "chập chờn nhiều lần", en: "flapping again and again") }
    switch subject.stream {
    case "silent": return Title(vi: "mất liên lạc", en: "silent")
    case "service": return Title(vi: "không phục vụ được", en: "out of service")
    case "reboot": return Title(vi: "khởi động lại liên tục", en: "restarting again and again")
    default:
      let isAbove = subject.stream.hasPrefix("above ")
      let metric = subject.metric ?? Title(vi: "chỉ số", en: "a metric")
      return Title(
        vi: "\(lowered(metric.vi)) \(isAbove ? "cao" : "thấp") bất thường",
        en: "\(lowered(metric.en)) unusually \(isAbove ? "high" : "low")")
    }
  }

  /// Abbreviations stay as they are.
  private static func lowered(_ text: String) -> String {
    let second = text.dropFirst().first
    return second?.isUppercase ?? false ? text : text.prefix(1).lowercased() + text.dropFirst()
  }

  /// How many of how many, and how many of them are still away.
  private static func count(
    _ subject: IncidentSubject, _ evidence: IncidentEvidence, isOpen: Bool
  ) -> (vi: String, en: String, left: Title) {
    let none = Title(vi: "", en: "")
    guard subject.kind != .device else { return ("", "", none) }
    let all = max(evidence.deviceCount, evidence.choice.judged)
    let (some, of) = (evidence.deviceCount, all)
    let isPartly = isOpen && evidence.activeCount < evidence.deviceCount
    return (
      "\(grouped(some, "."))/\(grouped(of, ".")) thiết bị ",
      "\(grouped(some, ","))/\(grouped(of, ",")) devices ",
      isPartly
        ? Title(
          vi: ", còn \(grouped(evidence.activeCount, "."))",
          en: ", \(grouped(evidence.activeCount, ",")) left") : none
    )
  }

  // MARK: Why

  private static func why(_ cause: Incident.Cause, _ probability: Double) -> Title {
    let percent = "\(min(99, Int((probability * 100).rounded())))%"
    let certainty =
      probability >= 0.9
      ? Title(vi: "rất có thể do", en: "very probably")
      : probability >= 0.75
        ? Title(vi: "nhiều khả năng do", en: "probably") : Title(vi: "có thể do", en: "perhaps")
    let name: Title
    switch cause {
    case .unknown: return Title(vi: "chưa rõ nguyên nhân", en: "cause unknown")
    default: name = cause.name
    }
    return Title(
      vi: "\(certainty.vi) \(name.vi) (\(percent))", en: "\(certainty.en) \(name.en) (\(percent))")
  }

  // MARK: Who does what next

  private static func next(_ cause: Incident.Cause, _ subject: IncidentSubject) -> Title {
    switch cause {
    case .power:
      Title(vi: "Cán bộ xã hỏi điện lực.", en: "The commune asks the power company.")
    case .link:
      Title(
        vi: "Cán bộ xã báo nhà mạng kiểm tra.", en: "The commune asks the provider to look.")
    case .observation:
      Title(
        vi: "Quản trị viên kiểm tra mạng máy chủ.", en: "The administrator checks our uplink.")
    case .firmware:
      Title(
        vi: "Quản trị viên kiểm tra bản phần mềm.", en: "The administrator checks the firmware.")
    case .device:
      Title(
        vi: "Cán bộ xã đến kiểm tra thiết bị.", en: "The commune looks at the device.")
    case .quality:
      Title(
        vi: "Quản trị viên theo dõi, báo nhà mạng.", en: "The administrator watches it.")
    case .unknown:
      Title(
        vi: "Cán bộ xã kiểm tra điện và mạng.", en: "The commune checks power and network.")
    }
  }

  private static func afterwards(_ cause: Incident.Cause) -> Title {
    cause == .observation
      ? Title(
        vi: "Quản trị viên xác nhận khoảng mất số liệu.",
        en: "The administrator confirms the gap.")
      : Title(
        vi: "Đã khôi phục; xã ghi nguyên nhân.", en: "Over; the commune notes the cause.")
  }

  // MARK: Numbers

  /// dd/MM/yyyy HH:mm
  private static func minute(_ instant: Milliseconds) -> String {
    String(LocalTime.text(instant).prefix(16))
  }

  /// The hour alone on the same day, else with day and month, and the year where it is another.
  private static func end(_ instant: Milliseconds, after start: Milliseconds) -> String {
    let (text, first) = (minute(instant), minute(start))
    if text.prefix(10) == first.prefix(10) { return String(text.suffix(5)) }
    let isSameYear = text.dropFirst(6).prefix(4) == first.dropFirst(6).prefix(4)
    return isSameYear ? String(text.prefix(5) + text.suffix(6)) : text
  }

  private static func grouped(_ number: Int, _ separator: String) -> String {
    var (left, text) = (number, "")
    while left >= 1_000 {
      let digits = String(left % 1_000)
      text = separator + String(repeating: "0", count: 3 - digits.count) + digits + text
      left /= 1_000
    }
    return "\(left)\(text)"
  }
}
