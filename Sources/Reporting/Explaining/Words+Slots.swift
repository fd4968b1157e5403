// SPDX-License-Identifier: Apache-2.0

import Analysis
import Telemetry

/// What the account of a slot says.
extension Words {
  var slotExplanationTitle: String {
    pick("Giải trình khung giờ trong lịch", "Explanation of a slot")
  }
  func slotKind(_ kind: Slot.Kind) -> String {
    kind == .loudspeaker
      ? pick("Bản tin", "Bulletin") : pick("Hội nghị truyền hình", "Video conference")
  }
  var slotTime: String { pick("Khung giờ", "Time") }
  var requestedLength: String { pick("Thời lượng yêu cầu", "Requested") }
  var priorityHeading: String { pick("mức", "priority") }
  var voiceHeading: String { pick("giọng đọc", "voice") }
  func voice(_ voice: Slot.Voice) -> String {
    switch voice {
    case .tts: pick("AI (máy đọc)", "AI")
    case .recorded: pick("thu sẵn", "recorded")
    case .live: pick("trực tiếp", "live")
    case .unknown: pick("chưa rõ", "not known")
    }
  }
  var whom: String { pick("Giao cho", "For") }
  var everyDevice: String {
    pick("mọi thiết bị cùng loại trong xã", "every device of the kind in the commune")
  }
  func slotStanding(_ standing: SlotExplanation.Standing) -> String {
    switch standing {
    case .sealed(1): pick("Ngày này đã chốt số liệu", "The day is sealed")
    case .sealed(let revision):
      pick(
        "Ngày này đã chốt số liệu, điều chỉnh lần \(revision - 1)",
        "The day is sealed, revision \(revision - 1)")
    case .provisional:
      pick("Số liệu tạm tính (chưa chốt)", "Provisional (not sealed)")
    case .gone:
      pick(
        "Ngày này đã chốt, bản ghi đã xoá theo thời hạn lưu: chỉ còn số của cả ngày",
        "The day is sealed and its readings deleted by retention: only its sums are left")
    }
  }
  var slotCancelled: String {
    pick(
      "Khung giờ đã hủy: không tính vào yêu cầu và không tính vào đã phát.",
      "The slot is cancelled: it counts in neither what was requested nor what was played.")
  }
  func slotOutside(_ period: String) -> String {
    pick(
      "Khung giờ bắt đầu ngoài kỳ \(period) nên báo cáo của kỳ ấy không tính: một khung giờ thuộc"
        + " ngày nó bắt đầu.",
      "The slot starts outside of \(period), whose report does not count it: a slot belongs to the"
        + " day it starts in.")
  }

  // MARK: Versions

  var versions: String { pick("Các phiên bản đã nhận", "Versions that were accepted") }
  var versionHeading: String { pick("Phiên bản", "Version") }
  var versionReceived: String { pick("Nhận lúc", "Received") }
  var broughtBy: String { pick("Do", "By") }
  var scheduler: String { pick("hệ thống lịch (MQTT)", "scheduler (MQTT)") }
  func slotState(isCancelled: Bool) -> String {
    isCancelled ? pick("đã hủy", "cancelled") : pick("có hiệu lực", "in force")
  }

  // MARK: Verdicts

  var devicesReached: String { pick("Số thiết bị được giao", "Devices it means") }
  var noDeviceReached: String {
    pick(
      "Không có thiết bị đang sử dụng nào được giao khung giờ này.",
      "The slot means no device that was in service.")
  }
  var placeHeading: String { pick("Nơi đặt", "Place") }
  var verdictHeading: String { pick("Kết luận", "Verdict") }
  var countedPlayed: String { pick("Được tính", "Counted") }
  var evidence: String { pick("Bằng chứng", "Evidence") }

  func verdict(_ verdict: SlotOutcome.Verdict) -> String {
    switch verdict {
    case .played: pick("đã phát", "played")
    case .late: pick("phát muộn", "late")
    case .partial: pick("phát thiếu", "partial")
    case .missed: pick("không phát", "missed")
    case .unverifiable: pick("chưa xác minh được", "unverifiable")
    case .pending: pick("chưa đến hạn", "not over yet")
    case .maintenance: pick("trong bảo trì", "in maintenance")
    case .cancelled: pick("đã hủy", "cancelled")
    }
  }

