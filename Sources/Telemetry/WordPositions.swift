// SPDX-License-Identifier: Apache-2.0

/// Where each word of a growing column stands, found by its hash.
///
/// A batch sees few different words, so ``ValueColumn`` looks for one from the first to the last.
/// Columns of many batches do not: a device that writes `ts` as text says another one in every
/// reading.
package struct WordPositions {
  /// Equal texts may differ in bytes (an accent of its own, or none), and bytes are what is kept.
  private struct Word: Hashable {
    let text: String

    static func == (left: Word, right: Word) -> Bool {
      left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { bytes in unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    }
  }

  private var positions: [Word: Int] = [:]

  package init() {}

  /// The position of a word, which is added if it is new.
  ///
  /// - Parameter words: the column's, always the same one.
  package mutating func position(of text: String, in words: inout [String]) -> Int {
    let word = Word(text: text)
    if let known = positions[word] { return known }
    positions[word] = words.count
    words.append(text)
    return words.count - 1
  }
}
