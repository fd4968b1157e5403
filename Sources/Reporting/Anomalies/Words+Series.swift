// SPDX-License-Identifier: Apache-2.0

import Analysis

/// The words of anomalies of one series: what `nhip detect` says and pictures show.
extension Words {
  /// What a judgement says, in a sentence that a person can check against the numbers.
  ///
  /// - Parameter isUnseen: no reading before it was as far out.
  func anomaly(_ judgement: Judgement, unit: String, isUnseen: Bool) -> String {
    let format = LocalFormat(words: self)
    let value = format.measured(judgement.value, unit: unit)
    let expected = format.measured(judgement.expected, unit: unit)
    let deviation = format.measured(judgement.usualDeviation, unit: unit)
    let usual = pick("\(expected), thường lệch \(deviation)", "\(expected), usually ± \(deviation)")
    let hour = judgement.localHour.map { pick(" lúc \($0) giờ", " at \($0):00") } ?? ""
    let side = side(isAbove: judgement.isAbove)
    switch judgement.channel {
    case .spike, .seasonal:
      let count = format.count(judgement.readingCount)
      let rarity = pick(
        "; chưa từng gặp trong \(count) lần đo", "; never seen in \(count) readings")
      return "\(value), \(comparison(judgement))\(hour) (\(usual))"
        + (isUnseen && judgement.readingCount > 0 ? rarity : "")
    case .level:
      return pick(
        "mức trung bình gần đây \(side) hẳn mức lâu nay (\(usual)); lần đo này \(value)",
        "the recent average is well \(side) the lasting one (\(usual)); this reading: \(value)")
    case .drift:
      return pick(
        "các lần đo gần đây đều \(side) mức thường thấy\(hour) (\(usual)); lần đo này \(value)",
        "recent readings keep \(side) the usual\(hour) (\(usual)); this reading: \(value)")
    case .texture:
      let strength = pick(
        judgement.isAbove ? "mạnh" : "yếu", judgement.isAbove ? "more" : "less")
      return pick(
        "các lần đo dao động \(strength) hơn hẳn thường lệ (\(usual)); lần đo này \(value)",
        "readings jump far \(strength) than usual (\(usual)); this reading: \(value)")
    }
  }

  private func side(isAbove: Bool) -> String {
    isAbove ? pick("cao hơn", "above") : pick("thấp hơn", "below")
  }

  /// How many times the usual, where that says more than the difference: from twice on, and where
  /// the usual is not next to nothing.
  private func comparison(_ judgement: Judgement) -> String {
    let (value, expected) = (judgement.value, judgement.expected)
    guard expected > 0, expected >= judgement.usualDeviation / 2, value / 2 >= expected,
      value / expected < 1_000_000
    else {
      return pick(
        "\(side(isAbove: judgement.isAbove)) mức thường thấy",
        "\(side(isAbove: judgement.isAbove)) the usual")
    }
    let times = value / expected
    let shown = LocalFormat(words: self).number(times, decimals: times < 3 ? 1 : 0)
    return pick("gấp \(shown) lần mức thường thấy", "\(shown) times the usual")
  }

  // MARK: The summary of a series

  func seriesOutcome(rows: String, judged: String, alarms: String) -> String {
    pick(
      "\(rows) dòng số liệu, đánh giá được \(judged) dòng, \(alarms) lần bất thường",
      "\(rows) rows, \(judged) judged, \(alarms) anomalies")
  }
  var seriesTooShort: String {
    pick(
      "chuỗi quá ngắn: chưa đủ số đo để biết mức thường thấy",
      "too short a series: what is usual cannot be known yet")
  }
  var seriesNewestFirst: String {
    pick(
      "có vẻ dòng mới nhất đứng trước: hãy sắp xếp theo thời gian tăng dần rồi chạy lại",
      "the newest row seems to come first: sort it by ascending time and run again")
  }

  func seriesRemark(_ remark: SeriesRemark, count: String, line: String) -> String {
    if remark == .guessedColumns { return seriesRemark(remark) }
    return pick(
      "\(seriesRemark(remark)): \(count) dòng, dòng đầu tiên là dòng \(line)",
      "\(seriesRemark(remark)): \(count) rows, the first on line \(line)")
  }

  func seriesGaps(longest: String, line: String, usual: String) -> String {
    pick(
      "; dài nhất \(longest) trước dòng \(line), thường \(usual) giây một lần đo",
      "; the longest \(longest) before line \(line), usually \(usual) s a reading")
  }

  private func seriesRemark(_ remark: SeriesRemark) -> String {
    switch remark {
    case .guessedColumns:
      pick(
        "không nhận ra tên cột: coi cột thứ nhất là thời gian, cột kia là giá trị",
        "no column name is known: the first is taken for the time, the other for the value")
    case .tooLong: pick("dòng quá dài, bỏ qua", "too long, left out")
    case .openQuote: pick("dấu ngoặc kép không đóng", "a quote that never closes")
    case .shortRow: pick("thiếu cột, không đánh giá", "columns missing, not judged")
    case .unreadableTime:
      pick("không đọc được thời gian, không đánh giá", "unreadable time, not judged")
    case .missingValue: pick("không có giá trị", "no value")
    case .notFinite: pick("giá trị NaN hoặc vô hạn", "NaN or infinite")
    case .unreadableValue:
      pick("không đọc được giá trị, không đánh giá", "unreadable value, not judged")
    case .repeatedTime:
      pick("trùng thời điểm với dòng trước, không đánh giá", "repeated instant, not judged")
    case .backwardTime:
      pick("thời gian lùi so với dòng trước, không đánh giá", "time goes back, not judged")
    case .clockSetBack:
      pick("đồng hồ bị vặn lùi, tính tiếp từ đó", "the clock was set back, judged on from there")
    case .gap: pick("đứt quãng trước", "a gap before")
    }
  }

  // MARK: Pictures of a series

  var pictureValues: String { pick("giá trị đo", "readings") }
  var pictureBand: String { pick("khoảng thường thấy", "usual range") }
  var pictureAnomaly: String { pick("bất thường", "anomaly") }
  var pictureEmpty: String { pick("Không có số đo nào.", "No readings.") }

  /// What a picture shows, for those who cannot see it.
  func pictureDescription(
    period: String, lowest: String, highest: String, anomalies: String
  ) -> String {
    pick(
      "Từ \(period) (\(timeZone)): thấp nhất \(lowest), cao nhất \(highest), "
        + "\(anomalies) lần bất thường.",
      "From \(period) (\(timeZone)): lowest \(lowest), highest \(highest), anomalies: "
        + "\(anomalies).")
  }

  func pictureLearning(days: Int) -> String {
    pick(
      "Khoảng thường thấy tính từ tối đa \(days) ngày trước đó.",
      "The usual range is that of at most \(days) days before.")
  }

  func pictureDrawn(_ drawn: String) -> String {
    pick(" Chỉ vẽ \(drawn) lần đáng chú ý nhất.", " Only the gravest \(drawn) are drawn.")
  }
}
