// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// What one check remembers of one device: a few flat numbers, as bytes and back, bit for bit.
protocol CheckState: Sendable, Hashable {
  init()
  /// Passes every stored number in a fixed order, to be written or to be read.
  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor)
  /// Whether what was read can have been written: bytes may come from anywhere.
  var isPossible: Bool { get }
}

/// One walk over a state's numbers serves writing and reading, so that they cannot disagree.
protocol StateVisitor {
  mutating func pass<Word: FixedWidthInteger>(_ word: inout Word)
}

extension StateVisitor {
  mutating func pass(_ number: inout Float) {
    var bits = number.bitPattern
    pass(&bits)
    number = Float(bitPattern: bits)
  }

  mutating func pass(_ number: inout Double) {
    var bits = number.bitPattern
    pass(&bits)
    number = Double(bitPattern: bits)
  }

  mutating func pass(_ flag: inout Bool) {
    var byte: UInt8 = flag ? 1 : 0
    pass(&byte)
    flag = byte != 0
  }
}

/// Little-endian, packed.
struct StateWriter: StateVisitor {
  var bytes: [UInt8] = []

  mutating func pass<Word: FixedWidthInteger>(_ word: inout Word) {
    append(word)
  }

  mutating func append<Word: FixedWidthInteger>(_ word: Word) {
    var rest = word
    for _ in 0..<Word.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      if Word.bitWidth > 8 { rest >>= 8 }
    }
  }
}

/// Reads what a ``StateWriter`` wrote. Bytes that end too early read as zeros and are told.
struct StateReader: StateVisitor {
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int
  private(set) var isShort = false

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  mutating func pass<Word: FixedWidthInteger>(_ word: inout Word) { word = next() }

  mutating func next<Word: FixedWidthInteger>() -> Word {
    let count = Word.bitWidth / 8
    guard bytes.endIndex - position >= count else {
      isShort = true
      return 0
    }
    var word: Word = 0
    for index in 0..<count {
      word |= Word(truncatingIfNeeded: bytes[position + index]) << Word(8 * index)
    }
    position += count
    return word
  }

  /// The next so many bytes; nil if there are fewer.
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= bytes.endIndex - position else {
      isShort = true
      return nil
    }
    defer { position += count }
    return bytes[position..<position + count]
  }
}

/// What was never is `.min`; anything else must leave room to be reckoned with.
extension Milliseconds {
  var isPossibleInstant: Bool { self == .min || magnitude <= 1 << 52 }
}

extension Int32 {
  /// A day, or an hour, counted from 1970.
  var isPossibleDay: Bool { self == .min || magnitude <= 1 << 28 }
}

extension CheckState {
  func encoded() -> [UInt8] {
    var (copy, writer) = (self, StateWriter())
    copy.visit(&writer)
    return writer.bytes
  }

  /// Nil unless the bytes are the whole of a state.
  init?(encoded bytes: ArraySlice<UInt8>) {
    self.init()
    var reader = StateReader(bytes)
    visit(&reader)
    guard !reader.isShort, reader.isAtEnd, isPossible else { return nil }
  }
}