  func verdict(_ verdict: AttendanceOutcome.Verdict) -> String {
    switch verdict {
    case .onTime: pick("dự đúng giờ", "on time")
    case .late: pick("dự muộn", "late")
    case .absent: pick("vắng", "absent")
    case .unverifiable: pick("chưa xác minh được", "unverifiable")
    case .pending: pick("chưa đến hạn", "not over yet")
    case .maintenance: pick("trong bảo trì", "in maintenance")
    case .cancelled: pick("đã hủy", "cancelled")
    }
  }

  func fulfilmentSum(requested: String, played: String, ratio: String) -> String {
    pick(
      "Thời lượng yêu cầu \(requested), đã phát \(played), tỷ lệ phát \(ratio) %",
      "Requested \(requested), played \(played), fulfilment \(ratio) %")
  }

  // MARK: Evidence

  func playEnd(at: String, played: String, isMachine: Bool) -> String {
    pick(
      "thiết bị báo phát xong lúc \(at), đã phát \(played)" + (isMachine ? ", giọng AI" : ""),
      "the device told its end at \(at), played \(played)" + (isMachine ? ", by AI voice" : ""))
  }
  func playingByState(_ intervals: String) -> String {
    pick(
      "không có báo phát xong; trạng thái “đang phát” \(intervals)",
      "no end was told; its state was playing \(intervals)")
  }
  func inCall(_ intervals: String) -> String {
    pick("trong cuộc họp \(intervals)", "in the call \(intervals)")
  }
  var nothingTold: String {
    pick(
      "không có tin nào về khung giờ này, dù vẫn nghe được cả khung giờ",
      "nothing told of it, though we could hear all the while")
  }
  func saidSomethingLater(_ at: String) -> String {
    pick(
      "không có tin nào về khung giờ này; thiết bị còn gửi tin sau đó (đến \(at))",
      "nothing told of it, though the device spoke afterwards (until \(at))")
  }
  var nobodyCouldHear: String {
    pick(
      "khi ấy hệ thống không nghe được và thiết bị không gửi tin sau đó: không tính",
      "nobody could hear it then and it said nothing afterwards: not counted")
  }
  var cancelledCountsNowhere: String {
    pick("khung giờ đã hủy: không tính", "cancelled: not counted")
  }
  var maintenanceCountsNowhere: String {
    pick("thiết bị đang bảo trì: không tính", "the device was in maintenance: not counted")
  }
  var notOverYet: String {
    pick("chưa kết thúc theo số liệu đã có: không tính", "not over as far as we know: not counted")
  }

  func sealedBulletins(priority: String, requested: String, played: String) -> String {
    pick(
      "số chốt của cả ngày, mức \(priority): yêu cầu \(requested), đã phát \(played)",
      "sealed of the whole day, \(priority): requested \(requested), played \(played)")
  }
  func sealedMeetings(all: String, onTime: String) -> String {
    pick(
      "số chốt của cả ngày: \(all) hội nghị, dự đúng giờ \(onTime)",
      "sealed of the whole day: \(all) meetings, \(onTime) on time")
  }

  // MARK: Not reached

  var namedNotReached: String {
    pick("Có tên trong khung giờ nhưng không được giao:", "Named by the slot, but not meant:")
  }
  func why(_ missed: SlotExplanation.Missed) -> String {
    switch missed {
    case .notRegistered: pick("chưa đăng ký", "not registered")
    case .otherKind(let kind): pick("thuộc loại \(kind)", "is of kind \(kind)")
    case .otherCommune(let code): pick("thuộc xã \(code)", "belongs to commune \(code)")
    case .notInService:
      pick(
        "khi ấy chưa đưa vào sử dụng hoặc đã ngừng sử dụng", "was not in service then")
    }
  }
  var unknownUnits: String {
    pick("Mã đơn vị chưa có trong danh mục", "Codes of units that are not registered")
  }
  func linesCut(_ shown: String, of all: String) -> String {
    pick("Chỉ in \(shown) trong \(all) dòng.", "\(shown) of \(all) lines are shown.")
  }
}
