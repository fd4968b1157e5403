// SPDX-License-Identifier: Apache-2.0

/// MurmurHash64A (Appleby, 2008, public domain): part of a reading's identity, not of its safety.
///
/// The value is stored, so the algorithm and the seed must never change.
package enum PayloadHash {
  private static let multiplier: UInt64 = 0xc6a4_a793_5bd1_e995

  package static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0x6e68_6970) -> UInt64 {
    var hash = seed ^ (UInt64(bytes.count) &* multiplier)
    // Whole words first, by address: a look at the bounds of each would cost as much as its share.
    let (wordCount, tailSize) = (bytes.count / 8, bytes.count % 8)
    if let base = bytes.baseAddress {
      for index in 0..<wordCount {
        let word = unsafe base.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        hash = (hash ^ mixed(UInt64(littleEndian: word))) &* multiplier
      }
    }
    if tailSize > 0 {
      var tail: UInt64 = 0
      for index in 0..<tailSize {
        tail |= unsafe UInt64(bytes[wordCount * 8 + index]) << (8 * UInt64(index))
      }
      hash = (hash ^ tail) &* multiplier
    }
    hash = (hash ^ (hash >> 47)) &* multiplier
    return hash ^ (hash >> 47)
  }

  /// Of words as they stand in memory on a little-endian machine.
  package static func of(_ words: [UInt64]) -> UInt64 {
    let words = words.map { $0.littleEndian }
    return unsafe words.withUnsafeBytes { unsafe of($0) }
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    let scaled = word &* multiplier
    return (scaled ^ (scaled >> 47)) &* multiplier
  }
}
