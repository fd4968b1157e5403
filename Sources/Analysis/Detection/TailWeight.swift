// SPDX-License-Identifier: Apache-2.0

/// A decaying weight in one byte: 0, or 2^((code − 1 − 48) ÷ 12), from a sixteenth to 150,000 in
/// steps of 6 %. Halving is a subtraction, exact; adding rounds up or down by a hash of where and
/// when, so that on average nothing is lost (Morris, "Counting Large Numbers of Events in Small
/// Registers", 1978) and a replay rounds as the first run did.
enum TailWeight {
  static let stepsPerOctave = 12
  private static let oneAt = 49

  static let values: [Double] = (0...255).map { code in
    code == 0
      ? 0 : Logarithm.exponential(Double(code - oneAt) / Double(stepsPerOctave) * Logarithm.ofTwo)
  }

  /// The code of a weight that has grown by `addition`; `hash` decides where it lies between two.
  @inline(__always)
  static func adding(
    _ addition: Double, to code: UInt8, values: UnsafePointer<Double>, hash: UInt64
  ) -> UInt8 {
    let target = unsafe values[Int(code)] + addition
    var next = Int(code)
    while next < 255, unsafe values[next + 1] <= target { next += 1 }
    guard next < 255 else { return 255 }
    let (below, above) = unsafe (values[next], values[next + 1])
    let share = (target - below) / (above - below)
    return UInt8(Double(hash >> 11) * 0x1p-53 < share ? next + 1 : next)
  }

  @inline(__always)
  static func halved(_ code: UInt8) -> UInt8 {
    code > stepsPerOctave ? code - UInt8(stepsPerOctave) : 0
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
