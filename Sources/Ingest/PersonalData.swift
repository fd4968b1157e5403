// SPDX-License-Identifier: Apache-2.0

/// Blots out MAC addresses before anything is stored.
///
/// A MAC address with the history of where it was seen is personal data; nhip stores none, ever.
/// Only fields that a profile names are stored at all, so this guards what is kept raw (inbox and
/// quarantine) and words that a device fills with what it should not.
package enum PersonalData {
  /// Six pairs of hexadecimal digits with `:` or `-` between them: 17 bytes.
  private static let addressSize = 17

  /// Replaces the digits of every MAC address by `x`, in place.
  package static func scrub(_ bytes: inout [UInt8]) {
    guard bytes.count >= addressSize else { return }
    var index = 0
    while index + addressSize <= bytes.count {
      if isAddress({ bytes[index + $0] }) {
        for offset in 0..<addressSize where offset % 3 != 2 {
          bytes[index + offset] = UInt8(ascii: "x")
        }
        index += addressSize
      } else {
        index += 1
      }
    }
  }

  /// Whether a text holds an address, so that most texts need not be copied to be scrubbed.
  static func occurs(in text: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index + addressSize <= text.count {
      if isAddress({ unsafe text[index + $0] }) { return true }
      index += 1
    }
    return false
  }

  static func scrubbed(_ text: String) -> String {
    guard text.utf8.count >= addressSize else { return text }
    var bytes = Array(text.utf8)
    scrub(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @inline(__always)
  private static func isAddress(_ byte: (Int) -> UInt8) -> Bool {
    let separator = byte(2)
    guard separator == UInt8(ascii: ":") || separator == UInt8(ascii: "-") else { return false }
    for offset in 0..<addressSize {
      let one = byte(offset)
      if offset % 3 == 2 ? one != separator : !isHexadecimal(one) { return false }
    }
    return true
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
