// SPDX-License-Identifier: Apache-2.0

/// Text made safe to stand in markup.
enum PageMarkup {
  /// Safe in text and in quoted attributes.
  static func escaped(_ text: String) -> String {
    // Nearly every text is a number or a name: looking is cheaper than copying.
    guard text.utf8.contains(where: isSpecial) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
      || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  /// Inside a quoted string of a style sheet; whatever could end the string, the rule or the
  /// element is written as its number.
  static func styleString(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if "\"\\<>&".unicodeScalars.contains(scalar) || scalar.value < 32 {
        result += "\\\(String(scalar.value, radix: 16)) "
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
