// SPDX-License-Identifier: Apache-2.0

/// A weight in one byte: 0, or 2^((code − 49) ÷ 12), from a sixteenth to 147,000 in steps of 6 %.
/// Halving is a subtraction, exact; adding rounds up or down by a hash of where and when, so that
/// on average nothing is lost (Morris, "Counting Large Numbers of Events in Small Registers", 1978)
/// and a replay rounds as the first run did.
@safe struct TailWeight {
  private static let stepsPerOctave = 12
  private static let codeOfOne: UInt8 = 49

  /// 256 weights, by code, never freed. A reading asks for them once, since every ask goes through
  /// the lock of a lazy global.
  nonisolated(unsafe) private static let table: UnsafePointer<Double> = {
    let values = UnsafeMutablePointer<Double>.allocate(capacity: 256)
    for code in 0..<256 {
      let octaves = Double(code - Int(codeOfOne)) / Double(stepsPerOctave)
      let weight = code == 0 ? 0 : Logarithm.exponential(octaves * Logarithm.ofTwo)
      unsafe (values + code).initialize(to: weight)
    }
    return unsafe UnsafePointer(values)
  }()

  private let values: UnsafePointer<Double>

  init() { unsafe values = Self.table }

  @inline(__always)
  func value(_ code: UInt8) -> Double { unsafe values[Int(code)] }

  /// The code of a weight that has grown by `addition`; `hash` decides where it lies between two.
  @inline(__always)
  func adding(_ addition: Double, to code: UInt8, hash: UInt64) -> UInt8 {
    let target = value(code) + addition
    // Nothing is below what is added; of most additions, 1, the code is known.
    var below = addition == 1 ? max(code, Self.codeOfOne) : code
    while below < 255, value(below + 1) <= target { below += 1 }
    guard below < 255 else { return 255 }
    let share = (target - value(below)) / (value(below + 1) - value(below))
    return Double(hash >> 11) * 0x1p-53 < share ? below + 1 : below
  }

  @inline(__always)
  static func halved(_ code: UInt8) -> UInt8 {
    code > UInt8(stepsPerOctave) ? code - UInt8(stepsPerOctave) : 0
  }

  /// 2^(count ÷ 2).
  static func halfOctaves(_ count: Int) -> Double {
    Double(sign: .plus, exponent: count >> 1, significand: count & 1 == 0 ? 1 : 0x1.6A09E667F3BCDp0)
  }

  /// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
  @inline(__always)
  static func hash(_ seed: UInt64) -> UInt64 {
    var z = seed &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
