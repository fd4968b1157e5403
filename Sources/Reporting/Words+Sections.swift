// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of the six sections of a report.
extension Words {
  // MARK: I. Targets

  var summarySection: String { pick("Tổng hợp theo chỉ tiêu", "Summary by target") }
  var indicatorTable: String { pick("Chỉ tiêu", "Targets") }
  var kindTable: String { pick("Theo loại thiết bị", "By kind of device") }
  var indicatorPartTable: String { pick("Chỉ tiêu theo đơn vị", "Targets by unit") }
  var indicatorPartsCut: String {
    pick(
      "Kết quả từng đơn vị quá dài để in: xuất dạng JSON.",
      "The results of single units are too many to print: JSON has them.")
  }
  var numerator: String { pick("Đạt", "Good") }
  var denominator: String { pick("Trên tổng số", "Of") }
  var noIndicators: String {
    pick("Chưa khai báo chỉ tiêu cho báo cáo này.", "No targets are set for this report.")
  }
  var devicesOfKind: String { pick("Số thiết bị", "Devices") }
  var allKinds: String { pick("Tổng số", "All") }
  func verdictCount(_ verdict: TargetVerdict) -> String {
    switch verdict {
    case .met: pick("Đạt mục tiêu", "Met")
    case .missed: pick("Không đạt", "Missed")
    case .undecided: pick("Chưa rõ", "Undecided")
    }
  }

  // MARK: II. Availability

  var availabilitySection: String {
    pick("Độ khả dụng theo thôn, thiết bị", "Availability by village and device")
  }
  var availabilityTable: String { pick("Độ khả dụng", "Availability") }
  var announcedAvailability: String {
    pick("Không tính bảo trì ghi sau (%)", "Without maintenance entered later (%)")
  }
  var announcedNote: String {
    pick(
      "Cột “không tính bảo trì ghi sau” bỏ qua bảo trì và xác nhận được nhập sau khi sự việc đã bắt"
        + " đầu.",
      "The column without maintenance entered later leaves out maintenance and confirmations that"
        + " were entered after they had begun.")
  }
  func devices(_ count: String) -> String { pick("\(count) thiết bị", "\(count) devices") }
  func unitsWithoutDevices(_ names: [String], more: Int) -> String {
    let list = names.joined(separator: ", ")
    let rest = more > 0 ? pick(" và \(more) đơn vị khác", " and \(more) more") : ""
    return pick("Không có thiết bị: \(list)\(rest).", "Without a device: \(list)\(rest).")
  }

  var site: String { pick("Điểm đặt", "Site") }

  var outageTable: String { pick("Các lần gián đoạn", "Outages") }
  var outageLength: String { pick("Thời lượng trong kỳ", "Length in the period") }
  var machineCause: String { pick("Nguyên nhân máy xác định", "Cause as found") }
  /// Cause, then who answers for it and what paper says so.
  func recorded(_ cause: RecordedCause) -> String {
    let more = [cause.responsible, cause.reference].filter { !$0.isEmpty }
    return more.isEmpty ? cause.cause : "\(cause.cause) (\(more.joined(separator: "; ")))"
  }
  func flappingLeftOut(_ seconds: String) -> String {
    pick(
      "Lần gián đoạn ngắn hơn \(seconds) giây (chập chờn) chỉ đếm, không liệt kê.",
      "Outages shorter than \(seconds) s (flapping) are counted, not listed.")
  }
  /// Below a printed list of the longest ones.
  func outagesPrinted(all: String) -> String {
    pick(
      "Bản in chỉ nêu những lần dài nhất của mỗi thiết bị, các lần còn lại cộng chung một dòng;"
        + " đủ \(all) lần: xuất dạng XLSX, CSV hoặc JSON.",
      "Paper lists the longest of each device and sums the others in one row; all \(all): XLSX,"
        + " CSV or JSON.")
  }
  func outagesOfDevices(_ listed: String, of all: String) -> String {
    pick(
      "Bản in chỉ nêu \(listed) trong \(all) thiết bị có gián đoạn, thiết bị gián đoạn lâu nhất"
        + " trước.",
      "Paper lists the \(listed) of \(all) failing devices that failed longest.")
  }
  func shorterOutages(_ count: String) -> String {
    pick("và \(count) lần khác", "and \(count) more")
  }
  func outagesCut(_ listed: String, _ all: String) -> String {
    pick(
      "Liệt kê \(listed) trong \(all) lần gián đoạn, lần dài nhất của mỗi thiết bị trước; đủ cả:"
        + " xuất dạng JSON.",
      "\(listed) of \(all) outages are listed, the longest of each device first; all: JSON.")
  }

