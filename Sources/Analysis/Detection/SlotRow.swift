// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Where one slot stands in a bank's columns, for the length of one reading.
@unsafe struct SlotRow {
  let instants: UnsafeMutablePointer<Milliseconds>
  let wide: UnsafeMutablePointer<Double>
  let narrow: UnsafeMutablePointer<Float>
  let bytes: UnsafeMutablePointer<UInt8>

  /// Larger magnitudes are treated as this, so that no sum overflows in 32 bits.
  static let magnitudeMax = 1e30

  @inline(__always)
  subscript(_ index: Int) -> Double {
    get { unsafe Double(narrow[index]) }
    nonmutating set { unsafe narrow[index] = Float(newValue) }
  }
}
