// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Where one slot stands in a bank's columns, for the length of one reading.
@unsafe struct SlotRow {
  let instants: UnsafeMutablePointer<Milliseconds>
  let wide: UnsafeMutablePointer<Double>
  let narrow: UnsafeMutablePointer<Float>
  let bytes: UnsafeMutablePointer<UInt8>
  let weights = TailWeight()

  @inline(__always)
  subscript(_ index: Int) -> Double {
    get { unsafe Double(narrow[index]) }
    nonmutating set { unsafe narrow[index] = Float(newValue) }
  }

  @inline(__always)
  var mean: Double {
    get { unsafe wide[SlotLayout.Wide.mean] }
    nonmutating set { unsafe wide[SlotLayout.Wide.mean] = newValue }
  }
}

/// What one reading is beside what its slot has learnt; all in the scale of the watch.
struct Step {
  /// Readings learnt before this one.
  var count = 0.0
  var x = 0.0
  var place = HourPlace(of: 0)
  var isHoliday = false
  /// What the hours say, or nil while they have not been seen for a day.
  var hours: (day: Double, week: Double)?
  /// The distances of the fast mean and of the reading's mean distance from its hour.
  var fast = 0.0
  var drift = 0.0
  /// From the reading before, and the same within what the last readings may take.
  var change = 0.0
  var jump = 0.0
  /// Deviations below this size are not looked at.
  var floor = 0.0
  /// The same of deviations from the hour, which scatter less where the day has a rhythm.
  var hourFloor = 0.0
  /// In the order of `Judgement.Channel`.
  var deviations: InlineArray<5, Double> = [0, 0, 0, 0, 0]

  @inline(__always)
  func floor(_ channel: Int) -> Double { channel == 1 || channel == 2 ? hourFloor : floor }

  /// What the hour is expected to bring, or the mean where hours say nothing.
  var expected = 0.0
}
