// SPDX-License-Identifier: Apache-2.0

/// A table of plain text whose columns are as wide as their widest cell, counted in characters:
/// a Vietnamese letter with its marks is one.
struct TextTable {
  enum Side { case left, right }

  private let sides: [Side]
  private var rows: [[String]]
  /// Headings longer than this are broken at spaces into several lines.
  private static let headingWidthMax = 12

  init(_ columns: [(heading: String, side: Side)]) {
    sides = columns.map(\.side)
    let broken = columns.map { Self.lines(of: $0.heading) }
    let height = broken.map(\.count).max() ?? 0
    rows = (0..<height).map { line in broken.map { line < $0.count ? $0[line] : "" } }
    headingHeight = height
  }

  private let headingHeight: Int

  mutating func append(_ cells: [String]) {
    precondition(cells.count == sides.count, "a row has one cell for each column")
    rows.append(cells)
  }

  func render() -> String {
    let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for (position, row) in rows.enumerated() {
      if position == headingHeight {
        text += widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ") + "\n"
      }
      let cells = row.indices.map { column in
        let cell = row[column]
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return sides[column] == .left ? cell + padding : padding + cell
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  private static func lines(of heading: String) -> [String] {
    var lines: [String] = []
    for word in heading.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= headingWidthMax {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
