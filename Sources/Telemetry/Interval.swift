// SPDX-License-Identifier: Apache-2.0

/// A UTC instant (since 1970-01-01T00:00:00Z) or a length of time; the name beside it says which.
package typealias Milliseconds = Int64

/// A stretch of time, closed at `start` and open at `end`, in UTC milliseconds.
package struct Interval: Hashable, Sendable, Codable {
  package var start: Milliseconds
  package var end: Milliseconds

  /// - Precondition: `start <= end`. An empty interval (`start == end`) holds no instant.
  package init(start: Milliseconds, end: Milliseconds) {
    precondition(start <= end, "an interval ends before it starts")
    self.start = start
    self.end = end
  }

  package var duration: Milliseconds { end - start }

  package func contains(_ instant: Milliseconds) -> Bool { start <= instant && instant < end }

  /// What both hold; nil if they have no instant in common.
  package func intersection(_ other: Interval) -> Interval? {
    let start = max(self.start, other.start)
    let end = min(self.end, other.end)
    return start < end ? Interval(start: start, end: end) : nil
  }
}
