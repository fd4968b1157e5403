// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The document as one self-contained page: no script, nothing fetched, light and dark, a table on
/// a screen, cards on a phone, A4 on paper.
package enum HTMLPage {
  package static func render(_ document: ReportDocument) -> String {
    let words = Words(language: document.language)
    let format = LocalFormat(words: words)
    var tables: [PageTable] = []
    let sections = document.sections.map { section in
      var markup = ""
      let first = tables.count
      for part in section.parts {
        switch part {
        case .note(let note): markup += "<p class=\"note\">\(PageMarkup.escaped(note))</p>\n"
        case .figure(let figure):
          markup += PageFigure(figure: figure, words: words, format: format).markup
        case .table(let table):
          let page = PageTable(table: table, id: "t\(tables.count + 1)")
          tables.append(page)
          markup += page.markup(format)
        }
      }
      return PageTemplate.Context.Section(
        id: section.number, title: section.title, markup: markup,
        isWide: tables[first...].contains { $0.isWide })
    }
    let phone = tables.map(\.phoneStyle).joined(separator: "\n")
    return PageTemplate.render(
      PageTemplate.Context(
        language: document.language.rawValue, title: document.title,
        style: PageStyle.sheet(phone: phone), letterhead: letterhead(document, words),
        head: document.head.map { .init(name: $0.name, value: $0.value) },
        notes: document.notes, sections: sections,
        signatures: [
          .init(
            role: words.preparedBy, how: words.signHere,
            name: document.letterhead.preparedBy),
          .init(
            role: words.title(of: document.letterhead), how: words.signAndSealHere,
            name: document.letterhead.signatory),
        ], provenance: document.provenance))
  }

  private static func letterhead(
    _ document: ReportDocument, _ words: Words
  ) -> PageTemplate.Context.Letterhead {
    PageTemplate.Context.Letterhead(
      parent: document.letterhead.parentBody?.uppercased(),
      body: words.body(of: document.letterhead), number: words.documentNumber,
      country: words.country, motto: words.motto,
      date: words.dateLine(place: document.letterhead.place))
  }
}
