// SPDX-License-Identifier: Apache-2.0

import Storage
import Telemetry

/// A person confirms that our own uplink was down: nobody was heard then, by no fault of theirs.
enum UplinkConfirmation {
  /// A longer gap is no gap of an uplink but a deployment that was switched off.
  static let lengthMax: Milliseconds = 31 * LocalTime.dayLength

  /// - Returns: what to tell the operator.
  static func confirm(
    _ interval: Interval, by actor: String, note: String?, at now: Milliseconds, store: Store
  ) throws -> String {
    guard interval.duration > 0, interval.end <= now else {
      throw ControlFailure(.refused, "only time that has passed can be confirmed")
    }
    guard interval.duration <= lengthMax else {
      throw ControlFailure(.refused, "a gap of our uplink is at most 31 days long")
    }
    guard let note, !note.isEmpty else {
      throw ControlFailure(.refused, "a confirmation needs a note: how do you know?")
    }
    let gap = try store.confirm(
      ConfirmedGap(interval: interval, note: note, enteredAt: now, enteredBy: actor))
    return "gap \(gap.id) confirmed: \(LocalTime.text(interval.start)) – "
      + "\(LocalTime.text(interval.end)) counts as not observed; sealed days that it reaches are "
      + "looked at again"
  }
}
