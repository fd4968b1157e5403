// SPDX-License-Identifier: Apache-2.0

import Foundation
import Storage
import Telemetry

/// What a process leaves in the store of what it knew of the machine's clock, for the next one.
///
/// Written at the start, whenever something has changed, and with every checkpoint.
struct ClockRecord: Codable, Hashable {
  /// The boot of the machine in which the offsets hold.
  var boot: String
  /// Our time of day less the running time.
  var offset: Milliseconds
  /// The machine's time of day less the running time.
  var wallOffset: Milliseconds
  /// Most devices agreed with our time.
  var isConfirmed: Bool
  /// They had, when the machine's clock last agreed with it or went off.
  var wasConfirmed: Bool
  /// Our offset is what devices said, which is not exact.
  var isEstimated: Bool
  /// When they last did: the time can only be later.
  var confirmedUntil: Milliseconds?

  private static let setting = "own-clock"

  /// Nil if nobody has left one, or one that this nhip does not understand: the clock is then
  /// judged anew, as in a new store.
  static func load(from store: Store) throws(StoreError) -> ClockRecord? {
    guard let text = try store.setting(setting) else { return nil }
    // Safe: without a record nothing is believed that it could have told.
    return try? JSONDecoder().decode(ClockRecord.self, from: Data(text.utf8))
  }

  func save(in store: Store) throws(StoreError) {
    let bytes: Data
    do { bytes = try JSONEncoder().encode(self) } catch {
      preconditionFailure("a record of text, flags and whole numbers cannot be encoded: \(error)")
    }
    try store.setSetting(Self.setting, String(decoding: bytes, as: UTF8.self))
  }
}
