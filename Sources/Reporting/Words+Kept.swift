// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What reports say of days whose readings retention has deleted.
extension Words {
  /// An older nhip sealed the day: when its failures were is not kept.
  func onlySumKept(_ date: String, length: String) -> String {
    pick(
      "\(date): dịch vụ gián đoạn tổng cộng \(length); từng lần không được lưu khi chốt.",
      "\(date): service failed for \(length) in all; single failures were not kept at sealing.")
  }

  func kept(until: Milliseconds) -> String {
    let date = LocalTime.date(ofDay: LocalTime.day(of: until - 1))
    return pick(
      "Đến hết ngày \(date): theo số liệu đã chốt; bản ghi đã xoá theo thời hạn lưu",
      "To the end of \(date): by the sealed figures; readings deleted by retention")
  }

  /// Nil if all readings of the period are there.
  func kept(of report: Report) -> String? { report.seal.readingsGoneUntil.map(kept) }
}
