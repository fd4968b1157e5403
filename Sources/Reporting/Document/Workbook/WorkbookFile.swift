// SPDX-License-Identifier: Apache-2.0

import CXLSXWriter
import Glibc
import Telemetry

/// libxlsxwriter behind one type that owns what it allocates. Nothing is on disk before `close`.
///
/// The library fixes the time of every part of the archive; the time of creation is given, so the
/// same cells make the same bytes.
@safe struct WorkbookFile: ~Copyable {
  typealias Sheet = UnsafeMutablePointer<lxw_worksheet>

  /// What a cell can hold; longer texts end in an ellipsis.
  static let textLengthMax = 32_767
  static let sheetNameLengthMax = 31
  /// One heading and all rows of a sheet: the format's own limit.
  static let rowCountMax = 1_048_576
  /// Points, of a line of text at 12 points.
  private static let lineHeight = 16.0

  let path: String
  private let workbook: UnsafeMutablePointer<lxw_workbook>
  private var formats: [WorkbookStyle: UnsafeMutablePointer<lxw_format>] = unsafe [:]
  private var sheetNames: Set<String> = []
  private var isOpen = true

  init(path: String, title: String, createdAt: Milliseconds) throws(WorkbookError) {
    guard let made = unsafe workbook_new(path) else {
      throw WorkbookError(path: path, reason: "out of memory")
    }
    // Zero would mean the clock of the machine.
    let created = max(1, createdAt / 1_000)
    let code = unsafe title.utf8CString.withUnsafeBufferPointer { text in
      var properties = unsafe lxw_doc_properties()
      // The library copies what it is given and never writes to it.
      unsafe properties.title = UnsafeMutablePointer(mutating: text.baseAddress)
      unsafe properties.created = time_t(created)
      return unsafe workbook_set_properties(made, &properties)
    }
    guard code == LXW_NO_ERROR else {
      unsafe lxw_workbook_free(made)
      throw WorkbookError(path: path, code: code)
    }
    self.path = path
    unsafe workbook = unsafe made
  }

  deinit {
    if isOpen { unsafe lxw_workbook_free(workbook) }
  }

  /// Writes the file and frees all memory; nothing may be called after it.
  mutating func close() throws(WorkbookError) {
    isOpen = false
    try check(unsafe workbook_close(workbook))
  }

  /// - Parameter name: cut to what the format allows; a name that is taken gets a number.
  mutating func addSheet(_ name: String) throws(WorkbookError) -> Sheet {
    let allowed = name.map { "[]:*?/\\'".contains($0) ? " " : $0 }
    var unique = String(allowed.prefix(Self.sheetNameLengthMax))
    var copy = 2
    while sheetNames.contains(unique.lowercased()) {
      let ending = " \(copy)"
      unique = allowed.prefix(Self.sheetNameLengthMax - ending.count) + ending
      copy += 1
    }
    sheetNames.insert(unique.lowercased())
    guard let sheet = unsafe workbook_add_worksheet(workbook, unique) else {
      throw WorkbookError(path: path, reason: "the sheet '\(unique)' is refused")
    }
    return unsafe sheet
  }

  mutating func write(
    _ text: String, to sheet: Sheet, row: Int, column: Int, style: WorkbookStyle
  ) throws(WorkbookError) {
    var text = text
    if text.unicodeScalars.count > Self.textLengthMax {
      text = String(text.prefix(Self.textLengthMax / 8)) + "…"
    }
    let format = unsafe format(style)
    try check(
      unsafe worksheet_write_string(sheet, lxw_row_t(row), lxw_col_t(column), text, format))
  }

  mutating func write(
    _ number: Double, to sheet: Sheet, row: Int, column: Int, style: WorkbookStyle
  ) throws(WorkbookError) {
    let format = unsafe format(style)
    try check(
      unsafe worksheet_write_number(sheet, lxw_row_t(row), lxw_col_t(column), number, format))
  }

  /// A text over several cells of one row, broken into as many lines as it needs.
  mutating func write(
    _ text: String, over columns: ClosedRange<Int>, of sheet: Sheet, row: Int, lineCount: Int,
    style: WorkbookStyle
  ) throws(WorkbookError) {
    try unsafe setLineCount(lineCount, of: row, of: sheet)
    guard columns.count > 1 else {
      return try unsafe write(
        text, to: sheet, row: row, column: columns.lowerBound, style: style)
    }
    let format = unsafe format(style)
    let line = lxw_row_t(row)
    try check(
      unsafe worksheet_merge_range(
        sheet, line, lxw_col_t(columns.lowerBound), line, lxw_col_t(columns.upperBound), text,
        format))
  }

  /// Not every program finds the height of a row with broken lines itself.
  func setLineCount(_ count: Int, of row: Int, of sheet: Sheet) throws(WorkbookError) {
    let height = Double(max(1, count)) * Self.lineHeight
    try check(unsafe worksheet_set_row(sheet, lxw_row_t(row), height, nil))
  }

  /// Makes cells a table of its own, with its own filters; writes its headings.
  ///
  /// - Parameters:
  ///   - name: unique in the workbook, letters, digits and `_`.
  ///   - headings: one a column, no two alike, from `column` on.
  ///   - lastRow: below the row of the headings: the format knows no table without rows.
  mutating func addTable(
    _ name: String, headings: [String], to sheet: Sheet, row: Int, column: Int, lastRow: Int
  ) throws(WorkbookError) {
    precondition(lastRow > row && !headings.isEmpty, "a table has a row and a column")
    let format = unsafe format(WorkbookStyle(kind: .heading))
    let texts = unsafe ([name] + headings).map { unsafe strdup($0) }
    let columns = UnsafeMutablePointer<lxw_table_column>.allocate(capacity: headings.count)
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<lxw_table_column>?>.allocate(
      capacity: headings.count + 1)
    defer {
      for unsafe text in unsafe texts { unsafe free(text) }
      unsafe columns.deallocate()
      unsafe pointers.deallocate()
    }
    for position in headings.indices {
      var entry = unsafe lxw_table_column()
      unsafe entry.header = texts[position + 1]
      unsafe entry.header_format = format
      unsafe (columns + position).initialize(to: entry)
      unsafe (pointers + position).initialize(to: columns + position)
    }
    unsafe (pointers + headings.count).initialize(to: nil)
    var options = unsafe lxw_table_options()
    unsafe options.name = texts[0]
    // The cells bring their own borders and bands; the style `Light 0` adds nothing to them.
    unsafe options.style_type = UInt8(LXW_TABLE_STYLE_TYPE_LIGHT.rawValue)
    unsafe options.style_type_number = 0
    unsafe options.no_banded_rows = 1
    unsafe options.columns = pointers
    let lastColumn = column + headings.count - 1
    try check(
      unsafe worksheet_add_table(
        sheet, lxw_row_t(row), lxw_col_t(column), lxw_row_t(lastRow), lxw_col_t(lastColumn),
        &options))
  }

  func check(_ code: lxw_error) throws(WorkbookError) {
    if code != LXW_NO_ERROR { throw WorkbookError(path: path, code: code) }
  }

  private mutating func format(_ style: WorkbookStyle) -> UnsafeMutablePointer<lxw_format>? {
    if let known = unsafe formats[style] { return unsafe known }
    guard let made = unsafe workbook_add_format(workbook) else { return nil }
    unsafe style.apply(to: made)
    unsafe formats[style] = unsafe made
    return unsafe made
  }
}
