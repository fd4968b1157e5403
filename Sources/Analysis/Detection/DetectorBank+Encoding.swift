// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// A slot as bytes: a version, then its columns in the order of `SlotLayout`, little-endian.
extension DetectorBank {
  private static let encodingVersion: UInt8 = 2

  /// The whole state of a slot, bit for bit.
  package func encoded(_ slot: Int) -> [UInt8] {
    var encoded = [Self.encodingVersion]
    encoded.reserveCapacity(1 + Self.stateSizeBytes)
    func append(_ word: UInt64, byteCount: Int) {
      for index in 0..<byteCount {
        encoded.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index)))
      }
    }
    for instant in instants[Self.range(slot, SlotLayout.Instant.count)] {
      append(UInt64(bitPattern: instant), byteCount: 8)
    }
    for number in wide[Self.range(slot, SlotLayout.Wide.count)] {
      append(number.bitPattern, byteCount: 8)
    }
    for number in narrow[Self.range(slot, SlotLayout.Narrow.count)] {
      append(UInt64(number.bitPattern), byteCount: 4)
    }
    encoded += bytes[Self.range(slot, SlotLayout.Byte.count)]
    return encoded
  }

  /// False, and the slot as it was, if the bytes are not such a state.
  package mutating func restore(_ slot: Int, encoded: some RandomAccessCollection<UInt8>) -> Bool {
    guard encoded.count == 1 + Self.stateSizeBytes, encoded.first == Self.encodingVersion
    else { return false }
    var rest = encoded.dropFirst()
    func next(byteCount: Int) -> UInt64 {
      var word: UInt64 = 0
      for (index, byte) in rest.prefix(byteCount).enumerated() {
        word |= UInt64(byte) << UInt64(8 * index)
      }
      rest = rest.dropFirst(byteCount)
      return word
    }
    let instants = (0..<SlotLayout.Instant.count).map { _ in
      Milliseconds(bitPattern: next(byteCount: 8))
    }
    let wide = (0..<SlotLayout.Wide.count).map { _ in Double(bitPattern: next(byteCount: 8)) }
    let narrow = (0..<SlotLayout.Narrow.count).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: next(byteCount: 4)))
    }
    guard wide.allSatisfy(\.isFinite), narrow.allSatisfy(\.isFinite) else { return false }
    self.instants.replaceSubrange(Self.range(slot, SlotLayout.Instant.count), with: instants)
    self.wide.replaceSubrange(Self.range(slot, SlotLayout.Wide.count), with: wide)
    self.narrow.replaceSubrange(Self.range(slot, SlotLayout.Narrow.count), with: narrow)
    self.bytes.replaceSubrange(Self.range(slot, SlotLayout.Byte.count), with: rest)
    return true
  }

  private static func range(_ slot: Int, _ stride: Int) -> Range<Int> {
    slot * stride..<(slot + 1) * stride
  }
}
