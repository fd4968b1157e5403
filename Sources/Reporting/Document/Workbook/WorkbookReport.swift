// SPDX-License-Identifier: Apache-2.0

import CXLSXWriter
import Telemetry

/// A report as a workbook: a cover, then a sheet a section. Each table of a section is a table of
/// the workbook, with its own name and filters. Numbers are numbers, dates are dates in local time.
package enum WorkbookReport {
  private static let inch = 25.4
  /// Of the two columns of the cover, in characters.
  private static let coverWidth = 92

  /// - Throws: `WorkbookError`; what is at `path` then is not a workbook.
  package static func write(_ document: ReportDocument, to path: String) throws(WorkbookError) {
    let words = Words(language: document.language)
    var file = try WorkbookFile(
      path: path, title: document.title, createdAt: document.knownUntil)
    try writeCover(of: document, words, to: &file)
    for section in document.sections { try write(section, words, to: &file) }
    try file.close()
  }

  private static func writeCover(
    of document: ReportDocument, _ words: Words, to file: inout WorkbookFile
  ) throws(WorkbookError) {
    let sheet = unsafe try file.addSheet(words.coverSheet)
    try unsafe file.check(worksheet_set_column(sheet, 0, 1, Double(coverWidth) / 2, nil))
    unsafe setPaper(sheet, isLandscape: false)
    var row = 0
    func line(
      _ left: String, _ right: String, _ kind: WorkbookStyle.Kind, bold: Bool = false,
      leftPlain: Bool = false, in file: inout WorkbookFile
    ) throws(WorkbookError) {
      let style = WorkbookStyle(kind: kind, isBold: bold)
      if !left.isEmpty {
        try unsafe file.write(
          left, to: sheet, row: row, column: 0,
          style: WorkbookStyle(kind: kind, isBold: bold && !leftPlain))
      }
      if !right.isEmpty {
        try unsafe file.write(right, to: sheet, row: row, column: 1, style: style)
      }
      row += 1
    }
    for pair in words.letterhead(document.letterhead) {
      try line(
        pair.left, pair.right, .centred, bold: pair.isBold, leftPlain: pair.isLeftPlain,
        in: &file)
    }
    row += 1
    try line(document.title, "", .title, in: &file)
    for entry in document.head { try line(entry.name, entry.value, .text, in: &file) }
    func note(_ text: String, in file: inout WorkbookFile) throws(WorkbookError) {
      try unsafe file.write(
        text, over: 0...1, of: sheet, row: row, lineCount: text.count / coverWidth + 1,
        style: WorkbookStyle(kind: .note))
      row += 1
    }
    for text in document.notes { try note(text, in: &file) }
    row += 1
    for pair in words.signatures(document.letterhead) {
      try line(pair.left, pair.right, .centred, bold: pair.isBold, in: &file)
    }
    row += 3
    let names = words.signatoryNames(document.letterhead)
    try line(names.left, names.right, .centred, bold: true, in: &file)
    row += 1
    for text in document.provenance { try note(text, in: &file) }
  }

  private static func write(
    _ section: DocumentSection, _ words: Words, to file: inout WorkbookFile
  ) throws(WorkbookError) {
    let sheet = unsafe try file.addSheet(words.sheetName(of: section))
    let layout = SectionLayout(section, lowest: words.lowest, highest: words.highest)
    for (column, width) in layout.widths.enumerated() {
      let position = lxw_col_t(column)
      try unsafe file.check(
        worksheet_set_column(sheet, position, position, Double(width) + 2, nil))
    }
    try unsafe file.write(
      section.title, to: sheet, row: 0, column: 0, style: WorkbookStyle(kind: .title))
    for note in layout.notes {
      try unsafe file.write(
        note.text, over: 0...(layout.widths.count - 1), of: sheet, row: note.row,
        lineCount: note.lineCount, style: WorkbookStyle(kind: .note))
    }
    for (position, table) in layout.tables.enumerated() {
      let name = words.tableName(section: section.number, position: position + 1)
      try unsafe write(table, name: name, widths: layout.widths, to: sheet, in: &file)
    }
    unsafe worksheet_freeze_panes(sheet, lxw_row_t(layout.frozenRowCount), 0)
    let repeated = lxw_row_t(layout.repeatedRow)
    try unsafe file.check(worksheet_repeat_rows(sheet, repeated, repeated))
    unsafe setPaper(sheet, isLandscape: layout.isLandscape)
  }

  private static func write(
    _ placed: SectionLayout.PlacedTable, name: String, widths: [Int],
    to sheet: WorkbookFile.Sheet, in file: inout WorkbookFile
  ) throws(WorkbookError) {
    try unsafe file.write(
      placed.table.name, to: sheet, row: placed.nameRow, column: placed.firstColumn,
      style: WorkbookStyle(kind: .name))
    try unsafe file.addTable(
      name, headings: placed.table.distinctHeadings, to: sheet, row: placed.headingRow,
      column: placed.firstColumn, lastRow: placed.lastRow)
    var row = placed.headingRow
    try unsafe file.setLineCount(placed.headingLineCount(widths), of: row, of: sheet)
    for entry in placed.table.rows {
      row += 1
      try unsafe file.setLineCount(placed.lineCount(of: entry, widths), of: row, of: sheet)
      for (position, cell) in entry.cells.enumerated() {
        try unsafe write(
          cell, isGroup: entry.rank != .item, to: sheet, row: row,
          column: placed.firstColumn + position, in: &file)
      }
    }
  }

  private static func write(
    _ cell: Cell, isGroup: Bool, to sheet: WorkbookFile.Sheet, row: Int, column: Int,
    in file: inout WorkbookFile
  ) throws(WorkbookError) {
    func style(_ kind: WorkbookStyle.Kind, bold: Bool = false) -> WorkbookStyle {
      WorkbookStyle(kind: kind, isBold: isGroup || bold, isBand: isGroup)
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
