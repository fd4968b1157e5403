// SPDX-License-Identifier: Apache-2.0

/// JSON written as it comes, in the layout of Foundation's encoder (pretty-printed, sorted keys,
/// slashes as they are). Foundation builds the whole document in memory first, which of 10,000
/// devices takes 200 MB and three quarters of the time of their report.
///
/// Whoever writes an object gives its keys in ascending order; absent values are left out.
struct JSONWriter {
  private var text = ReportText()
  private var depth = 0
  private var isFirst = true

  var sizeBytes: Int { text.bytes.count }

  /// Hands out what was written since it was last asked.
  mutating func take() -> [UInt8] {
    defer { text.removeAll() }
    return text.bytes
  }

  // MARK: Structure

  mutating func beginObject() { begin(UInt8(ascii: "{")) }
  mutating func endObject() { end(UInt8(ascii: "}")) }
  mutating func beginArray() { begin(UInt8(ascii: "[")) }
  mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Before each element of an array.
  mutating func element() {
    if !isFirst { text.append(UInt8(ascii: ",")) }
    isFirst = false
    breakLine()
  }

  /// Before each value of an object.
  mutating func key(_ key: String) {
    element()
    text.append(UInt8(ascii: "\""))
    text.append(key)
    text.append("\" : ")
  }

  /// An array under a key, each element written by `write`.
  mutating func array<Elements: Sequence>(
    _ key: String, _ elements: Elements, _ write: (Elements.Element, inout JSONWriter) -> Void
  ) {
    self.key(key)
    beginArray()
    for one in elements {
      element()
      write(one, &self)
    }
    endArray()
  }

  private mutating func begin(_ bracket: UInt8) {
    text.append(bracket)
    depth += 1
    isFirst = true
  }

  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    // As Foundation leaves it.
    if isFirst { text.append(Self.newline) }
    breakLine()
    text.append(bracket)
    isFirst = false
  }

  private static let newline = UInt8(ascii: "\n")

  private mutating func breakLine() {
    text.append(Self.newline)
    text.append(UInt8(ascii: " "), times: 2 * depth)
  }

  // MARK: Values

  mutating func value(_ number: Int64) { text.append(number) }

  mutating func value(_ string: String) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        text.append(UInt8(ascii: "\\"))
        text.append(byte)
      case 0x20...: text.append(byte)
      case 0x08: text.append("\\b")
      case 0x0C: text.append("\\f")
      case 0x0A: text.append("\\n")
      case 0x0D: text.append("\\r")
      case 0x09: text.append("\\t")
      default: text.append((byte < 16 ? "\\u000" : "\\u00") + String(byte, radix: 16))
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  mutating func field(_ key: String, _ number: Int64?) {
    guard let number else { return }
    self.key(key)
    value(number)
  }

  mutating func field(_ key: String, _ number: Int) { field(key, Int64(number)) }

  mutating func field(_ key: String, _ string: String?) {
    guard let string else { return }
    self.key(key)
    value(string)
  }

  mutating func field(_ key: String, _ isSo: Bool) {
    self.key(key)
    text.append(isSo ? "true" : "false")
  }

  /// Whole numbers without a fraction; what is not finite is left out.
  mutating func field(_ key: String, _ number: Double?) {
    guard let number, number.isFinite else { return }
    self.key(key)
    let digits = "\(number)"
    text.append(digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits)
  }

  mutating func field(_ key: String, _ strings: [String]) {
    array(key, strings) { $1.value($0) }
  }
}
