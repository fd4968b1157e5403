// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A report as it is printed and signed: letterhead, title, numbered sections of typed tables and
/// figures, signatures. It is built once, so that paper, page, workbook and terminal cannot differ
/// in what they say; each of them renders this value.
///
/// Programs get the `Report` itself (`JSONReport`, `CSVReport`), in whole numbers.
package struct ReportDocument: Sendable {
  package var language: Language
  package var letterhead: Letterhead
  package var title: String
  package var head: [HeadLine]
  /// What has to be known before the figures are read: sealed or provisional, limits of the form.
  package var notes: [String]
  package var sections: [DocumentSection]
  package var provenance: [String]
  /// The end of knowledge stands for the time of writing, so that one store gives the same bytes.
  package var knownUntil: Milliseconds

  package struct HeadLine: Sendable, Hashable {
    package var name: String
    package var value: String
  }
}

package struct DocumentSection: Sendable {
  /// I to VI, as printed.
  package var number: String
  package var heading: String
  package var parts: [Part]

  package enum Part: Sendable {
    case note(String)
    case table(DocumentTable)
    case figure(DocumentFigure)
  }

  /// `II. Độ khả dụng theo thôn, thiết bị`.
  package var title: String { "\(number). \(heading)" }

  package var tables: [DocumentTable] {
    parts.compactMap { part in
      if case .table(let table) = part { table } else { nil }
    }
  }
}

/// A table whose cells still know what they are, so that a workbook gets numbers and dates.
package struct DocumentTable: Sendable {
  package struct Column: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
      case text
      /// Names the row; the heading of its card on a phone.
      case name
      /// Text short enough never to be broken over two lines.
      case word
      case number
    }
    package var heading: String
    package var role: Role
    /// In characters; a hint to paper and workbook.
    package var width: Int
  }

  package struct Row: Sendable {
    package enum Rank: Sendable, Hashable {
      case item
      /// The sum of what follows, at this depth of the tree of units.
      case group(depth: Int)
    }
    package var rank: Rank
    package var cells: [Cell]
  }

  /// Short; tells the tables of one section apart (the name of a sheet).
  package var name: String
  package var columns: [Column]
  package var rows: [Row] = []
  /// What is read from paper, screen and terminal, where `rows` would be a book; nil means `rows`.
  /// Spreadsheets get `rows`.
  package var printedRows: [Row]?

  package init(name: String, columns: [Column]) {
    self.name = name
    self.columns = columns
  }

  package mutating func append(_ cells: [Cell], rank: Row.Rank = .item) {
    precondition(cells.count == columns.count, "a row has one cell for each column")
    rows.append(Row(rank: rank, cells: cells))
  }

  package var printed: [Row] { printedRows ?? rows }
}

package enum Cell: Sendable, Hashable {
  case text(String)
  /// Said by the group above; workbooks say it again, so that a filter finds the row.
  case repeated(String)
  /// A text that somebody has to act on.
  case strong(String)
  case count(Int64)
  /// Hours with two decimals, of milliseconds.
  case hours(Milliseconds)
  /// h:mm:ss, of milliseconds.
  case length(Milliseconds)
  /// Parts per million, with its bounds if so much was not observed that they matter.
  case percent(Int64, lowest: Int64?, highest: Int64?)
  case number(Double, decimals: Int)
  /// Hundredths of a point, always with two decimals.
  case points(Int64)
  /// A difference, with its sign.
  case change(Double)
  case instant(Milliseconds)
  /// A local day since 1970-01-01.
  case day(Int64)
  case absent
}
