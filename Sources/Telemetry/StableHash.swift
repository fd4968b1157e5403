// SPDX-License-Identifier: Apache-2.0

/// Names that the same content has today, after a crash and on every machine.
///
/// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): ids of alerts and incidents, keys of
/// rules. For names, not against people who want two things to have the same one.
package enum StableHash {
  package static func of(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// Sixteen hexadecimal digits, the form in which such names are stored and shown.
  package static func text(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