  var stripFigure: String { pick("Dải hoạt động", "Uptime strips") }
  func stripNote(bar: String, from: String, to: String) -> String {
    pick("Mỗi vạch là một \(bar), từ \(from) đến \(to).", "A bar is one \(bar), \(from) to \(to).")
  }
  var barDay: String { pick("ngày", "day") }
  var barHour: String { pick("giờ", "hour") }
  func stripsOfUnits(_ count: String) -> String {
    pick(
      "Có hơn \(count) thiết bị: dải hoạt động vẽ theo đơn vị; bảng vẫn đủ từng thiết bị.",
      "More than \(count) devices: strips are drawn by unit; the tables are complete.")
  }
  func stripWords(ratio: String, down: String, outages: String) -> String {
    pick(
      "Độ khả dụng \(ratio) %, gián đoạn \(down) giờ, \(outages) lần.",
      "Availability \(ratio) %, down \(down) hours, \(outages) outages.")
  }
  var calendarFigure: String { pick("Lịch theo điểm đặt", "Calendars by site") }
  var calendarNote: String {
    pick(
      "Mỗi ô là một ngày, mỗi hàng là một tuần từ thứ Hai; càng sẫm càng gián đoạn nhiều.",
      "A square is a day, a line a week from Monday; the darker, the more was down.")
  }
  func calendarWords(judged: Int, worst: String) -> String {
    pick("\(judged) ngày có số liệu; ngày thấp nhất \(worst).", "\(judged) days; lowest \(worst).")
  }

  // MARK: III. Use

  var usageSection: String { pick("Mức độ sử dụng", "Use") }
  var noUsage: String { pick("Không có số liệu sử dụng.", "No figures of use.") }
  var broadcastTable: String { pick("Truyền thanh", "Broadcasting") }
  func requested(_ priority: String) -> String {
    pick("Yêu cầu, \(priority) (giờ)", "Requested, \(priority) (hours)")
  }
  func played(_ priority: String) -> String {
    pick("Đã phát, \(priority) (giờ)", "Played, \(priority) (hours)")
  }
  func fulfilment(_ priority: String) -> String {
    pick("Tỷ lệ phát, \(priority) (%)", "Fulfilment, \(priority) (%)")
  }
  func priority(_ name: String) -> String {
    switch name {
    case "priority": pick("ưu tiên", "priority")
    case "urgent": pick("khẩn cấp", "urgent")
    case "unknown": pick("chưa rõ mức", "priority not known")
    default: pick("thông thường", "normal")
    }
  }
  func fulfilmentAnnounced(_ priority: String) -> String {
    pick(
      "Tỷ lệ phát, \(priority), không kể mục ghi sau (%)",
      "Fulfilment, \(priority), without late entries (%)")
  }
  var slotsInMaintenance: String {
    pick("Lượt phát trong bảo trì (không tính)", "Slots in maintenance (not counted)")
  }
  var meetingsInMaintenance: String {
    pick("Trong bảo trì (không tính)", "In maintenance (not counted)")
  }
  var onTimeShareAnnounced: String {
    pick("Tỷ lệ đúng giờ, không kể mục ghi sau (%)", "On time, without late entries (%)")
  }
  var unverifiable: String { pick("Chưa xác minh được", "Unverifiable") }
  var voiceShare: String { pick("Giọng đọc AI (% thời lượng)", "AI voice (% of time)") }
  var voiceBulletins: String { pick("Bản tin giọng AI", "Bulletins by AI voice") }
  var allBulletins: String { pick("Tổng số bản tin", "All bulletins") }
  func byEventsAlone(_ days: String) -> String {
    pick(
      "\(days) lượt thiết bị (cộng theo ngày) không có lịch phát: yêu cầu lấy theo thông báo của"
        + " thiết bị.",
      "\(days) device-days without a schedule: what was requested is what devices announced.")
  }
  var meetingTable: String { pick("Hội nghị truyền hình", "Video conferences") }
  var meetings: String { pick("Số hội nghị", "Meetings") }
  var meetingsOnTime: String { pick("Dự đúng giờ", "On time") }
  var meetingsLate: String { pick("Dự muộn", "Late") }
  var meetingsAbsent: String { pick("Vắng", "Absent") }
  var onTimeShare: String { pick("Tỷ lệ đúng giờ (%)", "On time (%)") }
  func usageByUnit(_ figure: String) -> String {
    pick("\(figure) theo đơn vị", "\(figure) by unit")
  }
  func unitsOfMost(_ shown: Int) -> String {
    pick("\(shown) đơn vị có số liệu lớn nhất.", "The \(shown) units with the most.")
  }

  // MARK: IV to VI

  var ruleTable: String { pick("Theo quy tắc", "By rule") }
  var alertTable: String { pick("Danh sách", "List") }
  var rankingSection: String { pick("Xếp hạng", "Ranking") }
  var noRanking: String { pick("Chưa có xếp hạng trong báo cáo này.", "Nothing is ranked.") }
  var qualityTable: String { pick("Số liệu", "Data") }
  var qualityItem: String { pick("Nội dung", "Item") }
  var count: String { pick("Số lượng", "Count") }

  /// - Parameter day: local days since 1970-01-01.
  func undated(_ day: Int64) -> String {
    let date = LocalTime.date(ofDay: day)
    return pick(
      "Bản tin hỏng hoặc lạ đến hết \(date), trước khi đếm theo ngày",
      "Quarantined or unknown until \(date), before they were counted by day")
  }
}
