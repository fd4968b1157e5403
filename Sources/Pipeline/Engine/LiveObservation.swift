// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// When we could hear every device: while all live sessions could, each for the communes it has.
///
/// A session that cannot hear leaves its devices unobserved. Which devices those are is not told
/// apart: to call a little too much unobserved only widens bounds, to call it observed would
/// invent outages.
struct LiveObservation {
  /// What one live session tells: since when it hears (nil: it does not), until when it heard.
  struct Hearing {
    var from: Milliseconds?
    var until: Milliseconds?
  }

  /// The stretch that goes on; nil while a session cannot hear.
  private(set) var current: Interval?

  /// - Returns: the stretch that began or grew, the last time for one that has ended.
  mutating func note(_ sessions: [Hearing]) -> Interval? {
    let until = sessions.map { $0.until ?? .min }.min() ?? .min
    guard !sessions.isEmpty, sessions.allSatisfy({ $0.from != nil }) else {
      guard let ended = current else { return nil }
      current = nil
      // It ends with the last packet, which came after we looked last.
      return Interval(start: ended.start, end: max(ended.end, until))
    }
    let from = sessions.compactMap(\.from).max() ?? .min
    guard until >= from else { return nil }
    let before = current?.start == from ? current?.end ?? from : from
    current = Interval(start: from, end: max(before, until))
    return current
  }
}
