// SPDX-License-Identifier: Apache-2.0

/// Text that is written piece by piece as UTF-8, for forms that print numbers by the million.
struct ReportText {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ byte: UInt8, times count: Int) {
    bytes.append(contentsOf: repeatElement(byte, count: count))
  }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// In decimals.
  mutating func append(_ number: Int64) {
    var rest = number.magnitude
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var digitCount = 1
    var power = rest / 10
    while power > 0 {
      digitCount += 1
      power /= 10
    }
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digitCount))
    var position = bytes.count
    repeat {
      position -= 1
      bytes[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
