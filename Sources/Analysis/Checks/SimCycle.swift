// SPDX-License-Identifier: Apache-2.0

import Telemetry

/// The month of a SIM card's quota, which begins on the same day of every month.
enum SimCycle {
  /// The local midnight at which the cycle that runs at `instant` ends. In a month that has no such
  /// day, a cycle begins on its last.
  ///
  /// - Parameter day: 1…31.
  static func end(at instant: Milliseconds, day: Int) -> Milliseconds {
    let today = LocalTime.day(of: instant)
    let date = LocalTime.civil(ofDay: today)
    for months in Int64(0)...1 {
      let month = (date.month - 1 + months) % 12 + 1
      let year = date.year + (date.month - 1 + months) / 12
      let start = self.start(year: year, month: month, day: Int64(min(max(day, 1), 31)))
      if start > today { return LocalTime.start(ofDay: start) }
    }
    preconditionFailure("a cycle that begins neither this month nor next")
  }

  private static func start(year: Int64, month: Int64, day: Int64) -> Int64 {
    for candidate in stride(from: day, through: 28, by: -1) {
      if let found = LocalTime.day(year: year, month: month, day: candidate) { return found }
    }
    return LocalTime.day(year: year, month: month, day: min(day, 28)) ?? 0
  }
}
