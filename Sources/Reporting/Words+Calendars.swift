// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of calendars, of notes on outages and of confirmed gaps.
extension Words {
  var entryID: String { pick("Mã", "Id") }
  var noteID: String { pick("Mã ghi nhận", "Note id") }
  var calendar: String { pick("Lịch", "Calendar") }
  var purposeHeading: String { pick("Mục đích", "Purpose") }
  var firstTime: String { pick("Lần đầu", "First time") }
  var nextTime: String { pick("Lần tới", "Next time") }
  var occurrenceCount: String { pick("Số lần", "Times") }
  var scopeHeading: String { pick("Phạm vi", "Scope") }
  var content: String { pick("Nội dung", "Title") }
  var responsible: String { pick("Đơn vị chịu trách nhiệm", "Responsible") }
  var reference: String { pick("Văn bản", "Reference") }
  var enteredAt: String { pick("Nhập lúc", "Entered at") }
  var enteredBy: String { pick("Người nhập", "Entered by") }
  var note: String { pick("Ghi chú", "Note") }
  var recordedCause: String { pick("Nguyên nhân ghi nhận", "Recorded cause") }
  var confirmedGap: String {
    pick("Khoảng ta mất kết nối (đã xác nhận)", "Our own uplink was down (confirmed)")
  }
  var knownHeading: String { pick("Lịch và ghi nhận", "Calendars and notes") }
  var everything: String { pick("tất cả thiết bị", "every device") }
  var noEntries: String { pick("Không có mục lịch nào.", "No entries.") }
  var noOutages: String { pick("Không có lần gián đoạn nào trong kỳ.", "No outage in the period.") }
  var noGaps: String {
    pick("Không có khoảng mất kết nối nào được xác nhận.", "No confirmed gaps.")
  }
  func late(_ count: Int) -> String {
    pick("nhập sau khi đã bắt đầu: \(count) lần", "entered after it began: \(count) times")
  }
  func withdrawn(_ at: String, by: String) -> String {
    pick("đã rút lúc \(at), người rút: \(by)", "withdrawn at \(at) by \(by)")
  }
  var isCut: String {
    pick("còn tiếp, cần nhập lại trước khi hết hạn", "goes on: import it again in time")
  }

  func purpose(_ purpose: CalendarPurpose) -> String {
    switch purpose {
    case .maintenance: pick("bảo trì", "maintenance")
    case .powerCut: pick("cắt điện theo kế hoạch", "planned power cut")
    case .drill: pick("diễn tập", "drill")
    case .holiday: pick("ngày nghỉ", "holiday")
    case .serviceHours: pick("giờ phục vụ", "service hours")
    }
  }

  func scope(_ scope: CalendarScope) -> String {
    let parts: [(String, [String])] = [
      (pick("đơn vị", "unit"), scope.units), (pick("điểm", "site"), scope.sites),
      (pick("thiết bị", "device"), scope.devices), (pick("loại", "kind"), scope.kinds),
      (pick("lộ điện", "feeder"), scope.feeders),
      (pick("nhà mạng", "provider"), scope.isps),
      (pick("loại điểm", "site type"), scope.siteTypes),
    ]
    let said = parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
    return said.isEmpty ? everything : said.joined(separator: "; ")
  }
}
