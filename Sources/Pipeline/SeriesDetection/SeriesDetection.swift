// SPDX-License-Identifier: Apache-2.0

import Analysis
import Reporting
import Telemetry

/// Runs the detector over one series while its bytes come, in whatever pieces: rows in, rows out.
///
/// Owned by whoever reads the series; has no input and no output of its own. Holds one record, one
/// detector, a summary and a bounded picture, however long the series is.
package struct SeriesDetection {
  /// What a column of scores holds.
  package enum Score: String, Sendable, CaseIterable {
    case novelty, severity
  }

  package struct Options: Sendable {
    package var form = SeriesForm()
    package var watch = Watch()
    package var unit = ""
    package var language = Language.vi
    /// Columns added behind the others, each a number in every row: 0 where nothing was judged.
    package var scores: [(name: String, score: Score)] = []
    package var isAlarmsOnly = false
    /// Heads the picture; nil draws none.
    package var pictureTitle: String?

    package init() {}
  }

  private let path: String
  private let options: Options
  private let clock: SeriesTime
  private var records = SeparatedRecords()
  private var columns: SeriesColumns?
  private var fault: SeriesFault?
  private var order = SeriesOrder()
  private var bank = DetectorBank()
  private var extremes = SeriesExtremes()
  private var output = SeriesOutput()
  private var drawing: SeriesPicture?
  private var hasGap = false
  package private(set) var summary = SeriesSummary()

  /// - Parameter path: how the series is called in sentences about it.
  package init(path: String, options: Options) {
    self.path = path
    self.options = options
    clock = SeriesTime(zone: options.form.zone)
    bank.append(count: 1)
    drawing = options.pictureTitle.map {
      SeriesPicture(title: $0, unit: options.unit, language: options.language)
    }
  }

  /// The picture of what was taken so far; nil if none was asked for.
  package var picture: SeriesPicture? { drawing }

  /// Bytes, rungs and marks held: what its memory is bounded by.
  var heldCount: Int { records.heldCount + output.count + (drawing?.heldCount ?? 0) }

  /// - Returns: the rows that these bytes complete, as CSV in UTF-8.
  package mutating func take(_ bytes: some Sequence<UInt8>) throws(SeriesFault) -> [UInt8] {
    var records = records
    self.records = SeparatedRecords()
    records.take(bytes) { judge($0) }
    self.records = records
    if let fault { throw fault }
    return output.taken()
  }

  /// No more bytes come.
  package mutating func finish() throws(SeriesFault) -> [UInt8] {
    var records = records
    self.records = SeparatedRecords()
    records.finish { judge($0) }
    self.records = records
    summary.usualStep = order.usualStep
    if let fault { throw fault }
    guard columns != nil else { throw SeriesFault(path: path, problem: "there is no row in it") }
    return output.taken()
  }

  /// What is wrong with the whole of it, told by its end; nil if some row could be read.
  package var hopeless: SeriesFault? {
    guard summary.rowCount > 0, summary.readableTimes == 0 else { return nil }
    return SeriesFault(
      path: path,
      problem: "no row has a time that can be read; times are \(SeriesTime.allowed)")
  }

  // MARK: Rows

  private mutating func judge(_ record: SeparatedRecord) {
    guard fault == nil else { return }
    guard let columns else { return begin(record) }
    let row = SeriesRow(record, columns: columns, clock: clock)
    summary.noteRow(hasTime: row.time != nil)
    if let remark = row.remark { summary.note(remark, line: row.line) }
    guard let time = row.time, let value = row.value, places(time, line: row.line) else {
      return write(row, nil)
    }
    let judgement = bank.judge(value, at: time, slot: 0, watch: options.watch)
    let isAlarm = judgement?.startsAnomaly ?? false
    let sentence = judgement.flatMap { judgement in
      isAlarm
        ? AnomalySentence.text(
          judgement, unit: options.unit,
          isUnseen: extremes.isUnseen(value, ofHour: judgement.localHour),
          language: options.language) : nil
    }
    extremes.take(value, at: time)
    summary.noteTaken(isJudged: judgement != nil, isAlarm: isAlarm)
    drawing?.add(value, at: time, band: judgement?.band, isAfterGap: hasGap)
    hasGap = false
    if let judgement, let sentence {
      drawing?.mark(value, at: time, severity: judgement.severity, sentence: sentence)
    }
    write(row, judgement, sentence: sentence)
  }

  private mutating func begin(_ record: SeparatedRecord) {
    do {
      let columns = try SeriesColumns(record, form: options.form, path: path)
      self.columns = columns
      if columns.isGuessed { summary.note(.guessedColumns, line: record.line) }
      output.writeHeader(scores: options.scores.map(\.name))
      if !columns.hasHeader { judge(record) }
    } catch {
      fault = error
    }
  }

  /// Whether a reading at this time can be judged.
  private mutating func places(_ time: Milliseconds, line: Int) -> Bool {
    switch order.take(time) {
    case .next(let gap):
      guard let gap else { return true }
      summary.noteGap(gap, line: line)
      hasGap = true
      return true
    case .setBack:
      summary.note(.clockSetBack, line: line)
      hasGap = true
      return true
    case .repeated: summary.note(.repeatedTime, line: line)
    case .backward: summary.note(.backwardTime, line: line)
    }
    return false
  }

  private mutating func write(_ row: SeriesRow, _ judgement: Judgement?, sentence: String? = nil) {
    guard !options.isAlarmsOnly || sentence != nil else { return }
    let scores = options.scores.map { score in
      judgement.map { score.score == .novelty ? $0.novelty : $0.severity } ?? 0
    }
    output.write(row, judgement, sentence: sentence ?? "", scores: scores)
  }
}
