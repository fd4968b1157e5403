// SPDX-License-Identifier: Apache-2.0

/// Where the parts of a section stand on its sheet: the title, then notes and tables below one
/// another in the order of the document, each table under its name.
///
/// Columns are shared by all tables of the sheet. A table without a column of row numbers begins
/// one column further right than those that have one, so that names stand below names.
struct SectionLayout {
  /// Tables wider than this, in characters, are printed on landscape paper.
  private static let portraitWidthMax = 95
  /// Of a sheet that has notes only, in characters.
  private static let noteWidth = 90
  /// Columns up to this width hold row numbers.
  private static let numberWidthMax = 6

  struct PlacedTable {
    var table: DocumentTable
    /// Of its name; its headings stand in the next row.
    var nameRow: Int
    var firstColumn: Int

    var headingRow: Int { nameRow + 1 }
    /// A table without rows has an empty one: the format wants it.
    var lastRow: Int { headingRow + max(1, table.rows.count) }
    var lastColumn: Int { firstColumn + table.columns.count - 1 }

    /// Lines of the headings, which give two letters of their width to the button of the filter.
    func headingLineCount(_ widths: [Int]) -> Int {
      table.columns.enumerated().map { column, heading in
        lines(heading.heading, width: widths[firstColumn + column] - 2)
      }.max() ?? 1
    }

    /// Lines of the longest text of a row.
    func lineCount(of row: DocumentTable.Row, _ widths: [Int]) -> Int {
      row.cells.enumerated().map { column, cell in
        switch cell {
        case .text(let text), .repeated(let text), .strong(let text):
          lines(text, width: widths[firstColumn + column])
        default: 1
        }
      }.max() ?? 1
    }

    /// A row of spreadsheet cells is at most 409 points high. A column is two letters wider than
    /// its width says, and most letters are narrower than digits.
    private func lines(_ text: String, width: Int) -> Int {
      let width = max(1, width + 3)
      return min(25, max(1, (text.count + width - 1) / width))
    }
  }

  struct PlacedNote {
    var row: Int
    var text: String
    /// Lines that it takes over the width of the sheet.
    var lineCount: Int
  }

  private(set) var tables: [PlacedTable] = []
  private(set) var notes: [PlacedNote] = []
  /// In characters, from the first column on.
  private(set) var widths: [Int] = []

  init(_ section: DocumentSection, lowest: String, highest: String) {
    let spread = section.tables.map { $0.spread(lowest: lowest, highest: highest) }
    let areNumbered = spread.contains(where: Self.isNumbered)
    for table in spread {
      let first = areNumbered && !Self.isNumbered(table) ? 1 : 0
      while widths.count < first + table.columns.count { widths.append(0) }
      for (column, heading) in table.columns.enumerated() {
        widths[first + column] = max(widths[first + column], heading.width)
      }
    }
    if widths.isEmpty { widths = [Self.noteWidth] }
    let width = max(1, widths.reduce(0, +))
    var row = 1
    var next = spread.makeIterator()
    for part in section.parts {
      switch part {
      case .figure: continue
      case .note(let text):
        notes.append(PlacedNote(row: row, text: text, lineCount: (text.count + width - 1) / width))
        row += 1
      case .table:
        guard let table = next.next() else { continue }
        let placed = PlacedTable(
          table: table, nameRow: row == 1 ? row : row + 1,
          firstColumn: areNumbered && !Self.isNumbered(table) ? 1 : 0)
        tables.append(placed)
        row = placed.lastRow + 1
      }
    }
  }

  private static func isNumbered(_ table: DocumentTable) -> Bool {
    guard let first = table.columns.first else { return false }
    return first.role == .number && first.width <= numberWidthMax
  }

  /// The table whose headings stay in sight: the only one, or the first if it has at least half of
  /// all rows. Where no table is that, headings of the first would stand above the figures of
  /// another; spreadsheet programs show those of the table that is read.
  var mainTable: PlacedTable? {
    guard let first = tables.first else { return nil }
    let all = tables.reduce(0) { $0 + $1.table.rows.count }
    return first.table.rows.count * 2 >= all ? first : nil
  }

  /// The title alone, where there is no main table.
  var frozenRowCount: Int { (mainTable?.headingRow ?? 0) + 1 }

  /// Printed on every page: the headings of the only table, else the title. On paper nothing tells
  /// the headings of another table from the right ones.
  var repeatedRow: Int { tables.count == 1 ? tables[0].headingRow : 0 }

  var isLandscape: Bool { widths.reduce(0, +) > Self.portraitWidthMax }
}

extension DocumentTable {
  /// As a table of a workbook needs them: no two alike, whatever their case.
  var distinctHeadings: [String] {
    var taken: Set<String> = []
    return columns.map { column in
      var heading = column.heading.isEmpty ? "–" : column.heading
      var copy = 2
      while !taken.insert(heading.lowercased()).inserted {
        heading = "\(column.heading) \(copy)"
        copy += 1
      }
      return heading
    }
  }
}
