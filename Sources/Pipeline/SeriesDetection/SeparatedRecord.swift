// SPDX-License-Identifier: Apache-2.0

/// One row of separated text, in the bytes it came in.
struct SeparatedRecord: Equatable {
  /// Where it starts, from 1.
  var line: Int
  /// Without the end of the line.
  var bytes: [UInt8]
  /// What stands between fields.
  var separator = UInt8.comma
  /// A quote in it never closes: quotes are characters like any other.
  var isLiteral = false
  /// Longer than any row is: only its beginning was kept.
  var isTooLong = false

  /// The field at a position from 0, without its quotes and the blanks around it; nil if the row
  /// has fewer.
  func field(_ position: Int) -> [UInt8]? {
    var start = 0
    var index = 0
    while true {
      let end = fieldEnd(from: start)
      if index == position { return text(start..<end) }
      guard end < bytes.count else { return nil }
      index += 1
      start = end + 1
    }
  }

  func fields() -> [[UInt8]] {
    var fields: [[UInt8]] = []
    var start = 0
    while true {
      let end = fieldEnd(from: start)
      fields.append(text(start..<end))
      guard end < bytes.count else { return fields }
      start = end + 1
    }
  }

  private func fieldEnd(from start: Int) -> Int {
    var position = start
    if !isLiteral {
      while position < bytes.count, bytes[position].isBlank, bytes[position] != separator {
        position += 1
      }
      if position < bytes.count, bytes[position] == .quote {
        position += 1
        // A quote ends the field unless another follows it.
        while position < bytes.count {
          if bytes[position] == .quote {
            guard position + 1 < bytes.count, bytes[position + 1] == .quote else { break }
            position += 1
          }
          position += 1
        }
      }
    }
    while position < bytes.count, bytes[position] != separator { position += 1 }
    return position
  }

  private func text(_ range: Range<Int>) -> [UInt8] {
    var field = bytes[range]
    while let first = field.first, first.isBlank { field.removeFirst() }
    while let last = field.last, last.isBlank { field.removeLast() }
    guard !isLiteral, field.first == .quote else { return Array(field) }
    var text: [UInt8] = []
    var isInside = false
    var position = field.startIndex
    while position < field.endIndex {
      let byte = field[position]
      position += 1
      guard byte == .quote else {
        text.append(byte)
        continue
      }
      if isInside, position < field.endIndex, field[position] == .quote {
        text.append(.quote)
        position += 1
      } else {
        isInside.toggle()
      }
    }
    return text
  }
}

extension UInt8 {
  static let quote = UInt8(ascii: "\"")
  static let comma = UInt8(ascii: ",")
  static let semicolon = UInt8(ascii: ";")
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  var isBlank: Bool { self == UInt8(ascii: " ") || self == .tab }
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
