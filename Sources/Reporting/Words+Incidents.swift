// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of incidents.
extension Words {
  var incident: String { pick("Sự cố", "Incident") }
  var incidentTable: String { pick("Sự cố", "Incidents") }
  var noIncidents: String { pick("Không có sự cố nào.", "No incidents.") }
  func moreIncidents(_ count: String) -> String {
    pick("… và \(count) sự cố khác trong kỳ", "… and \(count) more incidents in the period")
  }
  var incidentID: String { pick("Mã sự cố", "Incident id") }
  var probableCause: String { pick("Nguyên nhân có khả năng nhất", "Most probable cause") }
  var explainIncidentTitle: String { pick("GIẢI THÍCH SỰ CỐ", "WHY THIS INCIDENT") }
  var timeline: String { pick("Diễn biến", "Timeline") }
  var members: String { pick("Thiết bị trong sự cố", "Members") }
  var whyThisGroup: String { pick("Vì sao là nhóm này", "Why this group") }
  var whyThisCause: String { pick("Vì sao là nguyên nhân này", "Why this cause") }
  var otherGroups: String { pick("Nhóm khác đã xét", "Other groups looked at") }
  var namedAtHeading: String { pick("Xác định lúc", "Named at") }
  var joinedAt: String { pick("Ghi nhận lúc", "Joined at") }
  var faultWindow: String { pick("Thời điểm xảy ra", "The fault struck") }

  func incidentState(_ state: Incident.State) -> String {
    switch state {
    case .open: pick("đang diễn ra", "open")
    case .resolved: pick("đã khôi phục", "resolved")
    }
  }

  /// A cause that is not probable enough is not named: nobody should repair what is not broken.
  func namedCause(of incident: Incident, _ format: LocalFormat) -> String {
    guard incident.probability >= Incident.Cause.namedFrom, incident.cause != .unknown
    else { return incidentCause(.unknown) }
    let percent = format.number(min(99, (incident.probability * 100).rounded()))
    return "\(incidentCause(incident.cause)) (\(percent)%)"
  }

  func incidentCause(_ cause: Incident.Cause) -> String { title(cause.name) }

  func groupKind(_ kind: Incident.GroupKind) -> String {
    switch kind {
    case .device: pick("thiết bị", "device")
    case .via: pick("cổng kết nối", "gateway")
    case .site: pick("địa điểm", "site")
    case .village: pick("thôn", "village")
    case .feeder: pick("tuyến điện", "feeder")
    case .commune: pick("xã", "commune")
    case .isp: pick("nhà mạng", "provider")
    case .province: pick("tỉnh", "province")
    case .firmware: pick("phiên bản phần mềm", "firmware")
    case .all: pick("toàn hệ thống", "the whole fleet")
    }
  }

  /// What the figures of one group say.
  func choice(_ choice: IncidentEvidence.Choice, _ format: LocalFormat) -> String {
    let name = choice.code.isEmpty
      ? groupKind(choice.kind) : "\(groupKind(choice.kind)) \(choice.code)"
    let (failed, together) = (format.count(choice.failed), format.count(choice.together))
    let (overdue, heard) = (format.count(choice.overdue), format.count(choice.heard))
    let expected = format.number(choice.expected, decimals: 6)
    let tail = chance(choice.tailLog10, format)
    return pick(
      "\(name): \(failed) trong \(together) thiết bị cùng lúc; \(overdue) thiết bị khác quá hạn "
        + "báo, \(heard) vẫn báo bình thường; bình thường chỉ khoảng \(expected); "
        + "xác suất ngẫu nhiên \(tail)",
      "\(name): \(failed) of \(together) devices together; \(overdue) others overdue, \(heard) "
        + "heard as usual; by chance about \(expected); probability of chance \(tail)")
  }

  /// One in so many, as a power of ten: nobody reads twenty zeros.
  private func chance(_ log10: Double, _ format: LocalFormat) -> String {
    let exponent = Int((-log10).rounded(.down))
    guard exponent >= 1 else { return pick("trên 1/10", "above 1/10") }
    return pick("dưới 1/10^\(exponent)", "below 1/10^\(exponent)")
  }

  /// Evidence of a cause, a line each; what was not seen is not said.
  func signs(_ signs: IncidentEvidence.Signs, _ format: LocalFormat) -> [String] {
    let counted: [(Int, String, String)] = [
      (signs.rebooted, "thiết bị khởi động lại trong lúc gián đoạn", "restarted in the outage"),
      (signs.ranOn, "thiết bị vẫn chạy suốt, không khởi động lại", "ran on all along"),
      (signs.powerReasons, "thiết bị báo khởi động lại do nguồn điện", "named power as reason"),
      (signs.otherReasons, "thiết bị báo khởi động lại vì lý do khác", "named another reason"),
      (signs.mainsLost, "thiết bị báo mất điện lưới", "said that the mains are gone"),
      (signs.sites, "địa điểm có thiết bị trong sự cố", "sites have members"),
      (signs.feeders, "tuyến điện có thiết bị trong sự cố", "feeders have members"),
      (signs.providers, "nhà mạng có thiết bị trong sự cố", "providers have members"),
      (signs.firmwares, "phiên bản phần mềm trong sự cố", "firmwares among members"),
    ]
    var lines = counted.filter { $0.0 > 0 }.map {
      pick("\(format.count($0.0)) \($0.1)", "\(format.count($0.0)) \($0.2)")
    }
    if signs.touchesOwnGap {
      lines.append(
        pick("lúc đó hệ thống cũng mất số liệu", "our own record has a gap at that time"))
    }
    return lines
  }

  /// What it was told of before it turned out to be wider, and since when it is.
  func step(_ step: IncidentEvidence.Step, _ format: LocalFormat) -> String {
    let name = step.code.isEmpty
      ? groupKind(step.kind) : "\(groupKind(step.kind)) \(step.code)"
    let (count, until) = (format.count(step.deviceCount), format.instant(step.until))
    return pick(
      "trước là \(name), \(count) thiết bị; lan rộng lúc \(until)",
      "was \(name), \(count) devices; grew at \(until)")
  }

  func mergedInto(_ id: String) -> String {
    pick("Đã gộp vào sự cố \(id)", "Part of incident \(id) now")
  }

  func proposedGap(_ from: String, _ to: String) -> String {
    pick(
      "Có thể là mạng của máy chủ bị mất từ \(from) đến \(to); xác nhận bằng:",
      "Our own uplink may have been down from \(from) to \(to); confirm it with:")
  }
}
