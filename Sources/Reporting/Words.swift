// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// The language of a report.
package enum Language: String, Sendable, CaseIterable {
  case vi, en
}

/// Every word that reports say, in both languages: the only file of this target with Vietnamese.
struct Words: Sendable {
  let language: Language

  func pick(_ vi: String, _ en: String) -> String { language == .vi ? vi : en }

  func title(_ title: Title) -> String {
    let chosen = language == .vi ? title.vi : title.en
    return chosen.isEmpty ? title.vi + title.en : chosen
  }

  var decimalSeparator: String { pick(",", ".") }
  var thousandsSeparator: String { pick(".", ",") }

  // MARK: Headings

  var reportTitle: String {
    pick("Báo cáo độ khả dụng và mức sử dụng", "Availability and usage report")
  }
  var explanationTitle: String {
    pick("Giải trình độ khả dụng của thiết bị", "Explanation of a device's availability")
  }
  var period: String { pick("Kỳ báo cáo", "Period") }
  var until: String { pick("đến", "to") }
  var knownUntil: String { pick("Số liệu tính đến", "Known until") }
  var timeZone: String { pick("giờ Việt Nam, UTC+7", "Viet Nam time, UTC+7") }
  /// Which figures are provisional and which are sealed.
  func sealing(_ seal: SealCover) -> String {
    guard let through = seal.through else {
      return pick("Số liệu tạm tính (chưa chốt)", "Provisional (not sealed)")
    }
    let date = LocalTime.date(ofDay: through)
    var text =
      seal.isWhole
      ? pick("Số liệu đã chốt", "Sealed")
      : pick(
        "Số liệu đã chốt đến hết ngày \(date), phần còn lại là tạm tính (chưa chốt)",
        "Sealed to the end of \(date); the rest is provisional (not sealed)")
    if seal.isEarly {
      text += pick(", trước hạn nhận số liệu muộn", ", before the end of the lateness allowance")
    }
    if seal.revision > 1 {
      text += pick(", có điều chỉnh (lần \(seal.revision - 1))", ", revised (\(seal.revision - 1))")
    }
    if seal.lateReadings > 0 {
      text += pick(
        "; \(seal.lateReadings) số đo đến muộn sẽ được đưa vào lần điều chỉnh tới",
        "; \(seal.lateReadings) late readings await the next revision")
    }
    if !seal.changedDevices.isEmpty {
      let count = seal.changedDevices.count
      text += pick(
        "; quy tắc tính của \(count) thiết bị đã thay đổi sau khi chốt: số liệu đã chốt giữ nguyên"
          + " đến lần điều chỉnh tới",
        "; the rules for \(count) devices changed since: what was sealed stands until revised")
    }
    return text
  }
  var noDevices: String {
    pick("Không có thiết bị nào trong phạm vi báo cáo.", "No device is in scope.")
  }
  var reportUnit: String { pick("Đơn vị", "Unit") }
  var target: String { pick("Mục tiêu độ khả dụng", "Availability target") }
  var targetSummary: String { pick("Đạt mục tiêu", "Meeting the target") }
  var flappingBelow: String {
    pick("Gián đoạn tính là chập chờn khi ngắn hơn", "Outages count as flapping below")
  }
  var stripNote: String {
    pick("Dải màu đi từ đầu kỳ đến cuối kỳ", "Strips go from the start of the period to its end")
  }
  var usage: String { pick("Mức sử dụng", "Usage") }
  var dataQuality: String { pick("Chất lượng dữ liệu", "Data quality") }
  var unknownUnit: String { pick("Chưa rõ đơn vị", "Unit not known") }

  // MARK: Columns

  var number: String { pick("STT", "No.") }
  func village(_ label: String) -> String {
    label.isEmpty ? pick("Thôn/tổ dân phố", "Village") : Self.capitalised(label)
  }
  var device: String { pick("Thiết bị", "Device") }
  var kind: String { pick("Loại", "Kind") }
  var upHours: String { pick("Thời gian hoạt động (giờ)", "Up (hours)") }
  var downHours: String { pick("Thời gian gián đoạn (giờ)", "Down (hours)") }
  var maintenanceHours: String { pick("Thời gian bảo trì (giờ)", "Maintenance (hours)") }
  var unobservedHours: String {
    pick("Thời gian không có số liệu (giờ)", "No data (hours)")
  }
  var availability: String { pick("Độ khả dụng (%)", "Availability (%)") }
  var meetsTarget: String { pick("Đạt mục tiêu", "Meets target") }
  var serviceAvailability: String {
    pick("Độ khả dụng dịch vụ (%)", "Service availability (%)")
  }
  var outages: String { pick("Số lần gián đoạn", "Outages") }
  var flapping: String { pick("Chập chờn", "Flapping") }
  var longestOutage: String { pick("Lần gián đoạn dài nhất", "Longest outage") }
  var figure: String { pick("Chỉ số", "Figure") }
  var value: String { pick("Giá trị", "Value") }
  var unit: String { pick("Đơn vị tính", "Unit") }
  var at: String { pick("Thời điểm", "At") }
  var reboots: String { pick("Số lần khởi động lại", "Reboots") }
  var times: String { pick("lần", "times") }
  var hours: String { pick("giờ", "hours") }

