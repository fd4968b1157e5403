// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What section V says.
extension Words {
  var rankHeading: String { pick("Xếp hạng", "Rank") }
  var scoreHeading: String { pick("Điểm", "Score") }
  var usageScore: String { pick("Mức sử dụng hoặc tỷ lệ phát", "Use or fulfilment") }
  var deviceCountHeading: String { pick("Số thiết bị", "Devices") }
  var serviceScore: String { pick("Độ khả dụng dịch vụ", "Service availability") }

  func level(_ level: String) -> String {
    switch level {
    case "village": pick("Thôn/tổ dân phố", "Villages")
    case "commune": pick("Xã/phường/đặc khu", "Communes")
    case "province": pick("Tỉnh/thành phố", "Provinces")
    case "nation": pick("Toàn quốc", "Nation")
    default: level
    }
  }

  /// Nil if there is nothing to say.
  func note(of row: Ranking.Row, _ settings: RankingSettings, _ format: LocalFormat) -> String? {
    switch row.notRanked {
    case .noDevice: return notRanked(pick("chưa có thiết bị", "no device"))
    case .nothingToJudge: return notRanked(pick("chưa có số liệu", "no data"))
    case .notObserved:
      let (observed, least) = (
        format.percent(row.observed ?? 0), format.exactPercent(settings.observedMin)
      )
      return notRanked(
        pick(
          "chỉ có số liệu của \(observed) % thời gian, cần \(least) %",
          "observed \(observed) % of the time, \(least) % needed"))
    case nil: break
    }
    var parts: [String] = []
    if row.isSmall { parts.append(pick("số lượng nhỏ", "small number")) }
    let missing = [
      (row.service, serviceScore), (row.usage, usageScore), (row.quality, dataQuality),
    ].filter { $0.0 == nil }.map { $0.1.lowercased() }
    if !missing.isEmpty {
      parts.append(
        pick(
          "không có: \(missing.joined(separator: ", ")) (trọng số chia cho phần còn lại)",
          "without: \(missing.joined(separator: ", ")) (its weight goes to the others)"))
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  private func notRanked(_ reason: String) -> String {
    pick("không xếp hạng: ", "not ranked: ") + reason
  }

  /// How the score comes about, in one sentence.
  func method(of ranking: Ranking, _ format: LocalFormat) -> String {
    let (weights, settings) = (ranking.settings.weights, ranking.settings)
    let (service, share) = (
      format.exactPercent(ranking.availabilityTarget),
      format.exactPercent(settings.fulfilmentTarget)
    )
    let use = format.number(Double(settings.usageTarget) / 1e6)
    return pick(
      "Điểm = \(weights.service) độ khả dụng dịch vụ (so với \(service) %) + \(weights.usage) tỷ lệ"
        + " phát (so với \(share) %) hoặc mức sử dụng (so với \(use) mỗi thiết bị mỗi ngày) +"
        + " \(weights.quality) chất lượng dữ liệu; mỗi phần từ 0 đến 100 điểm, chia theo trọng số",
      "Score = \(weights.service) service availability (against \(service) %) + \(weights.usage)"
        + " fulfilment (against \(share) %) or use (against \(use) a device-day) +"
        + " \(weights.quality) data quality; each 0 to 100 points, weighted")
  }
}

extension Ranking {
  /// The name of the level, as a heading.
  package func title(in language: Language) -> String { Words(language: language).level(level) }

  package func method(in language: Language) -> String {
    let words = Words(language: language)
    return words.method(of: self, LocalFormat(words: words))
  }

  package static func headings(in language: Language) -> [String] {
    let words = Words(language: language)
    return [
      words.rankHeading, words.reportUnit, words.scoreHeading, words.serviceScore, words.usageScore,
      words.dataQuality, words.deviceCountHeading, words.remarkHeading,
    ]
  }

  /// One line under ``headings(in:)`` for each row.
  package func cells(in language: Language) -> [[String]] {
    let words = Words(language: language)
    let format = LocalFormat(words: words)
    // Hundredths of a point are printed like percentages in parts per million.
    func points(_ points: Int64?) -> String { points.map { format.percent($0 * 100) } ?? "–" }
    return rows.map { row in
      [
        row.rank.map(format.count) ?? "–", row.name, points(row.score), points(row.service),
        points(row.usage), points(row.quality), format.count(row.deviceCount),
        words.note(of: row, settings, format) ?? "",
      ]
    }
  }
}
