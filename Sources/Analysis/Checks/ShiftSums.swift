// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The two-sided CUSUM over hours (Page, "Continuous Inspection Schemes", Biometrika 41, 1954) for
/// three sizes of shift at once: small ones are found over days, large ones within hours.
///
/// A sum is the logarithm of how much likelier the hours since its last zero are under a shift of
/// that size than under none: + δ·z − δ²/2 an hour, never below zero. Hours that scatter more say
/// less (δ is the shift in their own standard deviations). Under no change a sum of independent
/// normal hours exceeds h once in more than e^h hours (Lorden, "Procedures for Reacting to a Change
/// in Distribution", 1971). Its last zero is where the change began.
struct ShiftSums: CheckState {
  static let sideCount = 2
  /// In the standard deviation of a usual hour.
  static let shifts: [Float] = [0.5, 1, 2.5]
  private static let count = 6

  private var sums = InlineArray<6, Float>(repeating: 0)
  /// The first hour of the run since each was last zero.
  private var since = InlineArray<6, Int32>(repeating: .min)

  static func == (left: Self, right: Self) -> Bool { left.encoded() == right.encoded() }
  func hash(into hasher: inout Hasher) { hasher.combine(encoded()) }

  /// The largest sum of the sides that are worth telling.
  struct Largest {
    var size: Float = 0
    var since: Int32 = .min
    var isAbove = false
  }

  /// - Parameters:
  ///   - size: the hour's residual in its standard deviations.
  ///   - weight: the standard deviation of a usual hour in that of this hour.
  mutating func add(
    _ size: Float, weight: Float, hour: Int32, _ direction: Watch.Direction, most: Float
  ) {
    for side in 0..<Self.sideCount where Self.isTold(side, direction) {
      for shift in 0..<Self.shifts.count {
        let index = side * Self.shifts.count + shift
        let shift = Self.shifts[shift] * weight
        if sums[index] == 0 { since[index] = hour }
        let sum = sums[index] + shift * (side == 0 ? size : -size) - shift * shift / 2
        sums[index] = min(max(0, sum), most)
      }
    }
  }

  func largest(_ direction: Watch.Direction) -> Largest {
    var largest = Largest()
    for index in 0..<Self.count where sums[index] > largest.size {
      let isAbove = index < Self.shifts.count
      largest = Largest(size: sums[index], since: since[index], isAbove: isAbove)
    }
    return largest
  }

  private static func isTold(_ side: Int, _ direction: Watch.Direction) -> Bool {
    side == 0 ? direction != .below : direction != .above
  }

  mutating func clear() { sums = InlineArray(repeating: 0) }

  mutating func visit<Visitor: StateVisitor>(_ visitor: inout Visitor) {
    for index in 0..<Self.count {
      visitor.pass(&sums[index])
      visitor.pass(&since[index])
    }
  }

  var isPossible: Bool {
    (0..<Self.count).allSatisfy {
      sums[$0].isFinite && sums[$0] >= 0 && since[$0].isPossibleDay
    }
  }
}
