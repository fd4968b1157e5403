// SPDX-License-Identifier: Apache-2.0

import Telemetry

extension SealedColumns {
  /// The different words of a column, as texts or as the instants they spell.
  mutating func codeWords(_ column: inout ValueColumn) {
    guard fault == nil else { return }
    let wordCount = header.number(UInt64(column.words.count), .wordCount, with: &coder)
    // As the column's positions are: no encoder is given more words than readings by far.
    guard wordCount <= UInt64(BlockLimits.readingCountMax) else {
      return fail("the number of words")
    }
    let positions = column.tags.indices.filter { column.tags[$0] == .word }
    guard positions.allSatisfy({ column.bits[$0] < wordCount }) else {
      return fail("the position of a word")
    }
    guard wordCount > 0 else { return }
    let firstRows = Self.firstRows(of: column, positions: positions, count: Int(wordCount))
    var spelling: TimeText?
    if !Coder.isReading, firstRows != nil {
      spelling = TimeText.allCases.first { spelling in
        column.words.allSatisfy { spelling.instant($0) != nil }
      }
    }
    let form = header.choice(
      spelling?.rawValue ?? 0, of: TimeText.allCases.count + 1, .wordForm, with: &coder)
    if form == 0 { return codeTexts(&column, count: Int(wordCount)) }
    guard let spelling = TimeText(rawValue: form), let firstRows else {
      return fail("the spelling of words")
    }
    var instants = column.words.map { UInt64(bitPattern: spelling.instant($0) ?? 0) }
    sequence(&instants, rows: firstRows)
    guard Coder.isReading else { return }
    for instant in instants {
      guard let text = spelling.text(Int64(bitPattern: instant)) else {
        return fail("an instant")
      }
      column.words.append(text)
    }
  }

  /// The row in which each word comes first; nil unless all come, and in their order.
  private static func firstRows(
    of column: ValueColumn, positions: [Int], count: Int
  ) -> [Int]? {
    var rows: [Int] = []
    for row in positions {
      if column.bits[row] == UInt64(rows.count) {
        rows.append(row)
      } else if column.bits[row] > UInt64(rows.count) {
        return nil
      }
    }
    return rows.count == count ? rows : nil
  }

  private mutating func codeTexts(_ column: inout ValueColumn, count: Int) {
    for index in 0..<count {
      let bytes = Coder.isReading ? [] : Array(column.words[index].utf8)
      let length = header.number(UInt64(bytes.count), .textLength, with: &coder)
      guard spendText(length) else { return fail("the length of a text") }
      let found = header.text(bytes, count: Int(length), with: &coder)
      guard Coder.isReading else { continue }
      guard let word = String(validating: found, as: UTF8.self) else {
        return fail("the encoding of a text")
      }
      column.words.append(word)
    }
  }
}
