// SPDX-License-Identifier: Apache-2.0

import CXLSXWriter
import Telemetry

/// A report as a workbook: a cover, then a sheet for every table of every section, so that each has
/// its frozen heading and its filter. Numbers are numbers, dates are dates in local time.
package enum WorkbookReport {
  /// Tables wider than this, in characters, are printed on landscape paper.
  private static let portraitWidthMax = 95
  private static let inch = 25.4

  /// - Throws: `WorkbookError`; what is at `path` then is not a workbook.
  package static func write(_ document: ReportDocument, to path: String) throws(WorkbookError) {
    let words = Words(language: document.language)
    var file = try WorkbookFile(
      path: path, title: document.title, createdAt: document.knownUntil)
    try writeCover(of: document, words, to: &file)
    for section in document.sections {
      let notes = section.parts.compactMap { part in
        if case .note(let note) = part { note } else { nil }
      }
      let tables = section.tables
      if tables.isEmpty { try write(nil, notes: notes, of: section, words, to: &file) }
      for (position, table) in tables.enumerated() {
        try write(
          table, notes: position == 0 ? notes : [], of: section, words, to: &file)
      }
    }
    try file.close()
  }

  private static func writeCover(
    of document: ReportDocument, _ words: Words, to file: inout WorkbookFile
  ) throws(WorkbookError) {
    let sheet = unsafe try file.addSheet(words.coverSheet)
    try unsafe file.check(worksheet_set_column(sheet, 0, 1, 46, nil))
    unsafe setPaper(sheet, isLandscape: false)
    var row = 0
    func line(
      _ left: String, _ right: String, _ kind: WorkbookStyle.Kind, bold: Bool = false,
      in file: inout WorkbookFile
    ) throws(WorkbookError) {
      let style = WorkbookStyle(kind: kind, isBold: bold)
      if !left.isEmpty { try unsafe file.write(left, to: sheet, row: row, column: 0, style: style) }
      if !right.isEmpty {
        try unsafe file.write(right, to: sheet, row: row, column: 1, style: style)
      }
      row += 1
    }
    for pair in words.letterhead(document.letterhead) {
      try line(pair.left, pair.right, .centred, bold: pair.isBold, in: &file)
    }
    row += 1
    try line(document.title, "", .title, in: &file)
    for entry in document.head { try line(entry.name, entry.value, .text, in: &file) }
    for note in document.notes { try line(note, "", .note, in: &file) }
    row += 1
    for pair in words.signatures {
      try line(pair.left, pair.right, .centred, bold: pair.isBold, in: &file)
    }
    row += 5
    for text in document.provenance { try line(text, "", .note, in: &file) }
  }

  private static func write(
    _ table: DocumentTable?, notes: [String], of section: DocumentSection, _ words: Words,
    to file: inout WorkbookFile
  ) throws(WorkbookError) {
    let sheet = unsafe try file.addSheet("\(section.number). \(table?.name ?? section.heading)")
    try unsafe file.write(
      section.title, to: sheet, row: 0, column: 0, style: WorkbookStyle(kind: .title))
    var row = 1
    if let table {
      let wide = table.spread(lowest: words.lowest, highest: words.highest)
      row = try unsafe write(wide, to: sheet, in: &file)
    }
    for note in notes {
      row += 1
      try unsafe file.write(
        note, to: sheet, row: row, column: 0, style: WorkbookStyle(kind: .note))
    }
  }

  /// - Returns: the first row behind the table.
  private static func write(
    _ table: DocumentTable, to sheet: WorkbookFile.Sheet, in file: inout WorkbookFile
  ) throws(WorkbookError) -> Int {
    let headingRow = 1
    for (column, heading) in table.columns.enumerated() {
      let position = lxw_col_t(column)
      try unsafe file.check(
        worksheet_set_column(sheet, position, position, Double(heading.width) + 2, nil))
      try unsafe file.write(
        heading.heading, to: sheet, row: headingRow, column: column,
        style: WorkbookStyle(kind: .heading))
    }
    var row = headingRow
    for entry in table.rows {
      row += 1
      for (column, cell) in entry.cells.enumerated() {
        try unsafe write(
          cell, isBold: entry.rank != .item, to: sheet, row: row, column: column, in: &file)
      }
    }
    unsafe worksheet_freeze_panes(sheet, lxw_row_t(headingRow + 1), 0)
    let lastColumn = lxw_col_t(max(0, table.columns.count - 1))
    try unsafe file.check(
      worksheet_autofilter(sheet, lxw_row_t(headingRow), 0, lxw_row_t(row), lastColumn))
    try unsafe file.check(
      worksheet_repeat_rows(sheet, lxw_row_t(headingRow), lxw_row_t(headingRow)))
    let width = table.columns.reduce(0) { $0 + $1.width }
    unsafe setPaper(sheet, isLandscape: width > portraitWidthMax)
    return row + 1
  }

  private static func write(
    _ cell: Cell, isBold: Bool, to sheet: WorkbookFile.Sheet, row: Int, column: Int,
    in file: inout WorkbookFile
  ) throws(WorkbookError) {
    func style(_ kind: WorkbookStyle.Kind, bold: Bool = false) -> WorkbookStyle {
      WorkbookStyle(kind: kind, isBold: isBold || bold)
    }
    guard let number = number(of: cell) else {
      let (text, isStrong) =
        switch cell {
        case .text(let text), .repeated(let text): (text, false)
        case .strong(let text): (text, true)
        default: ("", false)
        }
      return try unsafe file.write(
        text, to: sheet, row: row, column: column, style: style(.text, bold: isStrong))
    }
    try unsafe file.write(
      number.value, to: sheet, row: row, column: column, style: style(number.kind))
  }

  /// Days are counted from 30/12/1899, as spreadsheet programs do; a percent is shown rounded down,
  /// so that a hundred means that nothing was lost, and is written as it is shown.
  private static func number(of cell: Cell) -> (value: Double, kind: WorkbookStyle.Kind)? {
    let dayLength = Double(LocalTime.dayLength)
    let epoch: Double = 25_569
    return switch cell {
    case .count(let count): (Double(count), .count)
    case .hours(let length): (Double(length) / Double(LocalTime.hourLength), .hours)
    case .length(let length): (Double(length) / dayLength, .length)
    case .percent(let ratio, _, _): (Double(ratio / 100) / 10_000, .percent)
    case .number(let value, let decimals) where value.isFinite: (value, .number(decimals: decimals))
    case .points(let points): (Double(points) / 100, .number(decimals: 2))
    case .change(let value) where value.isFinite: (value, .change)
    case .instant(let instant): (epoch + Double(instant + LocalTime.offset) / dayLength, .instant)
    case .day(let day): (epoch + Double(day), .day)
    case .text, .repeated, .strong, .absent, .number, .change: nil
    }
  }

  /// A4 with the margins of administrative documents, the page's number at the top.
  private static func setPaper(_ sheet: WorkbookFile.Sheet, isLandscape: Bool) {
    let a4: UInt8 = 9
    unsafe worksheet_set_paper(sheet, a4)
    if isLandscape { unsafe worksheet_set_landscape(sheet) }
    unsafe worksheet_set_margins(sheet, 30 / inch, 15 / inch, 20 / inch, 20 / inch)
    unsafe worksheet_fit_to_pages(sheet, 1, 0)
    // A header too long is the only error there is.
    _ = unsafe worksheet_set_header(sheet, "&C&P")
  }
}
