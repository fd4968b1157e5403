// SPDX-License-Identifier: Apache-2.0

/// A table of the document as markup: a table on a screen and on paper, cards on a phone.
struct PageTable {
  /// Tables wider than this, in characters, are printed on landscape paper.
  static let portraitWidthMax = 95
  private static let shortRowCountMax = 12

  let table: DocumentTable
  /// Unique on the page: the style sheet names the columns of each table by it.
  let id: String

  var isWide: Bool { table.columns.reduce(0) { $0 + $1.width } > Self.portraitWidthMax }

  func markup(_ format: LocalFormat) -> String {
    let columns = table.columns
    // A short table is never torn: its heading would stand alone at the foot of a page.
    let style = table.printed.count <= Self.shortRowCountMax ? " class=\"short\"" : ""
    var html = "<table id=\"\(id)\"\(style)>\n"
    html += "<caption>\(PageMarkup.escaped(table.name))</caption>\n"
    // Hints: a name with room for it does not wrap where a number could give way.
    let total = max(1, columns.reduce(0) { $0 + $1.width })
    html += "<colgroup>"
    for column in columns { html += "<col style=\"width:\(column.width * 100 / total)%\">" }
    html += "</colgroup>\n<thead><tr>"
    for column in columns {
      let style = Self.style(of: column).map { " class=\"\($0)\"" } ?? ""
      html += "<th scope=\"col\"\(style)>\(PageMarkup.escaped(column.heading))</th>"
    }
    html += "</tr></thead>\n<tbody>\n"
    let tags = columns.map { column in
      if column.role == .name { return (open: "<th scope=\"row\">", close: "</th>") }
      let style = Self.style(of: column).map { " class=\"\($0)\"" } ?? ""
      return (open: "<td\(style)>", close: "</td>")
    }
    for row in table.printed {
      switch row.rank {
      case .item: html += "<tr>"
      case .group(let depth): html += "<tr class=\"group depth\(min(depth, 4))\">"
      }
      let isGroup = row.rank != .item
      for (position, (cell, tag)) in zip(row.cells, tags).enumerated() {
        // The unit's name is the heading of its card.
        let isUnit = isGroup && columns[position].role == .text && cell != .text("")
        html += isUnit ? "<td class=\"u\">" : tag.open
        html += Self.markup(cell, format)
        html += tag.close
      }
      html += "</tr>\n"
    }
    return html + "</tbody>\n</table>\n"
  }

  /// On a phone the heading stands before each value instead of above the column: said once in the
  /// style sheet, not once a cell.
  var phoneStyle: String {
    table.columns.enumerated().filter { $0.element.role != .name }.map { position, column in
      "#\(id) td:nth-child(\(position + 1))::before{"
        + "content:\(PageMarkup.styleString(column.heading))}"
    }.joined(separator: "\n")
  }

  private static func style(of column: DocumentTable.Column) -> String? {
    switch column.role {
    case .number: "n"
    case .word: "w"
    case .name, .text: nil
    }
  }

  private static func markup(_ cell: Cell, _ format: LocalFormat) -> String {
    switch cell {
    case .strong(let text): return "<b class=\"missed\">\(PageMarkup.escaped(text))</b>"
    case .percent(let ratio, let lowest, let highest):
      let parts = format.percentParts(ratio, lowest, highest)
      guard let bounds = parts.bounds else { return parts.ratio }
      return "<span>\(parts.ratio) <small>\(bounds)</small></span>"
    default: return PageMarkup.escaped(format.shown(cell))
    }
  }
}