  // MARK: Data quality

  var readings: String { pick("Số lần đo", "Readings") }
  var duplicates: String { pick("Trùng lặp (đã bỏ)", "Duplicates (left out)") }
  var backlog: String {
    pick("Gửi bù (thiết bị lưu khi mất kết nối)", "Backlog (kept by the device)")
  }
  var wrongClock: String { pick("Đồng hồ thiết bị sai (đã chỉnh)", "Wrong clock (corrected)") }
  var ownClockWrong: String {
    pick("Nhận khi đồng hồ máy chủ sai", "Received while our own clock was wrong")
  }
  var untimed: String { pick("Không có thời gian", "Without a time") }
  var outOfRange: String { pick("Giá trị ngoài khoảng cho phép", "Out of range") }
  var quarantined: String { pick("Bản tin hỏng bị cách ly", "Quarantined payloads") }
  var inbox: String {
    pick("Bản tin của thiết bị lạ", "Messages of unknown devices")
  }

  // MARK: Explanation

  var from: String { pick("Từ", "From") }
  var to: String { pick("Đến", "To") }
  var length: String { pick("Thời lượng", "Length") }
  var stateHeading: String { pick("Trạng thái", "State") }
  var outageHeading: String { pick("Các lần gián đoạn và bằng chứng", "Outages and evidence") }
  var noOutage: String { pick("Không có lần gián đoạn nào.", "No outage.") }
  var lastBefore: String { pick("Lần đo cuối trước đó", "Last reading before") }
  var firstAfter: String { pick("Lần đo đầu sau đó", "First reading after") }
  var none: String { pick("không có", "none") }
  var notHeardAgain: String { pick("chưa có tín hiệu trở lại", "not heard again yet") }
  var receivedAt: String { pick("nhận lúc", "received at") }
  var uptime: String { pick("thời gian chạy từ khi khởi động", "up since boot") }
  var marks: String { pick("Tin báo ngắt kết nối (LWT)", "Offline marks (LWT)") }
  var cause: String { pick("Nguyên nhân", "Cause") }
  var ofWhich: String { pick("trong đó", "of which") }

  var serviceHeading: String { pick("Các lần dịch vụ gián đoạn", "Service failures") }
  var noServiceFailure: String {
    pick("Không có lần dịch vụ gián đoạn nào.", "No service failure.")
  }
  var failingCondition: String { pick("không đạt điều kiện", "failing condition") }
  var notRestored: String {
    pick("đến lúc đó chưa thấy dịch vụ trở lại", "service not seen again by then")
  }
  var serviceUnknown: String {
    pick("Hoạt động nhưng chưa rõ tình trạng dịch vụ", "Up, with service unknown")
  }
  var yes: String { pick("có", "yes") }
  var no: String { pick("không", "no") }

  /// A dash where the ratio is unknown.
  func verdict(_ verdict: TargetVerdict?) -> String {
    switch verdict {
    case .met: pick("đạt", "yes")
    case .missed: pick("không đạt", "no")
    case .undecided: pick("chưa rõ", "undecided")
    case nil: "–"
    }
  }

  func state(_ state: DeviceState) -> String {
    switch state {
    case .excluded: pick("không tính", "excluded")
    case .maintenance: pick("bảo trì", "maintenance")
    case .up: pick("hoạt động", "up")
    case .unobserved: pick("không có số liệu", "no data")
    case .noLink: pick("mất kết nối", "no link")
    case .off: pick("thiết bị tắt", "device off")
    case .unknown: pick("chưa rõ nguyên nhân", "cause unknown")
    }
  }

  /// A profile's UCUM unit in words: `{client}.min` is written for machines.
  func shown(unit: String) -> String {
    switch unit {
    case "{client}": pick("máy khách", "clients")
    case "{client}.min": pick("phút × máy", "client-minutes")
    case "{bulletin}": pick("bản tin", "bulletins")
    case "{call}": pick("cuộc họp", "calls")
    case "{session}": pick("lượt", "sessions")
    case "{print}": pick("bản in", "prints")
    case "{alert}": pick("cảnh báo", "alerts")
    case "{host}": pick("máy", "hosts")
    case "min": pick("phút", "min")
    case "h": pick("giờ", "h")
    case "s": pick("giây", "s")
    // UCUM's braces mark a note, its `1` says that there is no unit.
    case "1": ""
    default: String(unit.filter { $0 != "{" && $0 != "}" })
    }
  }

  private static func capitalised(_ label: String) -> String {
    label.prefix(1).uppercased() + label.dropFirst()
  }
}
