// SPDX-License-Identifier: Apache-2.0

/// Appends the primitive forms that blocks are made of.
struct ByteWriter {
  private(set) var output: [UInt8] = []

  mutating func reserve(_ sizeBytes: Int) { output.reserveCapacity(sizeBytes) }

  mutating func byte(_ value: UInt8) { output.append(value) }

  mutating func bytes(_ values: [UInt8]) { output.append(contentsOf: values) }

  mutating func bytes(_ values: ArraySlice<UInt8>) { output.append(contentsOf: values) }

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

  mutating func fixed64(_ values: [UInt64]) {
    // A closure, as a key path is followed anew for each number.
    let ordered = values.map { $0.littleEndian }
    unsafe ordered.withUnsafeBytes { unsafe output.append(contentsOf: $0) }
  }

  /// Varints of a column. Room is made once for all of them: asking the output for it byte by byte
  /// costs more than the bytes.
  ///
  /// - Parameter body: writes at most `countMax` numbers.
  @inline(__always)
  mutating func column(_ countMax: Int, _ body: (inout ColumnCursor) -> Void) {
    guard countMax > 0 else { return }
    let packed = unsafe [UInt8](
      unsafeUninitializedCapacity: countMax * ColumnCursor.varintSizeMax
    ) { room, size in
      guard let start = room.baseAddress else { return }
      var cursor = unsafe ColumnCursor(start: start)
      body(&cursor)
      size = cursor.size
    }
    output.append(contentsOf: packed)
  }

  /// Small magnitudes of either sign become small varints: 0, −1, 1, −2, …
  mutating func zigzag(_ value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  mutating func text(_ value: String) {
    varint(UInt64(value.utf8.count))
    output.append(contentsOf: value.utf8)
  }
}

/// Writes varints into room that is known to suffice.
@safe struct ColumnCursor {
  /// 64 bits, seven a byte.
  static let varintSizeMax = 10

  private let start: UnsafeMutablePointer<UInt8>
  private(set) var size = 0
  private var previous: UInt64 = 0

  /// - Parameter start: of room for `varintSizeMax` bytes a number.
  @unsafe init(start: UnsafeMutablePointer<UInt8>) { unsafe self.start = start }

  @inline(__always)
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      unsafe start[size] = UInt8(truncatingIfNeeded: rest) | 0x80
      size += 1
      rest >>= 7
    }
    unsafe start[size] = UInt8(truncatingIfNeeded: rest)
    size += 1
  }

  /// The difference to the number before, wrapping, so that every 64-bit pattern has one; as a
  /// zigzag, so that small ones of either sign are short.
  @inline(__always)
  mutating func delta(_ value: UInt64) {
    let difference = Int64(bitPattern: value &- previous)
    varint(UInt64(bitPattern: (difference << 1) ^ (difference >> 63)))
    previous = value
  }
}
