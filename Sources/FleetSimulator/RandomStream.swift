// SPDX-License-Identifier: Apache-2.0

/// A seeded stream of random numbers: xoshiro256** seeded by SplitMix64 (Blackman and Vigna,
/// "Scrambled linear pseudorandom number generators", 2021).
///
/// Every device and every feeder owns one, seeded from the plan's seed and its own name, so adding
/// a device to a plan changes nothing about the others. Ranges are drawn by our own arithmetic,
/// because the standard library's may change between releases and a plan must not.
package struct RandomStream: Sendable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  package init(seed: UInt64) {
    var state = seed
    a = RandomStream.splitMix(&state)
    b = RandomStream.splitMix(&state)
    c = RandomStream.splitMix(&state)
    d = RandomStream.splitMix(&state)
  }

  /// A stream of its own for everything called `name` (FNV-1a of the name, mixed with the seed).
  package init(seed: UInt64, name: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var state = seed
    self.init(seed: hash ^ RandomStream.splitMix(&state))
  }

  package mutating func next() -> UInt64 {
    let result = RandomStream.rotate(b &* 5, by: 7) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = RandomStream.rotate(d, by: 45)
    return result
  }

  /// Uniform in 0 ..< 1.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// Uniform over the range, to within 2⁻⁶⁴ of its width.
  package mutating func integer(in range: ClosedRange<Int64>) -> Int64 {
    let width = UInt64(range.upperBound - range.lowerBound) &+ 1
    return range.lowerBound + Int64(next().multipliedFullWidth(by: width).high)
  }

  private static func rotate(_ value: UInt64, by bits: UInt64) -> UInt64 {
    (value << bits) | (value >> (64 - bits))
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
