// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What section VII says: revisions of what was sealed.
extension Words {
  var revisionSection: String {
    pick("Điều chỉnh số liệu đã chốt", "Revisions of sealed figures")
  }
  var revisionTable: String { pick("Điều chỉnh", "Revisions") }
  var day: String { pick("Ngày", "Day") }
  var revisionNumber: String { pick("Lần", "No.") }
  var sealedAt: String { pick("Chốt lúc", "Sealed at") }
  var before: String { pick("Trước", "Before") }
  var after: String { pick("Sau", "After") }

  func noChanges(since revision: Int) -> String {
    pick(
      "Không có điều chỉnh nào sau lần chốt \(revision).",
      "Nothing was revised since revision \(revision).")
  }

  func moreChanges(_ count: Int) -> String {
    pick(
      "Còn \(count) thay đổi khác; xem từng ngày bằng lệnh nhip seal --diff.",
      "\(count) more changes; nhip seal --diff shows them day by day.")
  }

  /// Why a day got another revision; seals keep it in English.
  func revisionCause(_ cause: String) -> String {
    switch cause {
    case "late data": pick("số liệu đến muộn", cause)
    case "calendar or confirmed gap": pick("lịch hoặc khoảng mất quan sát được xác nhận", cause)
    case "sealed": pick("chốt lần đầu", cause)
    default: pick("số liệu của ngày lân cận", cause)
    }
  }

  func figureName(_ name: String, _ usage: UsageFigure?) -> String {
    if let usage { return title(usage.title) }
    if let announced = FigureNames.ofAnnounced(name) {
      return pick("chênh khi bỏ phần ghi sau: ", "difference without late entries: ")
        + figureName(announced, nil)
    }
    if let state = DeviceState.allCases.first(where: { FigureNames.of($0) == name }) {
      return self.state(state)
    }
    switch name {
    case "readings": return readings
    case "outages": return outages
    case "short_outages": return flapping
    case "longest_outage": return longestOutage
    case "reboots": return reboots
    case "service_held": return pick("dịch vụ hoạt động", "service held")
    case "service_failed": return pick("dịch vụ gián đoạn", "service failed")
    case "service_unknown": return pick("dịch vụ chưa rõ", "service unknown")
    case "last_heard": return pick("lần cuối nhận tin", "last heard")
    default: return name
    }
  }

  /// Lengths of time as h:mm:ss, instants as such, everything else as people read numbers.
  func figureValue(
    _ text: String?, _ name: String, _ usage: UsageFigure?, _ format: LocalFormat
  ) -> String {
    guard let text, let value = FigureValue(text: text) else { return "–" }
    let number: Double
    switch value {
    case .absent: return "–"
    case .whole(let whole): number = Double(whole)
    case .millionths(let millionths): number = Double(millionths) / 1e6
    }
    if let usage { return "\(format.number(number / usage.divisor)) \(shown(unit: usage.unit))" }
    if name.hasSuffix("_at") || name == "last_heard" { return format.instant(Int64(number)) }
    let base = FigureNames.ofAnnounced(name) ?? name
    let isLength =
      DeviceState.allCases.contains { FigureNames.of($0) == base }
      || name.hasPrefix("service_") || name == "longest_outage" || name.hasSuffix("_covered")
    guard isLength else { return format.number(number) }
    return (number < 0 ? "-" : "") + format.length(Int64(number.magnitude))
  }
}
