// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The document as Vietnamese spreadsheet programs open it with a double click: UTF-8 with a byte
/// order mark, `;` between cells, decimal commas, dd/MM/yyyy. `CSVReport` is for programs.
package enum SeparatedReport {
  /// Without it these programs take the text for a code page of the nineties.
  private static let byteOrderMark = "\u{FEFF}"

  /// - Parameter section: I to VI; nil means all, each under a line with its title.
  package static func render(_ document: ReportDocument, section: String? = nil) -> String {
    let words = Words(language: document.language)
    let format = LocalFormat(words: Words(language: .vi))
    var text = byteOrderMark
    if section == nil {
      text += line([document.title])
      for entry in document.head { text += line([entry.name, entry.value]) }
      for note in document.notes { text += line([note]) }
    }
    for part in document.sections where section == nil || part.number == section {
      if section == nil { text += line([]) + line([part.title]) }
      text += body(of: part, words, format)
    }
    if section == nil {
      for entry in document.provenance { text += line([entry]) }
    }
    return text
  }

  private static func body(
    of section: DocumentSection, _ words: Words, _ format: LocalFormat
  ) -> String {
    var text = ""
    for part in section.parts {
      switch part {
      case .figure: continue
      case .note(let note): text += line([note])
      case .table(let table):
        if !text.isEmpty { text += line([]) }
        let wide = table.spread(lowest: words.lowest, highest: words.highest)
        text += line(wide.columns.map(\.heading))
        for row in wide.rows { text += cells(row, format) }
      }
    }
    return text
  }

  private static func cells(_ row: DocumentTable.Row, _ format: LocalFormat) -> String {
    row.cells.map { cell in
      let text = format.plain(cell)
      return switch cell {
      case .text, .repeated, .strong: quoted(defused(text))
      default: quoted(text)
      }
    }.joined(separator: ";") + "\r\n"
  }

  private static func line(_ texts: [String]) -> String {
    texts.map { quoted(defused($0)) }.joined(separator: ";") + "\r\n"
  }

  /// A text that starts like a formula is data, and must not be run by a spreadsheet program.
  static func defused(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first) else {
      return text
    }
    return "'" + text
  }

  private static func quoted(_ cell: String) -> String {
    let mustQuote = cell.unicodeScalars.contains { "\";\r\n".unicodeScalars.contains($0) }
    return mustQuote ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
