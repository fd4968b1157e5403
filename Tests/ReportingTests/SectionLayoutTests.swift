// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Reporting

@Suite struct SectionLayoutTests {
  private static func table(
    _ name: String, numbered: Bool, rowCount: Int
  ) -> DocumentTable {
    var columns: [DocumentTable.Column] = [.name("Tên", width: 20), .number("Số", width: 8)]
    if numbered { columns.insert(.number("STT", width: 5), at: 0) }
    var table = DocumentTable(name: name, columns: columns)
    for row in 0..<rowCount { table.append(columns.map { _ in Cell.count(row) }) }
    return table
  }

  private static func layout(_ parts: [DocumentSection.Part]) -> SectionLayout {
    SectionLayout(
      DocumentSection(number: "I", heading: "Thử", parts: parts), lowest: "thấp nhất",
      highest: "cao nhất")
  }

  @Test("tables stand below one another, names below names, notes where the document has them")
  func stacked() {
    let layout = Self.layout([
      .note("Một"), .table(Self.table("A", numbered: true, rowCount: 3)), .note("Hai"),
      .table(Self.table("B", numbered: false, rowCount: 1)),
    ])
    #expect(layout.notes.map(\.row) == [1, 8])
    #expect(layout.tables.map(\.nameRow) == [3, 10])
    #expect(layout.tables.map(\.headingRow) == [4, 11])
    #expect(layout.tables.map(\.lastRow) == [7, 12])
    #expect(layout.tables.map(\.firstColumn) == [0, 1])
    #expect(layout.tables.map(\.lastColumn) == [2, 2])
    #expect(layout.widths == [5, 20, 8])
  }

  @Test("no row of a table lies in another table, a note or the title", arguments: 0..<200)
  func apart(seed: Int) {
    var state = UInt64(seed)
    func next(_ below: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % Int(below)
    }
    let parts: [DocumentSection.Part] = (0..<next(7)).map { position in
      next(3) == 0
        ? .note("x")
        : .table(Self.table("\(position)", numbered: next(2) == 0, rowCount: next(4)))
    }
    let layout = Self.layout(parts)
    var taken = [0] + layout.notes.map(\.row)
    for table in layout.tables { taken += table.nameRow...table.lastRow }
    #expect(Set(taken).count == taken.count, "seed \(seed)")
    #expect(layout.tables.allSatisfy { $0.lastColumn < layout.widths.count }, "seed \(seed)")
  }

  @Test("headings stay in sight of the only table or of the one that is most of the sheet")
  func main() {
    let long = DocumentSection.Part.table(Self.table("A", numbered: true, rowCount: 4))
    let short = DocumentSection.Part.table(Self.table("B", numbered: true, rowCount: 3))
    #expect(Self.layout([long]).frozenRowCount == 3)
    #expect(Self.layout([long]).repeatedRow == 2)
    // On paper the headings of one table would stand above the figures of the other.
    #expect(Self.layout([long, short]).repeatedRow == 0)
    #expect(Self.layout([long, short]).frozenRowCount == 3)
    #expect(Self.layout([short, long]).frozenRowCount == 1)
    #expect(Self.layout([.note("Không có")]).frozenRowCount == 1)
  }

  @Test("no two headings of a table are alike, as the format wants it")
  func headings() {
    let columns: [DocumentTable.Column] = ["Lúc", "lúc", "", "Lúc"].map { .word($0) }
    let headings = DocumentTable(name: "A", columns: columns).distinctHeadings
    #expect(headings == ["Lúc", "lúc 2", "–", "Lúc 3"])
  }

  @Test("a row is as high as its longest text needs, and no higher than the format allows")
  func heights() throws {
    var table = DocumentTable(name: "A", columns: [.text("Chữ", width: 17), .number("Số")])
    table.append([.text(String(repeating: "x", count: 41)), .count(1)])
    table.append([.repeated("x"), .count(1)])
    table.append([.strong(String(repeating: "x", count: 5_000)), .count(1)])
    let layout = Self.layout([.table(table)])
    let placed = try #require(layout.tables.first)
    #expect(table.rows.map { placed.lineCount(of: $0, layout.widths) } == [3, 1, 25])
    #expect(placed.headingLineCount(layout.widths) == 1)
  }

  @Test("a long note gets the lines that it needs over the width of the sheet")
  func notes() {
    let layout = Self.layout([
      .table(Self.table("A", numbered: true, rowCount: 1)),
      .note(String(repeating: "x", count: 67)),
    ])
    #expect(layout.notes.map(\.lineCount) == [3])
  }
}
