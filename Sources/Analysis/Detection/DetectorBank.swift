// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// Detectors of many watched metrics, as flat columns over slots: one slot is one watched metric of
/// one device. The engine's thread owns it; what it holds is `stateSizeBytes` a slot and no more.
///
/// A slot keeps exponentially weighted baselines, from which it takes five deviations a reading
/// (`Judgement.Channel`); of each deviation and sign a decaying histogram tells how rarely one as
/// large has been seen. The rarest wins. Everything is causal and costs the same for any past.
package struct DetectorBank: Sendable {
  package static let stateSizeBytes = SlotLayout.sizeBytes
  /// Silent until both are passed: so many readings, and so long since the first. Before it has
  /// seen every hour of a day nobody knows which of them are quiet.
  package static let warmUpReadings = 24
  package static let warmUpLength: Milliseconds = LocalTime.dayLength

  package let constants: DetectorConstants
  package private(set) var count = 0
  var instants: [Milliseconds] = []
  var wide: [Double] = []
  var narrow: [Float] = []
  var bytes: [UInt8] = []

  package init(constants: DetectorConstants = .shipped) {
    self.constants = constants
  }

  /// Fresh slots behind the others.
  package mutating func append(count added: Int) {
    count += added
    instants.append(contentsOf: repeatElement(0, count: added * SlotLayout.Instant.count))
    wide.append(contentsOf: repeatElement(0, count: added * SlotLayout.Wide.count))
    narrow.append(contentsOf: repeatElement(0, count: added * SlotLayout.Narrow.count))
    bytes.append(contentsOf: repeatElement(0, count: added * SlotLayout.Byte.count))
  }

  /// Judges, then learns. Nil while warming up and for a value that is not finite, which leaves the
  /// slot as it is.
  package mutating func judge(
    _ value: Double, at time: Milliseconds, slot: Int, watch: Watch, isHoliday: Bool = false
  ) -> Judgement? {
    precondition(slot >= 0 && slot < count, "no such slot")
    guard value.isFinite else { return nil }
    return unsafe instants.withUnsafeMutableBufferPointer { instants in
      unsafe wide.withUnsafeMutableBufferPointer { wide in
        unsafe narrow.withUnsafeMutableBufferPointer { narrow in
          unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            // Not empty, since the bank has this slot; the strides are those of `append`.
            let row = unsafe SlotRow(
              instants: instants.baseAddress! + slot * SlotLayout.Instant.count,
              wide: wide.baseAddress! + slot * SlotLayout.Wide.count,
              narrow: narrow.baseAddress! + slot * SlotLayout.Narrow.count,
              bytes: bytes.baseAddress! + slot * SlotLayout.Byte.count)
            return unsafe row.judge(
              value, at: time, watch: watch, isHoliday: isHoliday, constants: constants)
          }
        }
      }
    }
  }

  package mutating func copy(_ slot: Int, from other: DetectorBank, _ otherSlot: Int) {
    func copy<Element>(_ path: WritableKeyPath<DetectorBank, [Element]>, _ stride: Int) {
      self[keyPath: path].replaceSubrange(
        slot * stride..<(slot + 1) * stride,
        with: other[keyPath: path][otherSlot * stride..<(otherSlot + 1) * stride])
    }
    copy(\.instants, SlotLayout.Instant.count)
    copy(\.wide, SlotLayout.Wide.count)
    copy(\.narrow, SlotLayout.Narrow.count)
    copy(\.bytes, SlotLayout.Byte.count)
  }
}
