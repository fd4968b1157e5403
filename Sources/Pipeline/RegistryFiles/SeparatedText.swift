// SPDX-License-Identifier: Apache-2.0

/// Splits comma, semicolon or tab separated text into rows of placed fields (RFC 4180).
///
/// Hands each row on as it is found, so a file of a million rows is never held as fields.
struct SeparatedText {
  struct Field {
    var text: String
    var line: Int
    /// From 1, in Unicode scalars.
    var column: Int
  }

  /// A quote that never closes, or text after a closing quote.
  struct Malformed: Error {
    let line: Int
    let column: Int
    let problem: String
  }

  let text: String
  let separator: Unicode.Scalar

  init(text: String) {
    self.text = text
    let header = text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
    let candidates: [Unicode.Scalar] = [",", ";", "\t"]
    let counts = candidates.map { candidate in header.count { $0 == candidate } }
    separator = candidates[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
  }

  /// - Parameter row: returns false to stop.
  func forEachRow(_ row: ([Field]) -> Bool) throws(Malformed) {
    var scanner = Scanner(rest: text.unicodeScalars[...], separator: separator)
    while !scanner.isAtEnd {
      let fields = try scanner.row()
      let isBlank = fields.allSatisfy(\.text.isEmpty)
      if !isBlank, !row(fields) { return }
    }
  }

  private struct Scanner {
    var rest: Substring.UnicodeScalarView
    let separator: Unicode.Scalar
    var line = 1
    var column = 1

    var isAtEnd: Bool { rest.isEmpty }

    mutating func row() throws(Malformed) -> [Field] {
      var fields: [Field] = []
      while true {
        fields.append(try rest.first == "\"" ? quoted() : plain())
        guard rest.first == separator else { break }
        advance()
      }
      if rest.first == "\r" { advance() }
      if rest.first == "\n" { advance() }
      return fields
    }

    private mutating func advance() {
      let scalar = rest.removeFirst()
      // A lone carriage return ends a line as well.
      if scalar == "\n" || (scalar == "\r" && rest.first != "\n") {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }

    private var isAtFieldEnd: Bool {
      guard let first = rest.first else { return true }
      return first == separator || first == "\n" || first == "\r"
    }

    private mutating func plain() -> Field {
      var field = Field(text: "", line: line, column: column)
      let start = rest
      while !isAtFieldEnd { advance() }
      field.text = String(Substring(start[..<rest.startIndex]))
      while field.text.last == " " { field.text.removeLast() }
      while field.text.first == " " { field.text.removeFirst() }
      return field
    }

    private mutating func quoted() throws(Malformed) -> Field {
      var field = Field(text: "", line: line, column: column)
      var scalars = String.UnicodeScalarView()
      advance()
      while let scalar = rest.first {
        advance()
        guard scalar == "\"" else {
          scalars.append(scalar)
          continue
        }
        guard rest.first == "\"" else {
          guard isAtFieldEnd else {
            throw Malformed(line: line, column: column, problem: "text after the closing quote")
          }
          field.text = String(scalars)
          return field
        }
        scalars.append("\"")
        advance()
      }
      throw Malformed(line: field.line, column: field.column, problem: "the quote never closes")
    }
  }
}
