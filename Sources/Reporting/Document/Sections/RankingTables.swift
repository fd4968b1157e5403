// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// V. The units of each level in order of their score.
extension DocumentBuilder {
  func ranking() -> DocumentSection {
    var parts: [DocumentSection.Part] = []
    for ranking in report.rankings {
      parts.append(.table(table(of: ranking)))
      parts.append(.note("\(words.method(of: ranking, format))."))
    }
    if parts.isEmpty { parts.append(.note(words.noRanking)) }
    return DocumentSection(number: "V", heading: words.rankingSection, parts: parts)
  }

  private func table(of ranking: Ranking) -> DocumentTable {
    let headings = Ranking.headings(in: report.language)
    var table = DocumentTable(
      name: words.level(ranking.level),
      columns: [
        .number(headings[0], width: 6), .name(headings[1], width: 22),
        .number(headings[2], width: 8), .number(headings[3], width: 9),
        .number(headings[4], width: 9), .number(headings[5], width: 9),
        .number(headings[6], width: 7), .text(headings[7], width: 22),
      ])
    for row in ranking.rows {
      table.append([
        row.rank.map { .count($0) } ?? .absent, .text(row.name), points(row.score),
        points(row.service), points(row.usage), points(row.quality), .count(row.deviceCount),
        .text(words.note(of: row, ranking.settings, format)),
      ])
    }
    return table
  }

  /// Of hundredths of a point.
  private func points(_ points: Int64?) -> Cell {
    points.map { .points($0) } ?? .absent
  }
}
