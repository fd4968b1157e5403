// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension DocumentTable.Column {
  static func text(_ heading: String, width: Int = 20) -> Self {
    Self(heading: heading, role: .text, width: width)
  }
  static func name(_ heading: String, width: Int = 26) -> Self {
    Self(heading: heading, role: .name, width: width)
  }
  static func word(_ heading: String, width: Int = 14) -> Self {
    Self(heading: heading, role: .word, width: width)
  }
  static func number(_ heading: String, width: Int = 11) -> Self {
    Self(heading: heading, role: .number, width: width)
  }
}

extension Cell {
  /// An absent text is an empty one: "–" stands for a figure that is not known.
  static func text(_ text: String?) -> Cell { .text(text ?? "") }

  static func count(_ count: Int) -> Cell { .count(Int64(count)) }

  /// Absent where nothing was judged.
  static func percent(_ ratio: Int64?, _ lowest: Int64?, _ highest: Int64?) -> Cell {
    ratio.map { .percent($0, lowest: lowest, highest: highest) } ?? .absent
  }

  /// Absent where there was none.
  static func longest(_ length: Milliseconds) -> Cell { length > 0 ? .length(length) : .absent }
}

extension DocumentTable {
  /// As a spreadsheet needs it: bounds in columns of their own, what a group says on every row.
  ///
  /// - Parameter lowest, highest: what the headings of the two new columns begin with.
  func spread(lowest: String, highest: String) -> DocumentTable {
    let bounded = columns.indices.map { column in
      rows.contains { $0.cells[column].bounds != nil }
    }
    var wide: [Column] = []
    for (column, isBounded) in zip(columns, bounded) {
      wide.append(column)
      guard isBounded else { continue }
      wide.append(.number("\(column.heading), \(lowest)", width: column.width))
      wide.append(.number("\(column.heading), \(highest)", width: column.width))
    }
    var table = DocumentTable(name: name, columns: wide)
    for row in rows {
      var cells: [Cell] = []
      for (cell, isBounded) in zip(row.cells, bounded) {
        cells.append(cell.alone)
        guard isBounded else { continue }
        cells.append(cell.bounds.map { .percent($0.lowest, lowest: nil, highest: nil) } ?? .absent)
        cells.append(cell.bounds.map { .percent($0.highest, lowest: nil, highest: nil) } ?? .absent)
      }
      table.append(cells, rank: row.rank)
    }
    return table
  }
}

extension Cell {
  fileprivate var bounds: (lowest: Int64, highest: Int64)? {
    guard case .percent(_, let lowest?, let highest?) = self,
      highest - lowest >= LocalFormat.boundsShownFrom
    else { return nil }
    return (lowest, highest)
  }

  fileprivate var alone: Cell {
    switch self {
    case .percent(let ratio, _, _): .percent(ratio, lowest: nil, highest: nil)
    case .repeated(let text): .text(text)
    default: self
    }
  }
}
