// SPDX-License-Identifier: Apache-2.0

/// Takes back what `ByteWriter` wrote; every step checks that the bytes are there.
struct ByteReader {
  private let input: ArraySlice<UInt8>
  private var position: Int

  init(_ input: ArraySlice<UInt8>) {
    self.input = input
    position = input.startIndex
  }

  var remaining: Int { input.endIndex - position }

  mutating func byte() throws(BlockError) -> UInt8 {
    guard position < input.endIndex else { throw .truncated }
    defer { position += 1 }
    return input[position]
  }

  mutating func fixed32() throws(BlockError) -> UInt32 {
    guard remaining >= 4 else { throw .truncated }
    var value: UInt32 = 0
    for index in 0..<4 { value |= UInt32(input[position + index]) << UInt32(index * 8) }
    position += 4
    return value
  }

  mutating func fixed64() throws(BlockError) -> UInt64 {
    guard remaining >= 8 else { throw .truncated }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(input[position + index]) << UInt64(index * 8) }
    position += 8
    return value
  }

  mutating func varint() throws(BlockError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      // The tenth byte has room for one bit only.
      if shift == 63 && next > 1 { throw .implausible("a number") }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
  }

  mutating func zigzag() throws(BlockError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
  }

  mutating func delta(after previous: inout UInt64) throws(BlockError) -> UInt64 {
    previous = previous &+ UInt64(bitPattern: try zigzag())
    return previous
  }

  /// A number of things that take at least `sizeBytesEach` bytes each of what remains; 0 where they
  /// take none.
  mutating func count(
    of what: String, sizeBytesEach: Int, max limit: Int = .max
  ) throws(BlockError) -> Int {
    let value = try varint()
    let room = sizeBytesEach > 0 ? remaining / sizeBytesEach : .max
    guard value <= UInt64(limit), value <= UInt64(room) else {
      throw .implausible("the number of \(what)")
    }
    return Int(value)
  }

  mutating func bytes(_ count: Int) throws(BlockError) -> [UInt8] {
    guard count <= remaining else { throw .truncated }
    defer { position += count }
    return Array(input[position..<position + count])
  }

  /// So many bytes and those that must follow them, without a copy; only the former are taken.
  mutating func ahead(_ count: Int, slack: Int) throws(BlockError) -> ArraySlice<UInt8> {
    guard count <= remaining - slack else { throw .truncated }
    defer { position += count }
    return input[position..<position + count + slack]
  }

  mutating func text() throws(BlockError) -> String {
    let length = try count(of: "bytes in a text", sizeBytesEach: 1)
    let bytes = input[position..<position + length]
    guard let value = String(validating: bytes, as: UTF8.self) else {
      throw .implausible("the encoding of a text")
    }
    position += length
    return value
  }
}
