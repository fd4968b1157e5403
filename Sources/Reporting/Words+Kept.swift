// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What reports say of days whose readings retention has deleted.
extension Words {
  /// - Parameter hasUsage: of a report; an explanation has no figures of use.
  func kept(until: Milliseconds, hasUsage: Bool, daysWithoutStates: Int) -> String {
    let date = LocalTime.date(ofDay: LocalTime.day(of: until - 1))
    var text = pick(
      "Đến hết ngày \(date): theo số liệu đã chốt; bản ghi đã xoá theo thời hạn lưu",
      "To the end of \(date): by the sealed figures; readings deleted by retention")
    if hasUsage {
      text += pick(
        ". Mức sử dụng, số lần khởi động lại và chất lượng dữ liệu chỉ tính từ sau ngày đó; các"
          + " ngày trước xem bảng số liệu đã chốt theo ngày, không cộng dồn",
        ". Usage, reboots and data quality count from then on only; for the days before see the "
          + "sealed figures by day, which are not added")
    }
    if daysWithoutStates > 0 {
      text += pick(
        ". Trong đó \(daysWithoutStates) ngày chỉ còn tổng số theo ngày, trong kỳ tính là không có"
          + " số liệu",
        ". Of \(daysWithoutStates) days only the day's sums are left; in the period they count as"
          + " no data")
    }
    return text
  }

  /// Nil if all readings of the period are there.
  func kept(of report: Report) -> String? {
    report.kept.map {
      kept(until: $0.until, hasUsage: true, daysWithoutStates: $0.daysWithoutStates.count)
    }
  }

  var keptHeading: String {
    pick("Số liệu đã chốt theo ngày (bản ghi đã xoá)", "Sealed figures by day (readings deleted)")
  }
  var day: String { pick("Ngày", "Day") }

  func keptNotListed(_ count: String) -> String {
    pick(
      "\(count) dòng, quá dài để in: chọn một đơn vị, một loại thiết bị hoặc kỳ ngắn hơn, hoặc xuất"
        + " dạng JSON.",
      "\(count) lines are too many to print: choose a unit, a kind or a shorter period, or JSON.")
  }
}
