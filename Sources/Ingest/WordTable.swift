// SPDX-License-Identifier: Apache-2.0

import Glibc
import Telemetry

/// The different words of one column, in order of first appearance, found by their bytes.
///
/// A string is made once for each different word, not once for each reading. Bounded by the batch.
struct WordTable {
  private(set) var words: [String] = []
  /// The words' bytes, one after the other, and where each ends.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  /// Open addressing: position plus one, or 0 for a free place. At most half are taken.
  private var places: [UInt32] = Array(repeating: 0, count: 16)

  init() {}

  init(_ words: [String]) {
    for word in words {
      let bytes = Array(word.utf8)
      _ = unsafe bytes.withUnsafeBytes { unsafe position(of: $0) }
    }
  }

  /// The position of a word, which is added if it is new.
  ///
  /// - Parameter text: UTF-8; MAC addresses in it are blotted out.
  mutating func position(of text: UnsafeRawBufferPointer) -> Int {
    if unsafe PersonalData.occurs(in: text) {
      let scrubbed = Array(unsafe PersonalData.scrubbed(String(decoding: text, as: UTF8.self)).utf8)
      return unsafe scrubbed.withUnsafeBytes { unsafe exactPosition(of: $0) }
    }
    return unsafe exactPosition(of: text)
  }

  func contains(_ text: UnsafeRawBufferPointer) -> Bool {
    unsafe places[place(of: text)] != 0
  }

  mutating func removeAll() {
    guard !words.isEmpty else { return }
    words.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    for place in places.indices { places[place] = 0 }
  }

  private mutating func exactPosition(of text: UnsafeRawBufferPointer) -> Int {
    let place = unsafe place(of: text)
    if places[place] != 0 { return Int(places[place]) - 1 }
    unsafe words.append(String(decoding: text, as: UTF8.self))
    unsafe bytes.append(contentsOf: text)
    ends.append(bytes.count)
    places[place] = UInt32(words.count)
    if words.count * 2 > places.count { grow() }
    return words.count - 1
  }

  /// Where the word stands, or the free place where it belongs.
  private func place(of text: UnsafeRawBufferPointer) -> Int {
    let mask = places.count - 1
    var place = unsafe Int(truncatingIfNeeded: PayloadHash.of(text)) & mask
    while places[place] != 0, unsafe !isWord(Int(places[place]) - 1, text) {
      place = (place + 1) & mask
    }
    return place
  }

  private func isWord(_ position: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    let start = position == 0 ? 0 : ends[position - 1]
    guard ends[position] - start == text.count else { return false }
    guard let other = text.baseAddress, text.count > 0 else { return true }
    return unsafe bytes.withUnsafeBytes {
      unsafe $0.baseAddress.map { unsafe memcmp($0 + start, other, text.count) == 0 } ?? false
    }
  }

  private mutating func grow() {
    places = Array(repeating: 0, count: places.count * 2)
    let mask = places.count - 1
    for position in words.indices {
      let start = position == 0 ? 0 : ends[position - 1]
      let hash = unsafe bytes.withUnsafeBytes {
        unsafe PayloadHash.of(UnsafeRawBufferPointer(rebasing: $0[start..<ends[position]]))
      }
      var place = Int(truncatingIfNeeded: hash) & mask
      while places[place] != 0 { place = (place + 1) & mask }
      places[place] = UInt32(position + 1)
    }
  }
}
