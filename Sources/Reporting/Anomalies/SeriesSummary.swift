// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What was odd about the rows of a series.
package enum SeriesRemark: Int, Sendable, CaseIterable {
  /// No name in the header was known; of two columns the first was taken for the time.
  case guessedColumns
  case tooLong
  case openQuote
  /// The row has fewer columns than the time or the value needs.
  case shortRow
  case unreadableTime
  case missingValue
  case notFinite
  case unreadableValue
  /// The same instant as the row before, whatever its value.
  case repeatedTime
  case backwardTime
  /// A run of rows goes forward behind an earlier one: the clock was set back.
  case clockSetBack
  case gap
}

/// What became of a series, counted while it passed by.
package struct SeriesSummary: Sendable, Hashable {
  package struct Finding: Sendable, Hashable {
    package var count = 0
    package var firstLine = 0

    package init(count: Int = 0, firstLine: Int = 0) {
      self.count = count
      self.firstLine = firstLine
    }
  }

  /// Rows of data: neither the header nor blank lines.
  package private(set) var rowCount = 0
  /// Rows that the detector took.
  package private(set) var takenCount = 0
  /// Rows that it judged: what it took while warming up is none.
  package private(set) var judgedCount = 0
  package private(set) var alarmCount = 0
  package private(set) var readableTimes = 0
  package private(set) var longestGap: Milliseconds = 0
  package private(set) var longestGapLine = 0
  package var usualStep: Milliseconds?
  private var findings = Array(repeating: Finding(), count: SeriesRemark.allCases.count)

  package init() {}

  package subscript(remark: SeriesRemark) -> Finding { findings[remark.rawValue] }

  package mutating func noteRow(hasTime: Bool) {
    rowCount += 1
    if hasTime { readableTimes += 1 }
  }

  package mutating func noteTaken(isJudged: Bool, isAlarm: Bool) {
    takenCount += 1
    if isJudged { judgedCount += 1 }
    if isAlarm { alarmCount += 1 }
  }

  package mutating func note(_ remark: SeriesRemark, line: Int) {
    if findings[remark.rawValue].count == 0 { findings[remark.rawValue].firstLine = line }
    findings[remark.rawValue].count += 1
  }

  package mutating func noteGap(_ length: Milliseconds, line: Int) {
    note(.gap, line: line)
    guard length > longestGap else { return }
    (longestGap, longestGapLine) = (length, line)
  }

  /// Lines for people; the first says what was done, the others what was odd.
  package func lines(language: Language) -> [String] {
    let words = Words(language: language)
    let format = LocalFormat(words: words)
    var lines = [
      words.seriesOutcome(
        rows: format.count(rowCount), judged: format.count(judgedCount),
        alarms: format.count(alarmCount))
    ]
    if rowCount > 0, judgedCount == 0 { lines.append(words.seriesTooShort) }
    for remark in SeriesRemark.allCases where self[remark].count > 0 {
      let found = self[remark]
      var line = words.seriesRemark(
        remark, count: format.count(found.count), line: format.count(found.firstLine))
      if remark == .gap, let usualStep {
        line += words.seriesGaps(
          longest: format.length(longestGap), line: format.count(longestGapLine),
          usual: format.seconds(usualStep))
      }
      lines.append(line)
    }
    if self[.backwardTime].count > rowCount / 2 { lines.append(words.seriesNewestFirst) }
    return lines
  }
}
