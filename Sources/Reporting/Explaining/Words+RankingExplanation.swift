// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What the account of a rank says.
extension Words {
  var rankingExplanationTitle: String { pick("Giải trình xếp hạng", "Explanation of a rank") }
  var partHeading: String { pick("Thành phần", "Component") }
  var weightHeading: String { pick("Trọng số", "Weight") }
  var fullAt: String { pick("Đủ điểm khi đạt", "All points at") }
  var points: String { pick("Điểm (0–100)", "Points (0–100)") }
  var sharedWeight: String {
    pick("không có, trọng số chia cho phần khác", "absent, its weight goes to the others")
  }
  var noTies: String { pick("Không đồng hạng với đơn vị nào", "No other unit shares the rank") }
  func ties(_ names: String) -> String { pick("Đồng hạng với: \(names)", "Same rank: \(names)") }
  func rank(_ rank: String, of count: String) -> String {
    pick("Hạng \(rank) trên \(count) đơn vị", "Rank \(rank) of \(count) units")
  }
  func observedShare(_ share: String, least: String) -> String {
    pick(
      "Có số liệu \(share) % thời gian phục vụ (cần từ \(least) %)",
      "Observed \(share) % of the time of service (\(least) % needed)")
  }

  func servicePart(held: String, judged: String) -> String {
    pick("\(held) giờ phục vụ ÷ \(judged) giờ có kết luận", "served \(held) h ÷ \(judged) h judged")
  }
  func fulfilmentPart(played: String, requested: String) -> String {
    pick("đã phát \(played) ÷ yêu cầu \(requested)", "played \(played) ÷ requested \(requested)")
  }
  func usePart(_ figure: String, used: String, days: String) -> String {
    pick(
      "\(figure) \(used) ÷ \(days) lượt thiết bị (cộng theo ngày)",
      "\(figure) \(used) ÷ \(days) device-days")
  }
  func qualityPart(clean: String, received: String, observed: String) -> String {
    pick(
      "\(clean) lần đo tốt ÷ \(received) lần đo nhận được × \(observed) % thời gian có số liệu",
      "\(clean) good readings ÷ \(received) received × \(observed) % of time observed")
  }
  func scoreLine(_ sum: String, weights: String, score: String) -> String {
    pick(
      "Điểm = (\(sum)) ÷ \(weights) = \(score)", "Score = (\(sum)) ÷ \(weights) = \(score)")
  }

  // MARK: Devices

  var daysThere: String { pick("Cuối kỳ", "At the end") }
  var thereAtEnd: String { pick("có", "here") }
  var notThereAtEnd: String { pick("đã chuyển hoặc ngừng", "moved or retired") }
  var servedHours: String { pick("Phục vụ (giờ)", "Served (h)") }
  var judgedHours: String { pick("Có kết luận (giờ)", "Judged (h)") }
  var playedOfRequested: String { pick("Đã phát / yêu cầu", "Played / requested") }
  var daysKnown: String { pick("Ngày có số liệu", "Days with data") }
  var cleanOfReceived: String { pick("Lần đo tốt / nhận được", "Good / received readings") }

  /// Why a unit has no place in any ranking.
  func notRanked(_ reason: RankingExplanation.NotThere, unit: String) -> String {
    switch reason {
    case .unknownUnit:
      return pick("không có đơn vị '\(unit)' trong kỳ", "there is no unit '\(unit)' in the period")
    case .levelNotRanked(let level, let ranked):
      let known = ranked.joined(separator: ", ")
      return pick(
        "đơn vị '\(unit)' thuộc cấp \(level), chỉ xếp hạng các cấp: \(known)",
        "unit '\(unit)' is of level \(level); only these are ranked: \(known)")
    case .alone(let level):
      return pick(
        "'\(unit)' là đơn vị duy nhất của cấp \(level) nên không xếp hạng",
        "'\(unit)' is the only unit of level \(level), so nothing is ranked")
    case .ended:
      return pick(
        "đơn vị '\(unit)' đã kết thúc trước cuối kỳ nên không xếp hạng",
        "unit '\(unit)' ended before the end of the period, so it is not ranked")
    }
  }
}

extension RankingExplanation.NotThere {
  package func text(unit: String, in language: Language) -> String {
    Words(language: language).notRanked(self, unit: unit)
  }
}
