// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of alerts.
extension Words {
  var alerts: String { pick("Sự cố và cảnh báo bất thường", "Incidents and alerts") }
  var alert: String { pick("Cảnh báo", "Alert") }
  var noAlerts: String { pick("Không có cảnh báo nào.", "No alerts.") }
  func moreAlerts(_ count: String) -> String {
    pick("… và \(count) cảnh báo khác trong kỳ", "… and \(count) more in the period")
  }
  var alertCount: String { pick("Số lần", "Times") }
  var alertOpenCount: String { pick("Chưa hết khi hết kỳ", "Open at the end of the period") }
  var openAtEnd: String { pick("chưa hết khi hết kỳ", "open at the end of the period") }
  /// Of a period that is not over.
  var openSoFar: String { pick("chưa hết", "open so far") }
  var alertDeviceCount: String { pick("Số thiết bị", "Devices") }
  var alertHours: String { pick("Tổng thời gian (giờ)", "Duration (hours)") }
  var alertID: String { pick("Mã cảnh báo", "Alert id") }
  var severityHeading: String { pick("Mức độ", "Severity") }
  var acknowledgedBy: String { pick("Người tiếp nhận", "Acknowledged by") }

  func severity(_ severity: AlertRule.Severity) -> String {
    switch severity {
    case .critical: pick("nghiêm trọng", "critical")
    case .high: pick("cao", "high")
    case .medium: pick("trung bình", "medium")
    case .low: pick("thấp", "low")
    }
  }

  func alertState(_ state: Alert.State) -> String {
    switch state {
    case .firing: pick("đang cảnh báo", "firing")
    case .acknowledged: pick("đã tiếp nhận", "acknowledged")
    case .resolved: pick("đã hết", "resolved")
    }
  }
}
