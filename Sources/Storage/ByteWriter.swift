// SPDX-License-Identifier: Apache-2.0

/// Appends the primitive forms that blocks are made of.
struct ByteWriter {
  private(set) var output: [UInt8] = []

  mutating func reserve(_ sizeBytes: Int) { output.reserveCapacity(sizeBytes) }

  mutating func byte(_ value: UInt8) { output.append(value) }

  mutating func bytes(_ values: [UInt8]) { output.append(contentsOf: values) }

  mutating func fixed32(_ value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      output.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      output.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Seven bits a byte, least significant first, high bit set on all but the last (LEB128).
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    output.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small magnitudes of either sign become small varints: 0, −1, 1, −2, …
  mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// The difference to the value before, wrapping, so that every 64-bit pattern has one.
  mutating func delta(_ value: UInt64, after previous: inout UInt64) {
    zigzag(Int64(bitPattern: value &- previous))
    previous = value
  }

  mutating func text(_ value: String) {
    varint(UInt64(value.utf8.count))
    output.append(contentsOf: value.utf8)
  }
}
