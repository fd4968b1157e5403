// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The words of anomalies and of what people say of them.
extension Words {
  var anomaly: String { pick("Bất thường", "Anomaly") }
  var noAnomalies: String { pick("Không có bất thường nào.", "No anomalies.") }
  var anomalySeverity: String { pick("Lệch (lần)", "Times usual") }
  var opinionHeading: String { pick("Ý kiến", "Verdict") }
  var noVerdict: String { pick("chưa có", "none") }

  func verdict(_ feedback: AnomalyFeedback?) -> String {
    feedback.map { "\(name(of: $0.verdict)) (\($0.enteredBy))" } ?? ""
  }

  func name(of verdict: AnomalyFeedback.Verdict) -> String {
    switch verdict {
    case .dismissed: pick("bỏ qua", "dismissed")
    case .confirmed: pick("đúng là sự cố", "confirmed")
    }
  }

  func withdrawn(by actor: String, at instant: String) -> String {
    pick("đã rút lại lúc \(instant) (\(actor))", "taken back on \(instant) (\(actor))")
  }

  func threshold(_ novelty: String) -> String {
    pick(
      "Vì đã có người bỏ qua: chỉ báo lại khi độ lạ vượt \(novelty); mức này giảm một nửa sau mỗi "
        + "30 ngày.",
      "Since the like of it was dismissed: told again only where novelty exceeds \(novelty), which "
        + "halves every 30 days.")
  }

  // MARK: Explaining

  var anomalyExplanationTitle: String {
    pick("Giải trình một bất thường", "Explanation of an anomaly")
  }
  var comparisonHeading: String { pick("So sánh", "The comparison") }
  var expectedValue: String { pick("Mức thường thấy", "Usual value") }
  var expectedBand: String { pick("Khoảng thường thấy", "Usual band") }
  var usualDeviation: String { pick("Thường lệch", "Usual deviation") }
  var noveltyHeading: String { pick("Độ lạ", "Novelty") }
  var noveltyMeaning: String {
    pick(
      "càng cao càng hiếm gặp ở thiết bị này; quyết định việc báo",
      "the higher, the more rarely seen of this device; it decides what is told")
  }
  func severityMeaning(_ times: String) -> String {
    pick(
      "khoảng \(times) lần độ lệch thường thấy (dùng để xếp thứ tự)",
      "about \(times) times its usual deviation (it ranks what is listed)")
  }
  var readingsLearnt: String { pick("Số lần đo đã học", "Readings learnt from") }
  var readingsNotKept: String {
    pick("Không còn lần đo nào quanh thời điểm này.", "No reading around it is kept any more.")
  }
  func readingsAround(isCounter: Bool) -> String {
    isCounter
      ? pick("Các lần đo lân cận (số cộng dồn)", "Readings around it (totals)")
      : pick("Các lần đo lân cận", "Readings around it")
  }
  func atHour(_ hour: Int) -> String { pick("lúc \(hour) giờ", "at \(hour):00") }

  /// The unit of a metric, or of a counter's rate.
  func shownRate(unit: String) -> String {
    guard unit.hasSuffix("/s"), unit != "kbit/s" else { return shown(unit: unit) }
    return "\(shown(unit: String(unit.dropLast(2))))/\(pick("giây", "s"))"
  }

  func meaning(ofChannel channel: String) -> String {
    switch channel {
    case "level":
      pick(
        "Mức trung bình của các lần đo gần đây so với mức trung bình lâu dài.",
        "The mean of the last readings against the long mean.")
    case "seasonal":
      pick(
        "Lần đo so với mức thường thấy vào giờ này trong ngày.",
        "The reading against what is usual at this hour of the day.")
    case "drift":
      pick(
        "Các lần đo gần đây cùng lệch một phía so với mức thường thấy của giờ đó.",
        "The last readings lie on one side of what is usual at their hours.")
    case "spike":
      pick(
        "Lần đo so với mức trung bình lâu dài.", "The reading against the long mean.")
    case "texture":
      pick(
        "Mức lên xuống giữa các lần đo so với mọi khi.",
        "How much readings move from one to the next, against how much they usually do.")
    default: channel
    }
  }
}
