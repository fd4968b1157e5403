// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The document for the terminal and for plain mail: everything but the figures, whose numbers
/// stand in the tables.
extension TextReport {
  private static let paperWidth = 100

  package static func render(_ document: ReportDocument) -> String {
    let words = Words(language: document.language)
    let format = LocalFormat(words: words)
    var text = paper(words.letterhead(document.letterhead))
    text += "\n\(document.title)\n"
    for line in document.head { text += "\(line.name): \(line.value)\n" }
    for note in document.notes { text += "\(note)\n" }
    for section in document.sections {
      text += "\n\(section.title)\n"
      for part in section.parts {
        switch part {
        case .note(let note): text += "\(note)\n"
        case .table(let table): text += "\n\(table.name)\n\(render(table, format))"
        case .figure: continue
        }
      }
    }
    text += "\n" + paper(words.signatures(document.letterhead)) + "\n\n\n"
    text += paper([words.signatoryNames(document.letterhead)])
    for line in document.provenance { text += "\(line)\n" }
    return text
  }

  static func render(_ table: DocumentTable, _ format: LocalFormat) -> String {
    var text = TextTable(table.columns.map { ($0.heading, $0.role == .number ? .right : .left) })
    for row in table.printed { text.append(row.cells.map(format.shown)) }
    return text.render()
  }

  /// Two columns, each line in the middle of its own; as wide as hands need to sign.
  static func paper(_ lines: [Words.PaperLine]) -> String {
    lines.map { line in
      var text = centred(line.left) + centred(line.right)
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }

  private static func centred(_ text: String) -> String {
    let room = max(1, paperWidth / 2 - text.count)
    return String(repeating: " ", count: room / 2) + text
      + String(repeating: " ", count: room - room / 2)
  }
}
